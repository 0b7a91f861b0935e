import Foundation
import Synchronization

/// Several threads that share out numbered pieces of work, while the calling thread says how far
/// they are and can call them off.
final class WorkerTeam: Sendable {
  private let next = Atomic<Int>(0)
  private let stopped = Atomic<Bool>(false)
  private let done = Atomic<Int>(0)
  private let failure = Mutex<(any Error)?>(nil)

  /// Whether the work was called off.
  var isStopped: Bool { stopped.load(ordering: .relaxed) }

  /// What has been done so far, in the caller's unit.
  var amountDone: Int { done.load(ordering: .relaxed) }

  /// Notes that some more has been done.
  func advance(by amount: Int) { done.wrappingAdd(amount, ordering: .relaxed) }

  /// How often the calling thread looks after the others, in seconds.
  private static let interval = 0.05

  /// Does `work` for each piece in `0..<pieceCount` on `threads` threads.
  ///
  /// - Parameters:
  ///   - report: called on the calling thread now and then; when it throws, the work is called off.
  ///   - work: gets the piece and the number of the thread, `0..<threads`. Work that takes long
  ///     looks at `isStopped`.
  /// - Throws: what `report` or `work` threw first.
  func run(
    pieces pieceCount: Int, threads: Int, report: () throws -> Void,
    work: @escaping @Sendable (_ piece: Int, _ thread: Int) throws -> Void
  ) throws {
    let threadCount = max(1, min(threads, pieceCount))
    let finished = NSCondition()
    let running = Mutex(threadCount)
    for number in 0..<threadCount {
      let thread = Thread { [self] in
        while !isStopped {
          let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
          guard piece < pieceCount else { break }
          do {
            try work(piece, number)
          } catch {
            failure.withLock { $0 = $0 ?? error }
            stopped.store(true, ordering: .relaxed)
          }
        }
        finished.lock()
        running.withLock { $0 -= 1 }
        finished.broadcast()
        finished.unlock()
      }
      thread.stackSize = 4 << 20
      thread.start()
    }
    var calledOff: (any Error)?
    finished.lock()
    while running.withLock({ $0 > 0 }) {
      _ = finished.wait(until: Date(timeIntervalSinceNow: Self.interval))
      guard calledOff == nil else { continue }
      do {
        try report()
      } catch {
        calledOff = error
        stopped.store(true, ordering: .relaxed)
      }
    }
    finished.unlock()
    if let error = calledOff ?? failure.withLock({ $0 }) { throw error }
  }
}
