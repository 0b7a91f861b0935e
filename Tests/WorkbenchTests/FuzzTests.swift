import Cells
import Inference
import Testing
import Tokenization

@testable import Workbench

@Suite("Anything that can happen")
struct FuzzTests {
  /// A number below a limit.
  private static func below(_ limit: Int, _ generator: inout SeededGenerator) -> Int {
    Int(generator.nextUnit() * Double(limit))
  }

  private static func event(_ generator: inout SeededGenerator, _ size: Size) -> InputEvent {
    let keys = CommandTable.all.flatMap(\.keys).filter { $0 != "q" }
    let texts = ["a", "é", "今", "👩‍👩‍👧", " ", "\u{301}", "\u{202e}", "7", "z"]
    switch below(20, &generator) {
    case 0:
      let sizes = [
        (1, 1), (1, 80), (80, 1), (5, 20), (24, 80), (60, 200), (10, 40), (3, 3), (0, 0),
      ]
      let (rows, columns) = sizes[below(sizes.count, &generator)]
      return .resize(Size(rows: rows, columns: columns))
    case 1, 2:
      let kinds: [Mouse.Kind] = [.press, .doublePress, .release, .drag, .wheelUp, .wheelDown]
      return .mouse(
        Mouse(
          point: Point(
            row: below(size.rows + 3, &generator) - 1,
            column: below(size.columns + 3, &generator) - 1),
          kind: kinds[below(kinds.count, &generator)]))
    case 3:
      let bytes = (0..<below(40, &generator)).map { _ in UInt8(below(256, &generator)) }
      return .paste(bytes)
    case 4, 5, 6:
      return .key(.character(Character(texts[below(texts.count, &generator)])))
    default:
      let key = keys[below(keys.count, &generator)]
      return .key(Key(parsing: key) ?? .named(.escape))
    }
  }

  @Test("no sequence of events breaks the state or the picture", arguments: 0..<12)
  func events(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let bench = try TestBench("the cat sat", charset: seed.isMultiple(of: 3) ? .ascii : .unicode)
    bench.state.decode.stop.limit = 3
    bench.looksAhead = false
    // Sometimes the engine is slow, and its answers come late.
    bench.worksAtOnce = !seed.isMultiple(of: 2)
    for _ in 0..<350 {
      bench.send(.input(Self.event(&generator, bench.state.size)))
      if !bench.worksAtOnce, Self.below(4, &generator) == 0 { bench.work() }
      let state = bench.state
      let document = state.document
      #expect(document.tokens.isEmpty || state.cursor < document.tokens.count)
      #expect(0...document.bytes.count ~= state.caret)
      #expect(document.writtenCount <= document.tokens.count)
      #expect(zip(state.records, document.ids).allSatisfy { $0.id == $1 })
      #expect(state.records.count <= document.tokens.count)
      let grid = Scene(state).grid
      #expect(grid.size == state.size)
      for scalar in grid.text.unicodeScalars where scalar != "\n" {
        #expect(scalar.properties.generalCategory != .control)
      }
    }
    // What had been asked for comes, and then nothing is missing.
    bench.worksAtOnce = true
    bench.press("<Esc>", "<Esc>", "<Esc>")
    bench.work()
    bench.press("i")
    bench.type("x")
    #expect(bench.state.records.count == bench.state.evaluable)
    let tokens = bench.state.document.tokens
    #expect(tokens == bench.model.tokenizer.encode(bench.state.document.bytes))
  }

  @Test("a session of any events brings back the same text", arguments: 0..<24)
  func sessions(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(100 + seed))
    let bench = try TestBench("the cat sat")
    bench.state.decode.stop.limit = 3
    bench.looksAhead = false
    for _ in 0..<200 { bench.send(.input(Self.event(&generator, bench.state.size))) }
    let again = try TestBench("the cat sat")
    again.state.decode.stop.limit = 3
    again.looksAhead = false
    again.perform(again.state.replay(bench.entries))
    #expect(again.text == bench.text)
    let isSame = again.state.document == bench.state.document
    #expect(isSame)
    #expect(again.state.branches.all.count == bench.state.branches.all.count)
    #expect(again.state.cursor == bench.state.cursor)
  }
}
