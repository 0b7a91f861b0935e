import Cells
import Lenses
import ModelFiles
import TestSupport
import Themes
import Tokenization

@testable import Reports

/// Readings of every kind, over texts that try to break out of every format.
struct ReportSamples {
  /// Markup, quotes, control sequences, marks that hide what is before them, turned writing, wide
  /// and joined graphemes, and bytes that are no text.
  static let hostile: [UInt8] =
    Array(
      ("<script>alert('x')</script>&amp;]]><!-- -->\u{1b}[31m\u{9b}2J\u{7f}\u{0}\u{202e}\u{200b}"
        + "\"\u{301}<\u{301}&\u{301}',\"quoted\",=1+1\r\n\t日本 👩‍👩‍👧 \u{FFFE}\u{FFFF}\u{2028}e\u{301}")
        .utf8)
    + [0xFF, 0xC3, 0x28, 0xED, 0xA0, 0x80]

  static let hostilePiece = String(decoding: hostile, as: UTF8.self)

  let vocabulary: Vocabulary
  let base: TokenReport

  init(_ text: [UInt8] = hostile, model: String = "tiny<\"'&") throws {
    let folder = try TemporaryFolder()
    let file = try GGUFFile.open(path: TinyModel(seed: 1).write(to: folder))
    let tokenizer = try Tokenizer(gguf: file)
    vocabulary = tokenizer.vocabulary
    base = TokenReport(
      model: model, text: text,
      tokens: TokenRow.rows(of: tokenizer.encode(text), vocabulary: vocabulary))
  }

  static func theme(_ name: String = "ink") throws -> Theme {
    try Theme.parse(Themes.toml(named: name) ?? "", file: name, name: name).theme
  }

  /// One report of each kind, and of a grid without texts.
  func reports() throws -> [LensReport] {
    try [
      report("surprisal", tokens()), report("rank", ranks()), report("attention-head", matrix()),
      report("logit-lens", grid(texts: true)), report("attention", grid(texts: false)),
      report("next", distribution()),
    ]
  }

  func report(
    _ lens: String, _ reading: Reading, _ values: [String: String] = [:]
  ) throws -> LensReport {
    let lens = try LensCatalog.lens(lens)
    return LensReport(
      base: base, lens: lens, parameters: try LensParameters(of: lens, values), reading: reading)
  }

  /// A number in 0..<1 that has as many digits as numbers have.
  private func number(_ index: Int) -> Double {
    (Double(index) * 0.618_033_988_749_894_9).truncatingRemainder(dividingBy: 1)
  }

  func tokens() -> Reading {
    .tokens(
      TokenValues(
        scale: Surprisal.scale,
        values: base.tokens.indices.map { $0 % 7 == 0 ? nil : number($0) * 14 }))
  }

  func ranks() -> Reading {
    .tokens(
      TokenValues(
        scale: Rank.scale, values: base.tokens.indices.map { $0 == 0 ? nil : Double($0 * $0) }))
  }

  func matrix(_ size: Int? = nil) -> Reading {
    let labels = base.tokens.prefix(size ?? base.tokens.count).map(\.piece)
    let values = (0..<labels.count * labels.count).map { index in
      index % labels.count > index / labels.count ? Float.nan : Float(number(index))
    }
    return .matrix(
      MatrixReading(scale: .probability, rows: labels, columns: labels, values: values))
  }

  func grid(texts: Bool) -> Reading {
    let rows = (0..<3).map { "L\($0)" }
    let columns = texts ? base.tokens.prefix(6).map(\.piece) : (0..<6).map { "H\($0)" }
    let count = rows.count * columns.count
    let values = (0..<count).map { $0 == 4 ? Float.nan : Float(number($0)) }
    return .grid(
      GridReading(
        scale: .probability, rows: rows, columns: columns, values: values,
        texts: texts ? values.indices.map { $0 % 2 == 0 ? Self.hostilePiece : "a" } : nil))
  }

  func distribution() -> Reading {
    let entries = (0..<8).map { index in
      DistributionReading.Entry(
        id: TokenID(index), piece: index == 3 ? Self.hostilePiece : "p\(index)",
        bytes: index == 3 ? Self.hostile : Array("p\(index)".utf8),
        logit: index == 5 ? nil : Float(number(index)), probability: number(index + 1) / 8)
    }
    let stage = DistributionReading.Stage(
      name: "top-k", setting: "4", kept: 4, entropy: number(9), candidates: Array(entries[..<4]))
    let model = DistributionReading.Stage(
      name: "model", setting: "", kept: 300, entropy: number(8), candidates: entries)
    return .distribution(
      DistributionReading(
        index: 2, entropy: number(10), candidates: entries,
        actual: DistributionReading.Actual(entry: entries[3], rank: 3), stages: [model, stage]))
  }
}

extension String {
  /// Whether some scalar could steer a terminal; line feeds aside.
  var steers: Bool {
    unicodeScalars.contains { scalar in
      switch scalar.properties.generalCategory {
      case .control: scalar != "\n" && scalar != "\r"
      case .lineSeparator, .paragraphSeparator, .surrogate: true
      // Joiners inside of emoji draw what they join.
      case .format: scalar != "\u{200D}"
      default: false
      }
    }
  }
}
