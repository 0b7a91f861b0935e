import Cells
import Foundation
import Lenses

extension LensPicture {
  /// The text with its values behind it.
  mutating func draw(_ values: TokenValues) {
    let scale = values.scale
    for (token, value) in zip(report.base.tokens, values.values) {
      let base: Role = token.special ? .special : .text
      let look = value.map { heat(scale.fraction($0), scale, base: base) } ?? style(.faint)
      let piece = PieceText.visible(token.bytes, charset: charset)
      let said = value.map(scale.measured) ?? "no value"
      let note = "\(token.index): \(piece) id \(token.id), \(said)"
      for segment in VisibleText.segments(of: token.bytes, charset: charset) {
        write(segment.text, look, note: note)
        if segment.kind == .newline { newline() }
      }
    }
    newline()
    legend(scale)
    if let mean = values.mean {
      write("  mean " + String(format: "%.2f ", mean) + scale.unit, style(.faint))
    }
  }

  /// Candidates with bars; those that the sampler takes away step back.
  mutating func draw(_ distribution: DistributionReading) {
    var title = "after token \(distribution.index)"
    title += String(format: ", entropy %.2f bit", distribution.entropy)
    for stage in distribution.stages.dropFirst() {
      title += ", \(stage.name) \(stage.setting) keeps \(stage.kept)"
    }
    write(CellGrid.fitted(title, to: columns, charset: charset), style(.faint))
    newline()
    let kept = distribution.stages.last.map { Set($0.candidates.map(\.id)) }
    let piece = max(6, min(16, columns - 17))
    let bar = max(4, columns - piece - 14)
    for (rank, entry) in distribution.candidates.prefix(20).enumerated() {
      let isKept = kept?.contains(entry.id) ?? true
      let isActual = distribution.actual?.entry.id == entry.id
      let shown = PieceText.visible(entry.bytes, charset: charset)
      let number = String(format: "%.4f", entry.probability)
      let note = "rank \(rank): \(shown) id \(entry.id), probability \(number)"
      write(isActual ? (charset == .unicode ? "● " : "* ") : "  ", style(.accent))
      write(cell(shown, piece) + " ", style(isKept ? .text : .faint), note: note)
      write(number + " ", style(isKept ? .text : .faint), note: note)
      let drawn = Chart.bar(entry.probability, columns: bar, charset: charset)
      write(drawn, style(isKept ? .accent : .faint), note: note)
      newline()
    }
    if let actual = distribution.actual {
      let shown = PieceText.visible(actual.entry.bytes, charset: charset)
      let number = String(format: "%.4f", actual.entry.probability)
      newline()
      write("follows ", style(.faint))
      write(CellGrid.fitted(shown, to: piece, charset: charset) + " ", style(.text))
      write("rank \(actual.rank) ", style(.faint))
      write("probability \(number)", style(.faint))
    }
  }
}
