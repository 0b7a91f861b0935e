import Cells

/// The keys: those of the focused pane first.
enum HelpPane {
  private struct Line {
    var keys: String
    var text: String
    var isHeading = false
  }

  private static func lines(_ state: WorkbenchState) -> [Line] {
    var lines: [Line] = []
    func add(_ heading: String, _ commands: [Command]) {
      guard !commands.isEmpty else { return }
      if !lines.isEmpty { lines.append(Line(keys: "", text: "")) }
      lines.append(Line(keys: "", text: heading, isHeading: true))
      for command in commands {
        let keys = state.keymap.names(of: command).joined(separator: " ")
        lines.append(Line(keys: keys, text: command.title))
      }
    }
    let withKeys = CommandTable.all.filter { !state.keymap.names(of: $0).isEmpty }
    add("\(state.focus.title) pane", withKeys.filter { $0.scope == .pane(state.focus) })
    for group in CommandGroup.allCases {
      add(group.rawValue, withKeys.filter { $0.group == group && $0.scope == .general })
    }
    add("While typing", withKeys.filter { $0.scope == .insert })
    for pane in PaneID.allCases where pane != state.focus {
      add("\(pane.title) pane", withKeys.filter { $0.scope == .pane(pane) })
    }
    let ascii = state.look.charset == .ascii
    lines += [
      Line(keys: "", text: ""), Line(keys: "", text: "Marks in the text", isHeading: true),
      Line(keys: ascii ? "_" : "▏", text: "a token begins here, with a space"),
      Line(keys: ascii ? "|" : "╎", text: "a token begins here, without one"),
      Line(keys: ascii ? "~" : "‿", text: "others have a boundary here (Compare pane)"),
      Line(keys: ascii ? "\\n \\t ." : "↵ ⇥ ·", text: "a line feed, a tab, a space inside a token"),
      Line(keys: "<E2>", text: "a byte of a character that tokens cut apart"),
    ]
    return lines
  }

  private static func area(_ size: Size) -> Rect {
    let columns = min(size.columns, 74)
    let rows = max(min(size.rows, 3), size.rows - 2)
    return Rect(
      row: (size.rows - rows) / 2, column: (size.columns - columns) / 2, rows: rows,
      columns: columns)
  }

  /// How far it can be scrolled.
  static func last(_ state: WorkbenchState) -> Int {
    max(0, lines(state).count - area(state.size).inset(by: 1).rows)
  }

  static func draw(_ state: WorkbenchState, scroll: Int, into canvas: inout Canvas) {
    let area = area(state.size)
    canvas.grid.fill(area, style: canvas.style(.text))
    let inner = canvas.frame(area, "Keys", note: "j k scroll · Esc closes", isFocused: true)
    let lines = lines(state)
    let column = min(24, inner.columns / 3 + 2)
    for (row, line) in lines.dropFirst(min(scroll, last(state))).prefix(inner.rows).enumerated() {
      if line.isHeading {
        canvas.line(line.text, row, 1, in: inner, style: canvas.style(.title))
      } else {
        canvas.line(
          CellGrid.fitted(line.keys, to: column - 2, charset: state.look.charset), row, 1,
          in: inner, style: canvas.style(.accent))
        canvas.line(line.text, row, column, in: inner, style: canvas.style(.text))
      }
    }
  }
}
