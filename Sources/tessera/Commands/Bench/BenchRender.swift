import ArgumentParser
import Cells
import Foundation
import Inference
import Lenses
import Reports
import TerminalUI
import Themes
import Tokenization
import Workbench

/// `tessera bench render`: what a frame costs, in a real pseudo-terminal.
struct BenchRender: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render",
    abstract: "Milliseconds and bytes of a frame, while decoding and for a key.")

  @Option(help: "Columns of the terminal.")
  var columns = 80
  @Option(help: "Rows of the terminal.")
  var rows = 24
  @Option(help: "How many tokens are decoded, a frame for each.")
  var tokens = 100
  @Option(help: "table or json.")
  var format = BenchCommand.Format.table
  @OptionGroup var options: ModelOptions

  private struct Report: Encodable {
    struct Frames: Encodable {
      let frames: Int
      let milliseconds, millisecondsWorst, bytes, bytesWorst: Double

      enum CodingKeys: String, CodingKey {
        case frames, bytes
        case milliseconds
        case millisecondsWorst = "milliseconds_p99"
        case bytesWorst = "bytes_p99"
      }

      init(_ samples: [(seconds: Double, bytes: Int)]) {
        frames = samples.count
        func worst(_ values: [Double]) -> Double {
          let sorted = values.sorted()
          return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, sorted.count * 99 / 100)]
        }
        let times = samples.map { $0.seconds * 1000 }
        let sizes = samples.map { Double($0.bytes) }
        milliseconds = BenchCommand.median(times)
        millisecondsWorst = worst(times)
        bytes = BenchCommand.median(sizes)
        bytesWorst = worst(sizes)
      }
    }

    let bench = "render"
    let model: String
    let columns, rows: Int
    /// A frame after a decoded token, and one after a key.
    let decode, key: Frames
  }

  func validate() throws {
    guard 20...1000 ~= columns, 5...500 ~= rows, 1...1000 ~= tokens else {
      throw ValidationError("--columns 20 to 1000, --rows 5 to 500, --tokens 1 to 1000")
    }
  }

  func run() throws {
    let model = try options.load()
    let evaluator = try options.evaluator(of: model)
    let meter = try PtyMeter(size: Size(rows: rows, columns: columns))
    let report: Report
    do {
      var terminal = try Terminal(
        options: TerminalOptions(
          colors: .ansi256, input: meter.descriptor, output: meter.descriptor,
          term: "xterm-256color", locale: "C.UTF-8"))
      report = try measure(&terminal, meter, model, evaluator)
    }
    let output = StandardOutput()
    guard format == .table else { return try output.write(text: JSONText.line(report)) }
    for (name, frames) in [("decoded token", report.decode), ("key", report.key)] {
      try output.write(
        text: String(
          format: "render %dx%d, %@: %.2f ms (99 %%: %.2f), %.0f bytes (99 %%: %.0f), %d frames\n",
          columns, rows, name, frames.milliseconds, frames.millisecondsWorst, frames.bytes,
          frames.bytesWorst, frames.frames))
    }
  }

  private func measure(
    _ terminal: inout Terminal, _ meter: PtyMeter, _ model: Model, _ evaluator: Evaluator
  ) throws -> Report {
    let theme = try ThemeStore().theme(named: "ink").theme
    var state = WorkbenchState(
      text: Array(WorkbenchCommand.sample.utf8), modelName: model.name,
      size: Size(rows: rows, columns: columns),
      look: Look(theme: theme, depth: .ansi256, charset: .unicode, themeNames: ["ink"]))
    let host = SynchronousHost(evaluator: evaluator)
    try host.apply(
      [
        .modelOpened(
          ModelFacts(
            name: model.name, quantisation: model.quantisation, shape: model.shape,
            tokenizer: model.tokenizer, context: evaluator.contextLength,
            threads: evaluator.threads, chatTemplate: model.chatTemplate))
      ], to: &state)

    func frame(_ messages: [Message]) throws -> (seconds: Double, bytes: Int) {
      meter.settle()
      let before = meter.byteCount
      let begin = ContinuousClock.now
      let effects = update(&state, messages)
      let scene = Scene(state)
      terminal.present(scene.grid, cursor: scene.cursor)
      let seconds = (ContinuousClock.now - begin) / .seconds(1)
      meter.settle()
      try host.perform(effects, on: &state)
      return (seconds, meter.byteCount - before)
    }

    _ = try frame([])
    let keys: [Key] = [.named(.left), .named(.up), .named(.right), .named(.down)]
    let typed = try (0..<tokens).map { try frame([.input(.key(keys[$0 % keys.count]))]) }
    _ = try frame([.input(.key(.character("G")))])
    host.decodes = tokens
    _ = try frame([.input(.key(.named(.space)))])
    let decoded = try host.steps.map { try frame([$0]) }
    return Report(
      model: model.name, columns: columns, rows: rows, decode: Report.Frames(decoded),
      key: Report.Frames(typed))
  }
}

/// Does at once what the state asks for, without an engine.
private final class SynchronousHost {
  let evaluator: Evaluator
  private let desk: ByteDesk
  /// How many tokens a run decodes; they wait in `steps` to be shown.
  var decodes = 0
  var steps: [Message] = []

  init(evaluator: Evaluator) {
    self.evaluator = evaluator
    desk = ByteDesk(evaluator)
  }

  func apply(_ messages: [Message], to state: inout WorkbenchState) throws {
    try perform(update(&state, messages), on: &state)
  }

  func perform(_ effects: [Effect], on state: inout WorkbenchState) throws {
    for effect in effects {
      switch effect {
      case .evaluate(let request):
        let trace = try evaluator.evaluate(request.ids, probe: request.probe)
        try apply([.evaluated(generation: request.generation, trace, finished: true)], to: &state)
      case .read(let request):
        let bench = LensBench(
          trace: request.trace, vocabulary: evaluator.model.tokenizer.vocabulary,
          parameters: request.inputs.parameters, evaluator: evaluator,
          sampler: request.inputs.sampler)
        let reading = try LensCatalog.lens(request.inputs.lens).run(bench)
        try apply([.read(request.key, request.inputs, reading, finished: true)], to: &state)
      case .readBytes(let request):
        try desk.begin(request.text)
        let reading = try desk.reading(at: request.inputs.offset)
        try apply([.bytes(request.inputs, reading, finished: true)], to: &state)
      case .decode(let request):
        var trace = try evaluator.evaluate(request.ids, probe: request.probe)
        for _ in 0..<min(decodes, evaluator.contextLength - request.ids.count) {
          var decoder = Decoder(request.settings(at: trace.records.count))
          let (step, longer) = try decoder.step(after: trace, with: evaluator)
          trace = longer
          steps.append(.decoded(generation: request.generation, step, longer))
        }
      case .cancel, .log, .export, .useTheme, .redraw, .suspend, .quit, .openTokenizer, .study:
        break
      }
    }
  }
}
