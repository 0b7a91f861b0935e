import CKernels
import Foundation
import Synchronization

/// A few threads that work on one thing together: the caller and its helpers.
///
/// The helpers spin briefly for the next piece of work, then sleep: a step of decoding has a
/// hundred barriers, each far shorter than waking a thread takes, but an idle team uses no
/// processor. One caller at a time.
final class ThreadTeam: @unchecked Sendable {
  /// A thread's place in the team, while it works.
  struct Member {
    /// Its number among those that work together; 0 is the caller where all do.
    let index: Int
    /// How many work together.
    let count: Int
    /// Its number in the team, for memory that each has of its own.
    let place: Int
    fileprivate let team: ThreadTeam

    /// The same thread as one that works with no other: all shares are its own, and it waits for nobody.
    var alone: Member { Member(index: 0, count: 1, place: place, team: team) }

    /// Waits until everyone who works together has come here.
    func barrier() {
      if count > 1 { team.barrier() }
    }

    /// Waits for what another member does.
    func wait(until done: () -> Bool) { team.spin(until: done) }

    /// This member's share of `total` things, contiguous, in units of `granularity`.
    func share(of total: Int, granularity: Int = 1) -> Range<Int> {
      ThreadTeam.share(index, among: count, of: total, granularity: granularity)
    }

    /// This member's share of some things, contiguous.
    func share(of things: Range<Int>) -> Range<Int> {
      let share = share(of: things.count)
      return things.lowerBound + share.lowerBound..<things.lowerBound + share.upperBound
    }
  }

  /// How many threads work, the caller included.
  let count: Int

  // Unchecked: `work` is written by the caller before `round` is advanced (release) and read by
  // helpers after they have seen the advance (acquire); it is not written again until all are done.
  private var work: ((Member) -> Void)?
  private let round = Atomic<Int>(0)
  private let finished = Atomic<Int>(0)
  private let arrived = Atomic<Int>(0)
  private let phase = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let ended = Atomic<Bool>(false)
  private let bell = NSCondition()

  /// Turns of spinning before a helper sleeps: a millisecond or two, longer than the pause between
  /// two tokens that are decoded, in which one is drawn.
  private static let spins = 60_000
  /// Turns of spinning before a waiting member lets other threads run.
  private static let spinsBeforeYield = 2_000

  /// A team of `count` threads, of which `count - 1` are started here.
  init(count: Int) {
    self.count = max(1, count)
    for index in 1..<max(2, self.count) where index < self.count {
      let thread = Thread {
        BackgroundThread.blockTerminalSignals()
        var seen = 0
        while let next = self.await(after: seen) {
          seen = next
          self.help(index)
        }
      }
      thread.name = "tessera-kernel-\(index)"
      thread.start()
    }
  }

  /// Ends the helpers; they hold the team until then. No `run` may follow.
  func stop() {
    ended.store(true, ordering: .sequentiallyConsistent)
    bell.lock()
    bell.broadcast()
    bell.unlock()
  }

  /// The share of each member of `total` things: ``Member/share(of:granularity:)``.
  func shares(of total: Int) -> [Range<Int>] {
    (0..<count).map { Self.share($0, among: count, of: total, granularity: 1) }
  }

  private static func share(
    _ index: Int, among count: Int, of total: Int, granularity: Int
  ) -> Range<Int> {
    let units = (total + granularity - 1) / granularity
    let begin = units * index / count * granularity
    let end = units * (index + 1) / count * granularity
    return min(begin, total)..<min(end, total)
  }

  /// Runs `body` on every member and returns when all are done.
  func run(_ body: (Member) -> Void) {
    guard count > 1 else {
      body(Member(index: 0, count: 1, place: 0, team: self))
      return
    }
    withoutActuallyEscaping(body) { body in
      work = body
      finished.store(0, ordering: .relaxed)
      round.add(1, ordering: .sequentiallyConsistent)
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
        bell.lock()
        bell.broadcast()
        bell.unlock()
      }
      body(Member(index: 0, count: count, place: 0, team: self))
      spin { finished.load(ordering: .acquiring) == count - 1 }
      work = nil
    }
  }

  /// The round after `seen`, once it has begun; `nil` when the team has ended.
  private func await(after seen: Int) -> Int? {
    for turn in 0..<Self.spins {
      let now = round.load(ordering: .acquiring)
      if now != seen { return now }
      if ended.load(ordering: .relaxed) { return nil }
      if turn > Self.spinsBeforeYield, turn.isMultiple(of: 64) { sched_yield() }
      ck_pause()
    }
    sleepers.add(1, ordering: .sequentiallyConsistent)
    defer { sleepers.subtract(1, ordering: .sequentiallyConsistent) }
    bell.lock()
    defer { bell.unlock() }
    while true {
      let now = round.load(ordering: .sequentiallyConsistent)
      if now != seen { return now }
      if ended.load(ordering: .sequentiallyConsistent) { return nil }
      bell.wait()
    }
  }

  private func help(_ index: Int) {
    work?(Member(index: index, count: count, place: index, team: self))
    finished.add(1, ordering: .releasing)
  }

  fileprivate func barrier() {
    let now = phase.load(ordering: .relaxed)
    if arrived.add(1, ordering: .acquiringAndReleasing).newValue == count {
      arrived.store(0, ordering: .relaxed)
      phase.store(now &+ 1, ordering: .releasing)
    } else {
      spin { phase.load(ordering: .acquiring) != now }
    }
  }

  fileprivate func spin(until done: () -> Bool) {
    var turns = 0
    while !done() {
      turns += 1
      if turns < Self.spinsBeforeYield { ck_pause() } else { sched_yield() }
    }
  }
}
