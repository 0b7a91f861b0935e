import Foundation
import Synchronization

/// How urgent a job is; a higher one goes first.
public enum JobPriority: Int, Sendable, Comparable {
  /// Readings of lenses that need the model.
  case lens
  /// A reading that follows the cursor from key to key.
  case cursor
  /// Live decoding, a step at a time.
  case decode
  /// Evaluation of the text that was just edited.
  case evaluate

  /// By urgency.
  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// What a job wants next.
public enum JobOutcome: Sendable {
  /// Nothing: it has done its work.
  case done
  /// To be called once more, when it is its turn again.
  case again
}

/// The one thread on which models run.
///
/// Jobs are submitted from any thread under a key; a newer job replaces an older one of the same key,
/// also while it runs (it is cancelled within one layer). The most urgent job runs first, but one
/// that has waited for long gets a turn, so that readings appear while decoding goes on. A long
/// job of low urgency lets more urgent ones in wherever it checks for cancellation.
public final class Engine: Sendable {
  /// A job: runs on the engine's thread, may be called several times.
  public typealias Body = @Sendable (Evaluator) throws -> JobOutcome

  private final class Job: Sendable {
    let key: String
    let priority: JobPriority
    let order: Int
    let body: Body
    let cancelled = Atomic<Bool>(false)

    init(key: String, priority: JobPriority, order: Int, body: @escaping Body) {
      self.key = key
      self.priority = priority
      self.order = order
      self.body = body
    }
  }

  private struct State {
    var waiting: [(job: Job, since: ContinuousClock.Instant)] = []
    var running: [Job] = []
    var submitted = 0
    var ended = false
  }

  private let state = Mutex(State())
  private let bell = DispatchSemaphore(value: 0)

  /// How long a less urgent job may be passed over.
  private static let patience = Duration.milliseconds(60)

  /// Starts the thread.
  ///
  /// - Parameters:
  ///   - makeEvaluator: makes the evaluator, on the engine's thread, which may take a while (it can
  ///     load the model); nothing runs when it gives `nil`.
  ///   - failed: hears of errors that jobs throw, except cancellation; called on the engine's thread.
  public init(
    makeEvaluator: @escaping @Sendable () -> Evaluator?,
    failed: @escaping @Sendable (String, any Error) -> Void
  ) {
    let thread = Thread { [self] in
      BackgroundThread.blockTerminalSignals()
      guard let evaluator = makeEvaluator() else { return }
      evaluator.makeWay = { [weak evaluator] in
        guard let evaluator else { return }
        self.runMoreUrgent(evaluator, failed)
      }
      while let job = next() { run(job, evaluator, failed) }
      evaluator.makeWay = {}
    }
    thread.name = "tessera-engine"
    thread.stackSize = 16 << 20
    thread.start()
  }

  /// Has a job done; an older one of the same key is cancelled.
  public func submit(key: String, priority: JobPriority, _ body: @escaping Body) {
    state.withLock { state in
      // Who replaces a job that waits takes its place in the queue: otherwise work that is renewed
      // all the time would never get a turn.
      let since = state.waiting.first { $0.job.key == key }?.since ?? .now
      Self.cancel(key, in: &state)
      state.submitted += 1
      let job = Job(key: key, priority: priority, order: state.submitted, body: body)
      state.waiting.append((job, since))
    }
    bell.signal()
  }

  /// Cancels the job of this key, if there is one.
  public func cancel(key: String) {
    state.withLock { Self.cancel(key, in: &$0) }
  }

  /// Cancels everything and ends the thread.
  public func stop() {
    state.withLock { state in
      state.ended = true
      state.waiting = []
      for job in state.running { job.cancelled.store(true, ordering: .relaxed) }
    }
    bell.signal()
  }

  private static func cancel(_ key: String, in state: inout State) {
    state.waiting.removeAll { $0.job.key == key }
    for job in state.running where job.key == key {
      job.cancelled.store(true, ordering: .relaxed)
    }
  }

  /// The next job, once there is one; `nil` when the engine has been stopped.
  private func next() -> Job? {
    while true {
      let (job, ended) = state.withLock { state in (Self.take(&state, above: nil), state.ended) }
      if ended { return nil }
      if let job { return job }
      bell.wait()
    }
  }

  /// Takes the job whose turn it is out of the queue.
  private static func take(_ state: inout State, above floor: JobPriority?) -> Job? {
    guard !state.ended else { return nil }
    let now = ContinuousClock.now
    let eligible = state.waiting.indices.filter { index in
      guard let floor else { return true }
      return state.waiting[index].job.priority > floor
    }
    let late = eligible.filter { now - state.waiting[$0].since > patience }
    let chosen =
      late.min { state.waiting[$0].since < state.waiting[$1].since }
      ?? eligible.min {
        let (a, b) = (state.waiting[$0].job, state.waiting[$1].job)
        return a.priority == b.priority ? a.order < b.order : a.priority > b.priority
      }
    guard let chosen else { return nil }
    let job = state.waiting.remove(at: chosen).job
    state.running.append(job)
    return job
  }

  private func runMoreUrgent(_ evaluator: Evaluator, _ failed: (String, any Error) -> Void) {
    while let job = state.withLock({ state in
      Self.take(&state, above: state.running.last?.priority)
    }) { run(job, evaluator, failed) }
  }

  private func run(
    _ job: Job, _ evaluator: Evaluator, _ failed: (String, any Error) -> Void
  ) {
    let outer = evaluator.isCancelled
    evaluator.isCancelled = { job.cancelled.load(ordering: .relaxed) }
    defer { evaluator.isCancelled = outer }
    var outcome = JobOutcome.done
    if !job.cancelled.load(ordering: .relaxed) {
      do {
        outcome = try job.body(evaluator)
      } catch is CancellationError {
      } catch {
        failed(job.key, error)
      }
    }
    state.withLock { state in
      state.running.removeAll { $0 === job }
      if case .again = outcome, !job.cancelled.load(ordering: .relaxed), !state.ended {
        state.waiting.append((job, .now))
      }
    }
  }
}
