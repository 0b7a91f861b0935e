/// Cuts a template into tokens by the rules of Jinja 3 with the settings of `transformers`:
/// `trim_blocks` (the line feed after a block goes) and `lstrip_blocks` (blanks before a block that
/// begins a line go), `-` and `+` at a tag override them, one line feed at the very end goes.
struct TemplateLexer {
  private let source: Scalars
  /// Byte offset of each character, and of the end.
  private let offsets: [Int]
  private var position = 0
  private var tokens: [TemplateToken] = []
  /// Whether the last tag ended with a line feed.
  private var startsLine = true

  /// The tokens of a template, the last of which is `.end`.
  static func tokens(of template: String) throws(TemplateFault) -> [TemplateToken] {
    guard template.utf8.count <= TemplateLimit.sourceBytes else {
      throw TemplateFault(
        .limit, "has more than \(TemplateLimit.sourceBytes >> 20) MiB", at: nil)
    }
    var lexer = TemplateLexer(template)
    try lexer.run()
    return lexer.tokens
  }

  private init(_ template: String) {
    var source: Scalars = []
    var offsets: [Int] = []
    var offset = 0
    var afterReturn = false
    for scalar in template.unicodeScalars {
      // All kinds of line ends are line feeds.
      if !(scalar == "\n" && afterReturn) {
        source.append(scalar == "\r" ? "\n" : scalar)
        offsets.append(offset)
      }
      afterReturn = scalar == "\r"
      offset += UTF8.width(scalar)
    }
    if source.last == "\n" {
      source.removeLast()
      offset = offsets.removeLast()
    }
    self.source = source
    self.offsets = offsets + [offset]
  }

  private func fault(_ what: String, at position: Int) -> TemplateFault {
    TemplateFault(.syntax, what, at: offsets[min(position, source.count)])
  }

  private func scalar(_ index: Int) -> Unicode.Scalar? {
    source.indices.contains(index) ? source[index] : nil
  }

  private func matches(_ mark: String, at index: Int) -> Bool {
    source[min(index, source.count)...].starts(with: mark.unicodeScalars)
  }

  private mutating func emit(_ form: TemplateToken.Form, at index: Int) {
    tokens.append(TemplateToken(form: form, offset: offsets[index]))
  }

  private mutating func run() throws(TemplateFault) {
    while let (start, kind) = nextTag() {
      let sign = scalar(start + 2).flatMap { $0 == "-" || $0 == "+" ? $0 : nil }
      var text = source[position..<start]
      if sign == "-" {
        while let last = text.last, PythonText.isSpace(last) { text.removeLast() }
      } else if sign == nil && kind != "{" {
        text = Self.withoutIndent(text, startsLine: startsLine)
      }
      if !text.isEmpty { emit(.data(Array(text)), at: position) }
      position = start + (sign == nil ? 2 : 3)
      switch kind {
      case "#": try skipComment(from: start)
      case "%" where try rawBegins(): try raw(from: start)
      case "%":
        emit(.blockBegin, at: start)
        try inside(end: "%}", .blockEnd, from: start)
      default:
        emit(.printBegin, at: start)
        try inside(end: "}}", .printEnd, from: start)
      }
      startsLine = scalar(position - 1) == "\n"
    }
    if position < source.count { emit(.data(Array(source[position...])), at: position) }
    position = source.count
    emit(.end, at: position)
  }

  /// Where the next tag begins, and its second character.
  private func nextTag() -> (Int, Unicode.Scalar)? {
    var index = position
    while index + 1 < source.count {
      if source[index] == "{", ["{", "%", "#"].contains(source[index + 1]) {
        return (index, source[index + 1])
      }
      index += 1
    }
    return nil
  }

  /// Leaves out the blanks after the last line feed, when there is nothing else.
  private static func withoutIndent(
    _ text: ArraySlice<Unicode.Scalar>, startsLine: Bool
  ) -> ArraySlice<Unicode.Scalar> {
    let line = text.lastIndex(of: "\n").map { $0 + 1 } ?? text.startIndex
    guard line > text.startIndex || startsLine, text[line...].allSatisfy(PythonText.isSpace) else {
      return text
    }
    return text[..<line]
  }

  /// Steps over the end of a tag (`%}`, `-%}`, `+%}`) when it is here, and over what it swallows.
  private mutating func skipEnd(_ end: String) -> Bool {
    let trims = end != "}}"
    if matches(end, at: position) {
      position += 2
      if trims, scalar(position) == "\n" { position += 1 }
    } else if matches("-" + end, at: position) {
      position += 3
      skipSpace()
    } else if trims, matches("+" + end, at: position) {
      position += 3
    } else {
      return false
    }
    return true
  }

  private mutating func skipSpace() {
    while let next = scalar(position), PythonText.isSpace(next) { position += 1 }
  }

  private mutating func skipComment(from start: Int) throws(TemplateFault) {
    while position < source.count {
      if skipEnd("#}") { return }
      position += 1
    }
    throw fault("the comment has no end", at: start)
  }

  /// Whether this is the tag `raw`; steps over it then.
  private mutating func rawBegins() throws(TemplateFault) -> Bool {
    let start = position
    skipSpace()
    if matches("raw", at: position) {
      position += 3
      skipSpace()
      if matches("%}", at: position) {
        position += 2
        return true
      }
      if matches("-%}", at: position) {
        position += 3
        skipSpace()
        return true
      }
    }
    position = start
    return false
  }

  private mutating func raw(from start: Int) throws(TemplateFault) {
    let begin = position
    let startsLine = scalar(begin - 1) == "\n"
    while position < source.count {
      let end = position
      if matches("{%", at: position) {
        position += 2
        let sign = scalar(position).flatMap { $0 == "-" || $0 == "+" ? $0 : nil }
        if sign != nil { position += 1 }
        skipSpace()
        if matches("endraw", at: position) {
          position += 6
          skipSpace()
          if skipEnd("%}") {
            var text = source[begin..<end]
            if sign == "-" {
              while let last = text.last, PythonText.isSpace(last) { text.removeLast() }
            } else if sign == nil {
              text = Self.withoutIndent(text, startsLine: startsLine)
            }
            if !text.isEmpty { emit(.data(Array(text)), at: begin) }
            return
          }
        }
      }
      position = end + 1
    }
    throw fault("the block raw has no end", at: start)
  }

  private static let closing: [String: String] = ["(": ")", "[": "]", "{": "}"]
  /// Longer ones first.
  private static let marks = [
    "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}",
    ">", "<", "=", ".", ":", "|", ",", ";",
  ]

  private mutating func inside(
    end: String, _ form: TemplateToken.Form, from start: Int
  ) throws(TemplateFault) {
    var open: [String] = []
    while let next = scalar(position) {
      let here = position
      if open.isEmpty, skipEnd(end) { return emit(form, at: here) }
      if PythonText.isSpace(next) {
        position += 1
      } else if ("0"..."9").contains(next) {
        try number()
      } else if next == "'" || next == "\"" {
        try string(next)
      } else if Self.isWord(next) {
        var name = ""
        while let letter = scalar(position), Self.isWord(letter) {
          name.unicodeScalars.append(letter)
          position += 1
        }
        emit(.name(name), at: here)
      } else if let mark = Self.marks.first(where: { matches($0, at: here) }) {
        if let close = Self.closing[mark] {
          open.append(close)
        } else if [")", "]", "}"].contains(mark), open.popLast() != mark {
          throw fault("unexpected \(mark)", at: here)
        }
        position += mark.unicodeScalars.count
        emit(.mark(mark), at: here)
      } else {
        throw fault("unexpected character \(next)", at: here)
      }
    }
    throw fault("the tag has no end", at: start)
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
  }

  /// A number as Python writes them: digits may be parted by `_`.
  private mutating func number() throws(TemplateFault) {
    let start = position
    let isMember = start > 0 && source[start - 1] == "."
    func digits(from index: Int) -> Int {
      var end = index
      while let next = scalar(end) {
        if ("0"..."9").contains(next) {
          end += 1
        } else if next == "_", end > index, let after = scalar(end + 1), ("0"..."9").contains(after)
        {
          end += 1
        } else {
          break
        }
      }
      return end
    }
    let whole = digits(from: start)
    var end = whole
    if !isMember {
      if scalar(end) == ".", digits(from: end + 1) > end + 1 { end = digits(from: end + 1) }
      if scalar(end) == "e" || scalar(end) == "E" {
        let sign = scalar(end + 1) == "+" || scalar(end + 1) == "-" ? 1 : 0
        let exponent = digits(from: end + 1 + sign)
        if exponent > end + 1 + sign { end = exponent }
      }
    }
    if end > whole {
      position = end
      let written = source[start..<end].filter { $0 != "_" }
      return emit(.float(Double(Scalars(written).text) ?? .infinity), at: start)
    }
    // Only zeros may follow a leading zero.
    if source[start] == "0" {
      end = start + 1
      while scalar(end) == "0" || scalar(end) == "_" && scalar(end + 1) == "0" { end += 1 }
      if let letter = scalar(end), "bBoOxX".unicodeScalars.contains(letter) {
        throw TemplateFault(
          .unsupported, "numbers of another base than ten cannot be read", at: offsets[start])
      }
    }
    position = end
    guard let value = Int(Scalars(source[start..<end].filter { $0 != "_" }).text) else {
      throw TemplateFault(
        .unsupported, "integers beyond 64 bits cannot be computed with", at: offsets[start])
    }
    emit(.integer(value), at: start)
  }

  private mutating func string(_ quote: Unicode.Scalar) throws(TemplateFault) {
    let start = position
    position += 1
    var value: Scalars = []
    while let next = scalar(position) {
      position += 1
      if next == quote { return emit(.string(value), at: start) }
      guard next == "\\" else {
        value.append(next)
        continue
      }
      guard let letter = scalar(position) else { break }
      position += 1
      try escape(letter, into: &value)
    }
    throw fault("the string has no end", at: start)
  }

  private mutating func escape(
    _ letter: Unicode.Scalar, into value: inout Scalars
  ) throws(TemplateFault) {
    let start = position - 2
    func code(_ count: Int) throws(TemplateFault) -> Unicode.Scalar {
      let digits = Scalars(source[position..<min(position + count, source.count)]).text
      guard digits.unicodeScalars.count == count, digits.allSatisfy(\.isHexDigit),
        let number = UInt32(digits, radix: 16)
      else { throw fault("the escape \\\(letter) needs \(count) digits", at: start) }
      guard let scalar = Unicode.Scalar(number) else {
        throw fault("the escape \\\(letter)\(digits) is no character", at: start)
      }
      return scalar
    }
    switch letter {
    case "n": value.append("\n")
    case "t": value.append("\t")
    case "r": value.append("\r")
    case "a": value.append("\u{7}")
    case "b": value.append("\u{8}")
    case "f": value.append("\u{C}")
    case "v": value.append("\u{B}")
    case "\\", "'", "\"": value.append(letter)
    case "\n": break
    case "x", "u", "U":
      let count = letter == "x" ? 2 : letter == "u" ? 4 : 8
      value.append(try code(count))
      position += count
    case "0"..."7":
      var number = letter.value - 48
      for _ in 0..<2 {
        guard let next = scalar(position), ("0"..."7").contains(next) else { break }
        number = number * 8 + next.value - 48
        position += 1
      }
      value.append(Unicode.Scalar(number) ?? "\u{FFFD}")
    case "N":
      throw TemplateFault(
        .unsupported, "characters by name (\\N) cannot be read", at: offsets[start])
    default: value += ["\\", letter]
    }
  }
}
