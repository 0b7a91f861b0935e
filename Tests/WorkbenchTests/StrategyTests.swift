import Cells
import Inference
import Testing
import Tokenization

@testable import Workbench

@Suite("Strategies of decoding in the workbench")
struct StrategyTests {
  @Test("by bytes a run gives what the decoder of bytes gives, and the same bytes step by step")
  func bytes() throws {
    let run = try TestBench("the ca")
    run.press("b", "b", "<Space>")
    #expect(run.state.decode.strategy == .bytes)
    let stopped = try #require(run.state.decode.stopped)
    let drawn = run.state.document.bytes.dropFirst(6)
    #expect(run.state.decode.byteSteps.compactMap(\.byte) == Array(drawn))
    #expect(stopped == .byteLimit(32) || run.state.decode.byteSteps.last?.byte == nil)
    // The text is what the tokenizer makes of it, and all of it is evaluated in the end.
    #expect(run.state.document.tokens == run.model.tokenizer.encode(run.state.document.bytes))
    #expect(run.state.records.map(\.id) == run.state.document.ids)

    // The definition: each byte is drawn with its own seed from the exact distribution there.
    let covers = ByteCovers(
      rule: CanonicalRule(run.model.tokenizer), source: ModelSource(run.evaluator))
    covers.leastShare = ByteCovers.standardLeastShare
    var settings = run.state.decode.sampler
    let decoder = try ByteDecoder(
      [Array("the ca".utf8)], models: [covers], weights: [1], settings: settings)
    for index in drawn.indices {
      settings = DecodeRequest(
        generation: 0, ids: [], probe: [], sampler: settings, stop: StopConditions()
      ).settings(at: index)
      let step = try decoder.step(seed: settings.seed)
      #expect(step.byte == run.state.document.bytes[index])
      settings = run.state.decode.sampler
    }

    let stepped = try TestBench("the ca")
    stepped.press("b", "b")
    for _ in drawn { stepped.press("s") }
    #expect(stepped.text == run.text)
  }

  @Test("a written text is healed once: its last token goes, and the new one begins with its bytes")
  func heal() throws {
    let bench = try TestBench("the ca")
    let before = bench.state.document
    let last = before.bytes(of: before.tokens.count - 1)
    bench.press("b", "s")
    #expect(bench.state.decode.strategy == .heal)
    let healed = bench.state.document
    #expect(healed.tokens.count == before.tokens.count)
    #expect(healed.bytes(of: healed.tokens.count - 1).starts(with: last))
    #expect(bench.state.records.map(\.id) == healed.ids)
    // What was decoded stays.
    bench.press("s")
    #expect(bench.state.document.ids.dropLast() == healed.ids[...])
    #expect(bench.entries.contains { if case .healed = $0.event { true } else { false } })
  }

  @Test("steps that are asked for faster than they are taken are all taken", arguments: [0, 2])
  func fastSteps(strategy: Int) throws {
    let slow = try TestBench("the ca")
    let fast = try TestBench("the ca")
    for bench in [slow, fast] { for _ in 0..<strategy { bench.press("b") } }
    slow.press("s", "s", "s")
    fast.worksAtOnce = false
    fast.press("s", "s", "s")
    for _ in 0..<40 where !fast.waiting.isEmpty { fast.work() }
    #expect(fast.text == slow.text && fast.text != "the ca")
    // Each of them is undone by itself, also after the session was brought back.
    let again = try TestBench("the ca")
    _ = again.state.replay(fast.entries)
    for bench in [slow, fast, again] {
      bench.worksAtOnce = true
      bench.press("u")
    }
    #expect(fast.text == slow.text && again.text == slow.text)
    // A pause drops what waits.
    fast.worksAtOnce = false
    fast.press("s", "s", "<Space>", "<Space>")
    for _ in 0..<40 where !fast.waiting.isEmpty { fast.work() }
    #expect(fast.state.decode.waitingSteps == 0)
  }

  @Test("a session with all strategies brings back the same text", arguments: [0, 1, 2])
  func sessions(first: Int) throws {
    let bench = try TestBench("the ca")
    for _ in 0..<first { bench.press("b") }
    for _ in 0..<3 { bench.press("s", "b", "s", "s") }
    bench.press("<Space>", "h", "c", "j", "<Enter>", "<Space>")
    let again = try TestBench("the ca")
    _ = again.state.replay(bench.entries)
    #expect(again.text == bench.text)
    #expect(again.state.document.ids == bench.state.document.ids)
    #expect(again.state.decode.strategy == bench.state.decode.strategy)
  }

  @Test("several models decode by bytes, with what each makes of a byte")
  func ensemble() throws {
    let alone = try TestBench("the ca")
    alone.press("b", "b", "<Space>")
    let bench = try TestBench(
      "the ca", size: Size(rows: 40, columns: 120),
      ensemble: EnsembleSettings(models: ["tiny", "twin"]))
    #expect(bench.state.decode.strategy == .bytes)
    bench.press("5", "<Space>")
    // A model and its twin agree.
    #expect(bench.text == alone.text)
    let step = try #require(bench.state.decode.byteSteps.last)
    #expect(step.opinions.count == 2 && abs(step.opinions[0] - step.combined) < 1e-9)
    #expect(bench.screen.contains("mixture of 2 models") && bench.screen.contains("twin"))
    bench.press(":")
    bench.type("weights")
    bench.press("<Enter>")
    bench.type("3 1")
    bench.press("<Enter>")
    #expect(bench.state.decode.ensemble.weights == [0.75, 0.25])
    #expect(bench.screen.contains("weights 0.75 0.25"))
  }
}
