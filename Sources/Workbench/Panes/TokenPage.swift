import Cells
import Tokenization

/// A token explained: what it is, why the text was cut there, how it was built, what is like it.
enum TokenPage {
  private typealias Line = [(text: String, role: Role)]

  static func draw(
    _ state: WorkbenchState, _ model: ModelFacts, _ canvas: inout Canvas, _ inner: Rect
  ) {
    let id = state.browser.explained ?? state.document.tokens[safe: state.cursor]?.id
    guard let id else {
      canvas.paragraph(
        "The token at the cursor, explained. There is no text yet.", from: 0, in: inner,
        style: canvas.style(.faint))
      return
    }
    guard let index = state.browser.index,
      let explained = model.tokenizer.explain(id, index: index, neighbours: 6)
    else {
      canvas.paragraph("indexing the vocabulary…", from: 0, in: inner, style: canvas.style(.faint))
      return
    }
    let writer = Writer(vocabulary: model.vocabulary, charset: state.look.charset)
    var lines = writer.head(explained)
    if state.browser.explained == nil {
      lines += writer.cut(
        model.tokenizer.explainCut(
          of: state.cursor, in: state.document.tokens, text: state.document.bytes),
        isGenerated: state.cursor >= state.document.writtenCount)
    }
    lines += writer.reach(explained)
    lines += writer.tree(explained)
    lines += writer.relatives(explained)
    for (row, line) in lines.prefix(inner.rows).enumerated() {
      var column = 0
      for part in line {
        column += canvas.line(part.text, row, column, in: inner, style: canvas.style(part.role))
      }
    }
  }

  private struct Writer {
    let vocabulary: Vocabulary
    let charset: Charset

    func label(_ id: TokenID) -> String {
      TokenLabel.text(vocabulary.bytes(of: id), charset: charset)
    }

    func labels(_ ids: some Sequence<TokenID>) -> String { ids.map(label).joined(separator: "  ") }

    func head(_ token: TokenExplanation) -> [Line] {
      let bytes = token.bytes.count == 1 ? "1 byte" : "\(token.bytes.count) bytes"
      return [
        [
          (label(token.id), vocabulary.isSpecial(token.id) ? .special : .accent),
          ("  id \(token.id) · \(name(token.kind)) · \(bytes)", .faint),
        ],
        [(TokenizerPane.hexText(token.bytes), .faint)],
      ]
    }

    private func name(_ kind: TokenKind) -> String {
      switch kind {
      case .normal: "text"
      case .unknown: "unknown"
      case .control: "control"
      case .userDefined: "user-defined"
      case .unused: "unused"
      case .byte: "byte"
      }
    }

    func cut(_ cut: CutExplanation?, isGenerated: Bool) -> [Line] {
      if isGenerated { return [[("generated, not cut from a text", .faint)]] }
      guard let cut else { return [] }
      var lines: [Line] = [
        [("begins ", .faint), (reason(cut.start, isStart: true), .text)],
        [("ends   ", .faint), (reason(cut.end, isStart: false), .text)],
      ]
      if case .segmentations(let ways) = cut.reasons {
        for (place, way) in ways.enumerated() {
          let score = Decimals.text(way.score, places: 2)
          lines.append([
            (place == 0 ? "best   " : "next   ", .faint),
            (way.pieces.map { $0 < 0 ? "?" : label($0) }.joined(separator: "  "), .text),
            (" \(score)", .faint),
          ])
        }
      }
      if case .longest(let pieces) = cut.reasons, pieces.count > 1 {
        lines.append([("word   ", .faint), (labels(pieces), .text)])
      }
      if case .merges(let trace) = cut.reasons, trace.trees.count > 1 {
        lines.append([("word   ", .faint), (labels(trace.trees.map(\.id)), .text)])
      }
      return lines
    }

    private func reason(_ reason: CutExplanation.Reason, isStart: Bool) -> String {
      switch reason {
      case .edge: "with the text"
      case .whole: "at an entry that is found whole"
      case .word: isStart ? "with a word" : "with its word"
      case .noMerge(let left, let right): "where no merge joins \(label(left)) + \(label(right))"
      case .bestSum: "where the sum of scores is best"
      case .longest: "where the longest piece that fits ends"
      case .within: "within a word"
      }
    }

    func reach(_ token: TokenExplanation) -> [Line] {
      if token.isItsOwnEncoding { return [] }
      let mark: (text: String, role: Role) =
        token.isReachable == false ? ("unreachable: ", .bad) : ("alone  ", .faint)
      return [[mark, ("is encoded as \(labels(token.encoding))", .text)]]
    }

    func tree(_ token: TokenExplanation) -> [Line] {
      guard let tree = token.tree, case .merge = tree else { return [] }
      var lines: [Line] = [[("merges, with their ranks", .faint)]]
      for (level, node) in tree.nodes {
        let indent = String(repeating: "  ", count: level + 1)
        switch node {
        case .leaf(let id): lines.append([(indent + label(id), .faint)])
        case .merge(let id, let rank, _, _):
          lines.append([(indent + label(id), .text), (" \(rank)", .faint)])
        }
      }
      return lines
    }

    func relatives(_ token: TokenExplanation) -> [Line] {
      var lines: [Line] = []
      func add(_ name: String, _ text: String) {
        if !text.isEmpty { lines.append([(name, .faint), (text, .text)]) }
      }
      add("like it ", labels(token.variants))
      if token.extensionCount > 0 {
        add("longer  ", labels(token.extensions) + more(token.extensionCount, token.extensions))
      }
      add("before  ", labels(token.before.reversed()))
      add("after   ", labels(token.after))
      let ids = [token.id - 2, token.id - 1, token.id + 1, token.id + 2].filter(
        vocabulary.contains)
      add("by id   ", ids.map { "\($0) \(label($0))" }.joined(separator: "  "))
      return lines
    }

    private func more(_ count: Int, _ shown: [TokenID]) -> String {
      count > shown.count ? "  and \((count - shown.count).grouped) more" : ""
    }
  }
}
