/// Where the parts of the screen are.
public struct Layout: Sendable, Hashable {
  /// The line at the top: model, quantisation, context, speed, legend.
  public let title: Rect
  /// The pane that holds the text, at the left.
  public let main: Rect
  /// The panes beside it, from the top, column by column.
  public let side: [Rect]
  /// The line with the sparkline.
  public let timeline: Rect
  /// The line at the bottom: mode and keys.
  public let status: Rect

  /// How many side panes a screen of this size shows at once.
  public static func sideCount(_ size: Size) -> Int {
    if size.columns < 50 || size.rows < 10 { return 0 }
    if size.columns < 140 { return size.rows < 16 ? 1 : 2 }
    return size.rows < 16 ? 2 : 3
  }

  /// Lays out a screen.
  ///
  /// - Parameters:
  ///   - size: rows and columns; any, however small.
  ///   - sidePanes: how many side panes are wanted; as many are placed as there is room for.
  ///   - zoomed: the text alone, or the side pane of this number alone; `nil` for all.
  public init(_ size: Size, sidePanes: Int, zoomed: Zoom? = nil) {
    let (title, belowTitle) = Rect(size).splitTop(size.rows > 2 ? 1 : 0)
    let statusRows = size.rows > 1 ? 1 : 0
    let (aboveStatus, status) = belowTitle.splitTop(belowTitle.rows - statusRows)
    let timelineRows = aboveStatus.rows > 8 ? 1 : 0
    let (body, timeline) = aboveStatus.splitTop(aboveStatus.rows - timelineRows)
    self.title = title
    self.status = status
    self.timeline = timeline
    let nothing = Rect(row: body.row, column: body.column, rows: 0, columns: 0)
    switch zoomed {
    case .main?:
      main = body
      side = []
      return
    case .side(let index)?:
      main = nothing
      side = (0...max(0, index)).map { $0 == index ? body : nothing }
      return
    case nil: break
    }
    let count = min(sidePanes, Self.sideCount(size))
    guard count > 0 else {
      main = body
      side = []
      return
    }
    if count == 3 {
      let (left, right) = body.splitLeft(body.columns * 44 / 100)
      let (middle, last) = right.splitLeft(right.columns / 2)
      let (top, bottom) = middle.splitTop((middle.rows + 1) / 2)
      main = left
      side = [top, bottom, last]
    } else {
      let (left, right) = body.splitLeft(body.columns * (size.columns < 100 ? 56 : 60) / 100)
      main = left
      if count == 2 {
        // On small screens the lower pane, which is a picture, gets more than the list above it.
        let top = right.rows < 30 ? right.rows * 3 / 7 : (right.rows + 1) / 2
        let (above, below) = right.splitTop(top)
        side = [above, below]
      } else {
        side = [right]
      }
    }
  }

  /// What is shown alone.
  public enum Zoom: Sendable, Hashable {
    /// The text.
    case main
    /// A side pane, by its number.
    case side(Int)
  }
}
