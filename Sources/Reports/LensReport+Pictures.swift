public import Cells
import Foundation
import Lenses

extension LensReport {
  /// A table or picture in plain text, of lines no longer than `columns`.
  public func table(charset: Charset, columns: Int) -> String {
    guard case .tokens(let values) = reading else {
      return ScreenReport.text(
        LensPicture(self, theme: .plain, depth: .none, charset: charset, columns: columns).grid)
    }
    let scale = values.scale
    var table = TextTable(
      [.right("index"), .right("id"), .left("piece"), .right(scale.unit)], charset: charset)
    let nothing = charset == .unicode ? "–" : "-"
    for (token, value) in zip(base.tokens, values.values) {
      table.add([
        "\(token.index)", "\(token.id)", PieceText.visible(token.bytes, charset: charset),
        value.map(scale.rounded) ?? nothing,
      ])
    }
    let mean = values.mean.map { "mean " + String(format: "%.2f ", $0) + scale.unit + "\n" } ?? ""
    return table.text(columns: columns) + mean
  }

  /// A picture for a terminal: heat behind the text, coloured cells, or bars.
  public func ansi(
    theme: Theme, depth: ColorDepth, charset: Charset, columns: Int
  ) -> String {
    ScreenReport.ansi(
      LensPicture(self, theme: theme, depth: depth, charset: charset, columns: columns).grid)
  }

  /// The same picture as a drawing; its cells have titles with their values.
  public func svg(theme: Theme, columns: Int = 100) -> String {
    let picture = LensPicture(
      self, theme: theme, depth: .trueColor, charset: .unicode, columns: columns)
    return ScreenReport.svg(
      picture.grid, title: title, look: ScreenColors(theme: theme), notes: picture.notes)
  }

  /// The same picture as a page of its own; its cells have titles with their values.
  public func html(theme: Theme, columns: Int = 100) -> String {
    let picture = LensPicture(
      self, theme: theme, depth: .trueColor, charset: .unicode, columns: columns)
    return ScreenReport.html(
      picture.grid, title: title, look: ScreenColors(theme: theme), notes: picture.notes)
  }

  private var title: String { "\(lens.title) · \(base.model)" }
}
