/// Values as text.
extension TemplateEvaluator {
  /// What Python's `str` gives.
  mutating func text(of value: TemplateValue, at offset: Int) throws(TemplateFault) -> Scalars {
    switch value {
    case .undefined: return []
    case .string(let text): return text
    default:
      var out: Scalars = []
      try append(value, to: &out, at: offset)
      return out
    }
  }

  /// Appends what Python's `repr` gives.
  private mutating func append(
    _ value: TemplateValue, to out: inout Scalars, at offset: Int
  ) throws(TemplateFault) {
    try charge(1, at: offset)
    switch value {
    case .undefined: out += Scalars("Undefined")
    case .none: out += Scalars("None")
    case .bool(let flag): out += Scalars(flag ? "True" : "False")
    case .integer(let number): out += Scalars("\(number)")
    case .float(let number): out += Scalars(PythonText.float(number))
    case .string(let text):
      try charge(characters: text.count, at: offset)
      out += PythonText.quoted(text)
    case .sequence(let sequence): try append(sequence, to: &out, at: offset)
    case .mapping(let mapping):
      out.append("{")
      for (index, entry) in mapping.entries.enumerated() {
        if index > 0 { out += [",", " "] }
        try append(entry.key, to: &out, at: offset)
        out += [":", " "]
        try append(entry.value, to: &out, at: offset)
      }
      out.append("}")
    case .generator, .namespace, .loop, .function:
      throw TemplateFault(.unsupported, "a \(value.kind) cannot be written as text", at: offset)
    }
  }

  private mutating func append(
    _ sequence: TemplateSequence, to out: inout Scalars, at offset: Int
  ) throws(TemplateFault) {
    let (open, close): (String, String)
    switch sequence.kind {
    case .list: (open, close) = ("[", "]")
    case .tuple: (open, close) = ("(", sequence.items.count == 1 ? ",)" : ")")
    case .keys, .values, .items: (open, close) = ("\(sequence.kind.rawValue)([", "])")
    case .range:
      throw TemplateFault(.unsupported, "a range cannot be written as text", at: offset)
    }
    out += Scalars(open)
    for (index, item) in sequence.items.enumerated() {
      if index > 0 { out += [",", " "] }
      try append(item, to: &out, at: offset)
    }
    out += Scalars(close)
  }

  // MARK: JSON

  /// What the `tojson` of `transformers` gives: Python's `json.dumps` with all characters as they
  /// are, nothing escaped for HTML.
  mutating func json(
    of value: TemplateValue, _ arguments: TemplateArguments
  ) throws(TemplateFault) -> TemplateValue {
    let offset = arguments.offset
    let given = try arguments.bound(
      "tojson", ["ensure_ascii", "indent", "separators", "sort_keys"])
    var style = JSONStyle()
    style.escapesAll = given[0]?.isTrue ?? false
    style.sortsKeys = given[3]?.isTrue ?? false
    switch given[1] {
    case nil, .some(.none): break
    case .some(.string(let text)): style.indent = text
    case .some(let value):
      guard case .integer(let width)? = value.number, width <= 64 else {
        throw TemplateFault(.value, "tojson cannot indent by a \(value.kind)", at: offset)
      }
      style.indent = Scalars(repeating: " ", count: max(0, width))
    }
    if style.indent != nil { style.itemSeparator = [","] }
    if let separators = given[2] {
      if case .none = separators {
      } else {
        let parts = try elements(of: separators, at: offset)
        guard parts.count == 2, case .string(let item) = parts[0], case .string(let key) = parts[1]
        else { throw TemplateFault(.value, "tojson needs two separators", at: offset) }
        style.itemSeparator = item
        style.keySeparator = key
      }
    }
    var out: Scalars = []
    try append(value, to: &out, style, level: 0, at: offset)
    try charge(characters: out.count, at: offset)
    return .string(out)
  }

  private struct JSONStyle {
    var escapesAll = false
    var sortsKeys = false
    var indent: Scalars?
    var itemSeparator: Scalars = [",", " "]
    var keySeparator: Scalars = [":", " "]
  }

  private mutating func append(
    _ value: TemplateValue, to out: inout Scalars, _ style: JSONStyle, level: Int, at offset: Int
  ) throws(TemplateFault) {
    try charge(1, at: offset)
    switch value {
    case .none: out += Scalars("null")
    case .bool(let flag): out += Scalars(flag ? "true" : "false")
    case .integer(let number): out += Scalars("\(number)")
    case .float(let number): out += Self.json(number)
    case .string(let text):
      try charge(characters: text.count, at: offset)
      Self.append(text, to: &out, escapesAll: style.escapesAll)
    case .sequence(let sequence) where sequence.kind == .list || sequence.kind == .tuple:
      guard !sequence.items.isEmpty else { return out += ["[", "]"] }
      out.append("[")
      for (index, item) in sequence.items.enumerated() {
        if index > 0 { out += style.itemSeparator }
        Self.newLine(&out, style, level + 1)
        try append(item, to: &out, style, level: level + 1, at: offset)
      }
      Self.newLine(&out, style, level)
      out.append("]")
    case .mapping(let mapping): try append(mapping, to: &out, style, level: level, at: offset)
    default:
      throw TemplateFault(.value, "a \(value.kind) cannot be written as JSON", at: offset)
    }
  }

  private mutating func append(
    _ mapping: TemplateMapping, to out: inout Scalars, _ style: JSONStyle, level: Int,
    at offset: Int
  ) throws(TemplateFault) {
    guard !mapping.isEmpty else { return out += ["{", "}"] }
    out.append("{")
    var entries = mapping.entries
    if style.sortsKeys {
      entries = try sorted(entries, at: offset) { $0.key }
    }
    for (index, entry) in entries.enumerated() {
      if index > 0 { out += style.itemSeparator }
      Self.newLine(&out, style, level + 1)
      let name: Scalars
      switch entry.key {
      case .string(let text): name = text
      case .integer(let number): name = Scalars("\(number)")
      case .float(let number): name = Self.json(number)
      case .bool(let flag): name = Scalars(flag ? "true" : "false")
      case .none: name = Scalars("null")
      default:
        throw TemplateFault(
          .value, "a \(entry.key.kind) cannot be a key of JSON", at: offset)
      }
      try charge(characters: name.count, at: offset)
      Self.append(name, to: &out, escapesAll: style.escapesAll)
      out += style.keySeparator
      try append(entry.value, to: &out, style, level: level + 1, at: offset)
    }
    Self.newLine(&out, style, level)
    out.append("}")
  }

  private static func newLine(_ out: inout Scalars, _ style: JSONStyle, _ level: Int) {
    guard let indent = style.indent else { return }
    out.append("\n")
    for _ in 0..<level { out += indent }
  }

  private static func json(_ number: Double) -> Scalars {
    if number.isNaN { return Scalars("NaN") }
    if number.isInfinite { return Scalars(number < 0 ? "-Infinity" : "Infinity") }
    return Scalars(PythonText.float(number))
  }

  private static func append(_ text: Scalars, to out: inout Scalars, escapesAll: Bool) {
    out.append("\"")
    for scalar in text {
      switch scalar {
      case "\"", "\\": out += ["\\", scalar]
      case "\n": out += ["\\", "n"]
      case "\r": out += ["\\", "r"]
      case "\t": out += ["\\", "t"]
      case "\u{8}": out += ["\\", "b"]
      case "\u{C}": out += ["\\", "f"]
      case _ where scalar.value < 32 || escapesAll && scalar.value > 126:
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          out += Scalars("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
        }
      default: out.append(scalar)
      }
    }
    out.append("\"")
  }
}
