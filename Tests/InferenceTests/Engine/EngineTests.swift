import Foundation
import Synchronization
import Testing
import TestSupport

@testable import Inference

/// Notes what happens on the engine's thread, and lets a test wait for it.
private final class Log: Sendable {
  private let lines = Mutex<[String]>([])
  private let bell = DispatchSemaphore(value: 0)

  func note(_ line: String) {
    lines.withLock { $0.append(line) }
    bell.signal()
  }

  /// Waits until `line` has been noted; `false` after a minute.
  func awaits(_ line: String) -> Bool {
    let deadline = DispatchTime.now() + 60
    while !lines.withLock({ $0.contains(line) }) {
      if bell.wait(timeout: deadline) == .timedOut { return false }
    }
    return true
  }

  var all: [String] { lines.withLock { $0 } }
}

@Suite("Engine")
struct EngineTests {
  private func engine(_ log: Log, threads: Int = 1) throws -> Engine {
    let folder = try TemporaryFolder()
    let path = try TinyModel(seed: 4).write(to: folder)
    let model = try Model.load(path: path, name: "tiny")
    return Engine(
      makeEvaluator: { try? Evaluator(model: model, threads: threads) },
      failed: { key, error in log.note("\(key): \(error)") })
  }

  @Test("a job that asks for it is called again until it is done")
  func again() throws {
    let log = Log()
    let engine = try engine(log)
    defer { engine.stop() }
    let count = Counter()
    engine.submit(key: "a", priority: .decode) { _ in
      let turn = count.next()
      log.note("turn \(turn)")
      return turn == 3 ? .done : .again
    }
    #expect(log.awaits("turn 3"))
    engine.submit(key: "b", priority: .lens) { _ in
      log.note("last")
      return .done
    }
    #expect(log.awaits("last"))
    #expect(log.all == ["turn 1", "turn 2", "turn 3", "last"])
  }

  @Test("a newer job of the same key cancels the running one and replaces the waiting one")
  func replacement() throws {
    let log = Log()
    let engine = try engine(log)
    defer { engine.stop() }
    engine.submit(key: "a", priority: .evaluate) { evaluator in
      log.note("first runs")
      while true { try evaluator.checkCancellation() }
    }
    #expect(log.awaits("first runs"))
    engine.submit(key: "b", priority: .lens) { _ in
      log.note("never")
      return .done
    }
    engine.submit(key: "b", priority: .lens) { _ in
      log.note("instead")
      return .done
    }
    engine.submit(key: "a", priority: .evaluate) { _ in
      log.note("second runs")
      return .done
    }
    #expect(log.awaits("second runs"))
    #expect(log.awaits("instead"))
    #expect(!log.all.contains("never"))
  }

  @Test("a long reading lets an urgent evaluation in and then goes on")
  func makeWay() throws {
    let log = Log()
    let engine = try engine(log)
    defer { engine.stop() }
    let flag = Flag()
    engine.submit(key: "lens", priority: .lens) { evaluator in
      log.note("lens begins")
      while !flag.isSet { try evaluator.checkCancellation() }
      log.note("lens ends")
      return .done
    }
    #expect(log.awaits("lens begins"))
    engine.submit(key: "text", priority: .evaluate) { _ in
      log.note("text")
      flag.set()
      return .done
    }
    #expect(log.awaits("lens ends"))
    #expect(log.all == ["lens begins", "text", "lens ends"])
  }

  @Test("evaluation is cancelled within a layer and what was evaluated stays valid")
  func cancellation() throws {
    let folder = try TemporaryFolder()
    let model = try Model.load(path: TinyModel(seed: 4).write(to: folder), name: "tiny")
    let evaluator = try Evaluator(model: model, threads: 2)
    let ids = (0..<150).map { Int32($0 % 250) }
    let whole = try evaluator.evaluate(ids)
    let again = try Evaluator(model: model, threads: 2)
    var asked = 0
    again.isCancelled = {
      asked += 1
      return asked > 8
    }
    #expect(throws: CancellationError.self) { try again.evaluate(ids) }
    again.isCancelled = { false }
    let trace = try again.evaluate(ids)
    #expect(trace.records.map(\.logSumExp) == whole.records.map(\.logSumExp))
  }

  @Test("whatever text is let in while another is evaluated, both come out the same")
  func letIn() throws {
    let folder = try TemporaryFolder()
    let model = try Model.load(path: TinyModel(seed: 4).write(to: folder), name: "tiny")
    let evaluator = try Evaluator(model: model, threads: 1)
    let ids = (0..<70).map { Int32($0 * 7 % 250) }
    let wanted = try Evaluator(model: model, threads: 1).evaluate(ids).records.map(\.logSumExp)
    let others = [ids, ids + [5, 6], Array(ids.prefix(3)), Array(ids.prefix(69)), [9, 8], []]
    for other in others {
      for probe in [Probe(), .attention] {
        _ = try evaluator.evaluate([])
        var turns = 3
        evaluator.makeWay = {
          guard turns > 0 else { return }
          turns -= 1
          let rest = turns
          turns = 0
          let trace = try? evaluator.evaluate(other, probe: probe)
          #expect(trace?.records.count == other.count)
          turns = rest
        }
        #expect(try evaluator.evaluate(ids).records.map(\.logSumExp) == wanted)
        let tree = try TokenTree(after: ids, capacity: 2, with: evaluator)
        turns = 3
        try tree.extend(by: [(3, .text(ids.count)), (4, .node(0))])
        #expect(try evaluator.records(of: ids).map(\.logSumExp) == wanted)
        evaluator.makeWay = {}
      }
    }
  }

  @Test("errors of jobs are reported under their key")
  func failure() throws {
    let log = Log()
    let engine = try engine(log)
    defer { engine.stop() }
    engine.submit(key: "bad", priority: .evaluate) { evaluator in
      _ = try evaluator.evaluate([99_999])
      return .done
    }
    #expect(log.awaits("bad: token 99999 is not in the vocabulary of 300 entries"))
  }
}

private final class Counter: Sendable {
  private let value = Mutex(0)
  func next() -> Int {
    value.withLock {
      $0 += 1
      return $0
    }
  }
}

private final class Flag: Sendable {
  private let value = Atomic<Bool>(false)
  var isSet: Bool { value.load(ordering: .acquiring) }
  func set() { value.store(true, ordering: .releasing) }
}
