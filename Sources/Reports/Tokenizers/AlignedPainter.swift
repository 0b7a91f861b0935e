public import Cells
public import Tokenization

/// Draws rows of an `AlignedFlow`: a line for each tokenizer, its boundaries marked.
public struct AlignedPainter {
  /// How the parts are drawn.
  public struct Styles: Sendable {
    /// Characters.
    public var text: Style
    /// White space and symbols.
    public var faint: Style
    /// Boundaries that all tokenizers have.
    public var shared: Style
    /// Boundaries that not all have, and where one is missing.
    public var differing: Style
    /// The token that holds the cursor.
    public var cursor: Style

    /// Styles.
    public init(text: Style, faint: Style, shared: Style, differing: Style, cursor: Style) {
      self.text = text
      self.faint = faint
      self.shared = shared
      self.differing = differing
      self.cursor = cursor
    }
  }

  private let comparison: TokenizerComparison
  private let styles: Styles
  private let charset: Charset
  private let cursor: Int?

  /// A painter.
  ///
  /// - Parameter cursor: a byte of the text; the tokens that hold it are drawn as the cursor's.
  public init(
    _ comparison: TokenizerComparison, styles: Styles, charset: Charset, cursor: Int? = nil
  ) {
    self.comparison = comparison
    self.styles = styles
    self.charset = charset
    self.cursor = cursor
  }

  /// The mark of a boundary at a space, that of another, and that of one that only others have.
  public static func marks(_ charset: Charset) -> (space: String, other: String, joined: String) {
    charset == .unicode ? ("▏", "╎", "‿") : ("_", "|", "~")
  }

  /// Draws a row for each tokenizer from `origin` down; gives the lines taken.
  @discardableResult
  public func draw(
    _ row: AlignedFlow.Row, into grid: inout CellGrid, at origin: Point, clip: Rect
  ) -> Int {
    let range = row.start..<max(row.start, row.end) + 1
    let all = comparison.sides.indices.map { Set(comparison.boundaries(of: $0, in: range)) }
    for side in comparison.sides.indices {
      let held = heldByCursor(side)
      var column = origin.column
      var whole: Range<Int>?
      for cell in row.cells {
        let point = Point(row: origin.row + side, column: column)
        let own = all[side].contains(cell.offset)
        // A mark belongs to what follows it, but is no byte of it.
        let isHere = held?.contains(cell.offset) ?? false && (cell.kind != .room || !own)
        column += cell.width
        if let whole, whole.contains(cell.offset), cell.offset > whole.lowerBound {
          grid.put(
            String(repeating: " ", count: cell.width), at: point,
            style: isHere ? styles.cursor : styles.text, clip: clip)
          continue
        }
        var (text, style) = look(
          cell, own: own, isShared: all.allSatisfy { $0.contains(cell.offset) })
        if let character = cell.character, cell.length > 0,
          let drawn = drawn(character, row, isCut: { all[side].contains($0) })
        {
          whole = character
          (text, style) = (drawn, styles.text)
          text += String(
            repeating: " ", count: max(0, cell.width - GraphemeWidth.columns(of: drawn)))
        }
        grid.put(text, at: point, style: isHere ? styles.cursor : style, clip: clip)
      }
    }
    return comparison.sides.count
  }

  private func look(
    _ cell: AlignedFlow.Cell, own: Bool, isShared: Bool
  ) -> (text: String, style: Style) {
    let marks = Self.marks(charset)
    let space = charset == .unicode ? "·" : "."
    let mark = isShared ? styles.shared : styles.differing
    switch cell.kind {
    case .plain: return (cell.text, styles.text)
    case .space: return (space, styles.faint)
    case .newline, .symbol: return (cell.text, styles.faint)
    case .markedSpace: return (own ? marks.space : space, mark)
    case .room: return (own ? marks.other : marks.joined, mark)
    }
  }

  /// A character that others cut, for a tokenizer that does not: as it is, when all of its bytes are
  /// in the row and it can be drawn.
  private func drawn(
    _ character: Range<Int>, _ row: AlignedFlow.Row, isCut: (Int) -> Bool
  ) -> String? {
    guard row.start <= character.lowerBound, character.upperBound <= row.end,
      !character.dropFirst().contains(where: isCut)
    else { return nil }
    let text = String(decoding: comparison.text[character], as: UTF8.self)
    let segments = VisibleText.segments(of: comparison.text[character], charset: charset)
    return segments.count == 1 && segments.first?.kind == .plain && segments.first?.text == text
      ? text : nil
  }

  /// The bytes of the token that holds the cursor.
  private func heldByCursor(_ side: Int) -> Range<Int>? {
    guard let cursor, let index = comparison.token(of: side, at: cursor) else { return nil }
    let token = comparison.sides[side].tokens[index]
    return token.start..<max(token.end, token.start)
  }
}
