import Inference
import Testing
import Tokenization

@testable import Workbench

@Suite("Decoding in the workbench")
struct DecodingTests {
  @Test("a run gives what the decoder gives, token by token")
  func run() throws {
    let bench = try TestBench("the cat")
    let prompt = bench.state.document.ids
    bench.press("<Space>")
    #expect(bench.state.document.ids.count == prompt.count + 8)
    #expect(bench.state.decode.stopped == .limit(8))
    #expect(bench.state.document.generated == prompt.count..<prompt.count + 8)
    #expect(bench.state.records.map(\.id) == bench.state.document.ids)

    // Each token is the draw of its own seed from the model's logits.
    for index in bench.state.document.generated {
      let ids = Array(bench.state.document.ids[..<index])
      let trace = try bench.evaluator.evaluate(ids)
      let last = try #require(trace.records.last)
      let request = DecodeRequest(
        generation: 0, ids: ids, probe: [], sampler: bench.state.decode.sampler,
        stop: StopConditions())
      let settings = request.settings(at: index)
      var generator = SeededGenerator(seed: settings.seed)
      let choice = SamplerChain(settings).sample(
        logits: bench.evaluator.logits(after: last), history: ids, generator: &generator)
      #expect(choice.id == bench.state.document.ids[index])
    }
  }

  @Test("steps give the tokens of a run, and can be taken back")
  func steps() throws {
    let run = try TestBench("the cat")
    run.press("<Space>")
    let stepped = try TestBench("the cat")
    for _ in 0..<8 { stepped.press("s") }
    #expect(stepped.state.document.ids == run.state.document.ids)
    stepped.press("S", "S")
    #expect(stepped.state.document.ids == Array(run.state.document.ids.dropLast(2)))
    #expect(stepped.state.records.map(\.id) == stepped.state.document.ids)
    stepped.press("s", "s")
    #expect(stepped.state.document.ids == run.state.document.ids)
  }

  @Test("answers that come after a pause are dropped")
  func late() throws {
    let bench = try TestBench("the cat")
    bench.worksAtOnce = false
    bench.press("<Space>")
    let count = bench.state.document.tokens.count
    guard
      case .decode(let request)? = bench.waiting.first(where: {
        if case .decode = $0 { true } else { false }
      })
    else {
      Issue.record("no decoding was asked for")
      return
    }
    bench.press("<Space>")
    #expect(bench.state.decode.stopped == .paused)
    let trace = try bench.evaluator.evaluate(request.ids + [5])
    let step = DecodeStep(index: count, token: 5, probability: 1, kept: 1, seconds: 0)
    bench.send(.decoded(generation: request.generation, step, trace))
    #expect(bench.state.document.tokens.count == count)
  }

  @Test("another candidate makes a branch, and both can be gone to")
  func branches() throws {
    let bench = try TestBench("the cat")
    bench.press("<Space>")
    let first = bench.state.document.ids
    let fork = bench.state.document.writtenCount
    bench.press("g")
    for _ in 0..<fork - 1 { bench.press("l") }
    bench.press("c", "j", "j")
    let chosen = bench.state.candidates[2].id
    bench.press("<Enter>")
    #expect(bench.state.document.ids == Array(first[..<fork]) + [chosen])
    #expect(bench.state.branches.all.count == 2)
    #expect(bench.state.branches.present.fork == fork)
    bench.press("<Space>")
    let second = bench.state.document.ids
    #expect(second.count == fork + 1 + 8)
    bench.press("{")
    #expect(bench.state.document.ids == first)
    bench.press("}")
    #expect(bench.state.document.ids == second)
    #expect(bench.state.records.map(\.id) == second)
  }

  @Test("a banned token is never drawn")
  func ban() throws {
    let bench = try TestBench("the cat")
    bench.press(":")
    bench.type("always the likeliest")
    bench.press("<Enter>", "<Space>")
    let greedy = bench.state.document.ids
    let banned = greedy[bench.state.document.writtenCount]
    let other = try TestBench("the cat")
    _ = other.state.perform("decode.ban", "\(banned)")
    other.press("<Space>")
    #expect(!other.state.document.ids.dropFirst(other.state.document.writtenCount).contains(banned))
  }

  @Test("a forced text stands after the cursor, token by token")
  func force() throws {
    let bench = try TestBench("the cat")
    bench.press("f")
    bench.type(" dog")
    bench.press("<Enter>")
    #expect(bench.text == "the cat dog")
    #expect(bench.state.document.writtenCount < bench.state.document.tokens.count)
  }

  @Test("a run stops at a stop text, also one that tokens cut apart")
  func stopText() {
    let bench = try? TestBench("x")
    guard let vocabulary = bench?.model.tokenizer.vocabulary, let tokenizer = bench?.model.tokenizer
    else {
      Issue.record("no model")
      return
    }
    let ids = tokenizer.encode(Array("hello\n\nworld".utf8)).map(\.id)
    let stop = StopConditions(limit: 100, texts: [Array("o\n".utf8)], atEnd: true)
    let first = ids.indices.first { count in
      stop.reason(
        generated: Array(ids[...count]), vocabulary: vocabulary, total: 10, context: 100) != nil
    }
    let text = first.map { tokenizer.decode(ids[...$0]) } ?? []
    #expect(String(decoding: text, as: UTF8.self).hasPrefix("hello\n"))
    #expect(text.count <= "hello\n\n".utf8.count)
  }
}
