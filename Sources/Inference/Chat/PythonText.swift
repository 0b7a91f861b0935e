/// What Python's `str` does, on characters.
enum PythonText {
  /// What Python takes for white space.
  static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 9...13, 28...32, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F,
      0x3000:
      true
    default: false
    }
  }

  /// Whether Python shows a character as it is in `repr`.
  static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      false
    case .spaceSeparator: scalar == " "
    default: true
    }
  }

  // MARK: Ends

  enum Side { case left, right, both }

  /// Without the characters of `set` (white space when `nil`) at its ends.
  static func strip(_ text: Scalars, _ side: Side, of set: Scalars? = nil) -> Scalars {
    let members = set.map { Set($0) }
    func goes(_ scalar: Unicode.Scalar) -> Bool { members?.contains(scalar) ?? isSpace(scalar) }
    var start = 0
    var end = text.count
    if side != .right { while start < end, goes(text[start]) { start += 1 } }
    if side != .left { while end > start, goes(text[end - 1]) { end -= 1 } }
    return Array(text[start..<end])
  }

  // MARK: Finding

  /// Where `part` stands in `text` from `start` on, in time proportional to both (Knuth, Morris and
  /// Pratt 1977); without overlaps.
  static func places(of part: Scalars, in text: Scalars, atMost limit: Int = .max) -> [Int] {
    guard !part.isEmpty, part.count <= text.count, limit > 0 else { return [] }
    var borders = [Int](repeating: 0, count: part.count)
    var border = 0
    for index in part.indices.dropFirst() {
      while border > 0, part[index] != part[border] { border = borders[border - 1] }
      if part[index] == part[border] { border += 1 }
      borders[index] = border
    }
    var places: [Int] = []
    var matched = 0
    for (index, scalar) in text.enumerated() {
      while matched > 0, scalar != part[matched] { matched = borders[matched - 1] }
      if scalar == part[matched] { matched += 1 }
      guard matched == part.count else { continue }
      places.append(index + 1 - part.count)
      matched = 0
      if places.count == limit { break }
    }
    return places
  }

  static func contains(_ part: Scalars, in text: Scalars) -> Bool {
    part.isEmpty || !places(of: part, in: text, atMost: 1).isEmpty
  }

  static func replacing(
    _ old: Scalars, with new: Scalars, in text: Scalars, atMost limit: Int
  ) -> Scalars {
    var out: Scalars = []
    if old.isEmpty {
      // An empty text stands before each character and at the end.
      for (index, scalar) in text.enumerated() {
        if index < limit { out += new }
        out.append(scalar)
      }
      return text.count < limit ? out + new : out
    }
    var position = 0
    for place in places(of: old, in: text, atMost: limit) {
      out += text[position..<place]
      out += new
      position = place + old.count
    }
    return out + text[position...]
  }

  // MARK: Cutting

  static func split(_ text: Scalars, at separator: Scalars, atMost limit: Int) -> [Scalars] {
    var parts: [Scalars] = []
    var position = 0
    for place in places(of: separator, in: text, atMost: limit) {
      parts.append(Array(text[position..<place]))
      position = place + separator.count
    }
    return parts + [Array(text[position...])]
  }

  /// Cut from the right; only where the number of cuts is limited does that differ.
  static func splitFromRight(_ text: Scalars, at separator: Scalars, atMost limit: Int) -> [Scalars]
  {
    split(Array(text.reversed()), at: Array(separator.reversed()), atMost: limit)
      .reversed().map { Array($0.reversed()) }
  }

  /// Words between white space.
  static func words(of text: Scalars, atMost limit: Int) -> [Scalars] {
    var words: [Scalars] = []
    var position = 0
    while true {
      while position < text.count, isSpace(text[position]) { position += 1 }
      guard position < text.count else { return words }
      if words.count == limit {
        return words + [strip(Array(text[position...]), .right)]
      }
      let start = position
      while position < text.count, !isSpace(text[position]) { position += 1 }
      words.append(Array(text[start..<position]))
    }
  }

  static func wordsFromRight(of text: Scalars, atMost limit: Int) -> [Scalars] {
    words(of: Array(text.reversed()), atMost: limit).reversed().map { Array($0.reversed()) }
  }

  /// Lines, at all that Python takes for a line's end.
  static func lines(of text: Scalars, keepingEnds: Bool) -> [Scalars] {
    var lines: [Scalars] = []
    var start = 0
    var index = 0
    while index < text.count {
      let scalar = text[index]
      index += 1
      switch scalar.value {
      case 10...13, 28...30, 0x85, 0x2028, 0x2029:
        let end = index - 1
        if scalar == "\r", index < text.count, text[index] == "\n" { index += 1 }
        lines.append(Array(text[start..<(keepingEnds ? index : end)]))
        start = index
      default: continue
      }
    }
    if start < text.count { lines.append(Array(text[start...])) }
    return lines
  }

  // MARK: Case

  static func upper(_ text: Scalars) -> Scalars {
    text.flatMap { Array($0.properties.uppercaseMapping.unicodeScalars) }
  }

  static func lower(_ text: Scalars) -> Scalars {
    text.indices.flatMap { lower(text, at: $0) }
  }

  private static func lower(_ text: Scalars, at index: Int) -> Scalars {
    if text[index] == "Σ" { return [isFinal(text, at: index) ? "ς" : "σ"] }
    return Array(text[index].properties.lowercaseMapping.unicodeScalars)
  }

  /// Whether a sigma ends its word: a cased letter stands before it and none after it.
  private static func isFinal(_ text: Scalars, at index: Int) -> Bool {
    let before = text[..<index].last { !$0.properties.isCaseIgnorable }
    let after = text[(index + 1)...].first { !$0.properties.isCaseIgnorable }
    return before?.properties.isCased == true && after?.properties.isCased != true
  }

  /// The first letter of each run of letters large, the others small.
  static func title(_ text: Scalars) -> Scalars {
    var out: Scalars = []
    var follows = false
    for index in text.indices {
      out +=
        follows
        ? lower(text, at: index) : Array(text[index].properties.titlecaseMapping.unicodeScalars)
      follows = text[index].properties.isCased
    }
    return out
  }

  static func capitalised(_ text: Scalars) -> Scalars {
    guard let first = text.first else { return [] }
    return Array(first.properties.titlecaseMapping.unicodeScalars)
      + text.indices.dropFirst().flatMap { lower(text, at: $0) }
  }

  /// Whether there are letters with a case, all of this one.
  static func isAll(_ text: Scalars, upper: Bool) -> Bool {
    let cased = text.filter { $0.properties.isCased }
    return !cased.isEmpty
      && cased.allSatisfy {
        upper
          ? $0.properties.isUppercase : $0.properties.isLowercase
      }
  }

  // MARK: Writing

  /// A string as Python's `repr` has it.
  static func quoted(_ text: Scalars) -> Scalars {
    let quote: Unicode.Scalar = text.contains("'") && !text.contains("\"") ? "\"" : "'"
    var out: Scalars = [quote]
    for scalar in text {
      switch scalar {
      case quote, "\\": out += ["\\", scalar]
      case "\n": out += ["\\", "n"]
      case "\r": out += ["\\", "r"]
      case "\t": out += ["\\", "t"]
      case _ where isPrintable(scalar): out.append(scalar)
      default:
        let digits = String(scalar.value, radix: 16)
        let (letter, width) =
          scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
        out += Scalars(
          "\\\(letter)" + String(repeating: "0", count: width - digits.count) + digits)
      }
    }
    return out + [quote]
  }

  /// A number as Python's `repr` has it: the shortest digits that give it back, with an exponent
  /// below 1e-4 and from 1e16 on.
  static func float(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    // Swift's digits are the shortest too; only the exponent is written elsewhere.
    let written = "\(value.magnitude)"
    let parts = written.split(separator: "e")
    let decimals = parts[0].split(separator: ".")
    let fraction = decimals.count > 1 && decimals[1] != "0" ? String(decimals[1]) : ""
    var digits = String(decimals[0]) + fraction
    var point = decimals[0].count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    while digits.count > 1, digits.first == "0" {
      digits.removeFirst()
      point -= 1
    }
    while digits.count > 1, digits.last == "0" { digits.removeLast() }
    let sign = value.sign == .minus ? "-" : ""
    if value == 0 { return sign + "0.0" }
    if -3...16 ~= point {
      if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
      if digits.count <= point {
        return sign + digits + String(repeating: "0", count: point - digits.count) + ".0"
      }
      return sign + digits.prefix(point) + "." + digits.dropFirst(point)
    }
    let exponent = point - 1
    let power = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
    let rest = digits.count > 1 ? "." + digits.dropFirst() : ""
    return "\(sign)\(digits.prefix(1))\(rest)e\(exponent < 0 ? "-" : "+")\(power)"
  }
}
