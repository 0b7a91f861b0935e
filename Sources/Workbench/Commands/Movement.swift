import Cells
import Tokenization

extension Command {
  /// Moving the cursor over the text.
  static let movement: [Command] = [
    Command("token.previous", "To the token before", .movement, keys: ["h", "<Left>"]) { state, _ in
      state.moveCursor(to: state.cursor - 1)
      return []
    },
    Command("token.next", "To the next token", .movement, keys: ["l", "<Right>"]) { state, _ in
      state.moveCursor(to: state.cursor + 1)
      return []
    },
    Command("row.up", "Up a row", .movement, keys: ["k", "<Up>"]) { state, _ in
      state.moveRows(-1)
      return []
    },
    Command("row.down", "Down a row", .movement, keys: ["j", "<Down>"]) { state, _ in
      state.moveRows(1)
      return []
    },
    Command("page.up", "Up a page", .movement, keys: ["<PageUp>", "<C-b>"]) { state, _ in
      state.moveRows(-state.pageRows)
      return []
    },
    Command("page.down", "Down a page", .movement, keys: ["<PageDown>", "<C-f>"]) { state, _ in
      state.moveRows(state.pageRows)
      return []
    },
    Command("text.start", "To the first token", .movement, keys: ["g", "<Home>"]) { state, _ in
      state.moveCursor(to: 0)
      return []
    },
    Command("text.end", "To the last token", .movement, keys: ["G", "<End>"]) { state, _ in
      state.moveCursor(to: state.document.tokens.count - 1)
      return []
    },
    Command(
      "token.go", "To a token by its number", .movement, asks: "token number"
    ) { state, input in
      guard let input, let index = Int(input), state.document.tokens.indices.contains(index) else {
        state.tell("there are tokens 0 to \(state.document.tokens.count - 1)", isError: true)
        return []
      }
      state.moveCursor(to: index)
      return []
    },
    Command("search", "Search the text", .movement, keys: ["/"], asks: "search") { state, input in
      if let input, !input.isEmpty { state.search = input }
      state.find(forward: true)
      return []
    },
    Command("search.next", "To the next match", .movement, keys: ["n"]) { state, _ in
      state.find(forward: true)
      return []
    },
    Command("search.previous", "To the match before", .movement, keys: ["N"]) { state, _ in
      state.find(forward: false)
      return []
    },
  ]
}

extension WorkbenchState {
  /// Puts the cursor on a token, or the nearest there is.
  mutating func moveCursor(to index: Int) {
    cursor = max(0, min(index, document.tokens.count - 1))
    candidate = 0
    bytes.offset = nil
    if document.tokens.indices.contains(cursor) { caret = document.tokens[cursor].start }
    showCursor()
  }

  /// Rows of the text pane.
  var pageRows: Int { max(1, (area(of: .text)?.rows ?? 3) - 3) }

  /// Moves the cursor by rows of the text pane, staying in its column as near as possible.
  mutating func moveRows(_ count: Int) {
    let flow = textFlow
    let offset = mode == .insert ? caret : document.tokens[safe: cursor]?.start ?? 0
    guard let place = flow.place(of: offset),
      let row = flow.row(from: place.row, movedBy: count)
    else { return }
    let target = row.offset(nearColumn: place.column)
    if mode == .insert {
      caret = target
      history.joins = false
    } else {
      let token = document.token(at: target) ?? 0
      moveCursor(to: token)
    }
    showCursor()
  }

  /// Puts the cursor on the next (or last) place where the text has what is searched for.
  mutating func find(forward: Bool) {
    let wanted = Array(search.utf8)
    guard !wanted.isEmpty else {
      tell("nothing to search for: / asks", isError: true)
      return
    }
    let here = document.tokens[safe: cursor]?.start ?? 0
    let matches = document.bytes.ranges(of: wanted).map(\.lowerBound)
    let found =
      forward
      ? matches.first { $0 > here } ?? matches.first
      : matches.last { $0 < here } ?? matches.last
    guard let found else {
      tell("\"\(search)\" is not in the text", isError: true)
      return
    }
    moveCursor(to: document.token(at: found) ?? 0)
    let number = (matches.firstIndex(of: found) ?? 0) + 1
    tell("match \(number) of \(matches.count) · n next · N before")
  }
}

extension Collection {
  /// An element, or `nil` where there is none.
  subscript(safe index: Index) -> Element? { indices.contains(index) ? self[index] : nil }
}
