/// What a picture says about some of its cells when they are pointed at, or read aloud.
public struct ScreenNote: Sendable, Hashable {
  /// The row of the cells.
  public let row: Int
  /// The columns of the cells.
  public let columns: Range<Int>
  /// What they stand for.
  public let text: String

  /// A note on some cells of a row.
  public init(row: Int, columns: Range<Int>, text: String) {
    self.row = row
    self.columns = columns
    self.text = text
  }
}
