/// Methods of strings.
extension TemplateEvaluator {
  mutating func call(
    _ method: TemplateMethod, of text: Scalars, _ given: TemplateArguments
  ) throws(TemplateFault) -> TemplateValue {
    let offset = given.offset
    let name = method.rawValue
    switch method {
    case .strip, .lstrip, .rstrip:
      let bound = try given.bound(name, ["chars"], byName: false)
      let side: PythonText.Side = method == .strip ? .both : method == .lstrip ? .left : .right
      return .string(PythonText.strip(text, side, of: try set(bound[0], at: offset)))
    case .split, .rsplit: return try cut(text, method, given)
    case .splitlines:
      let bound = try given.bound(name, ["keepends"])
      let lines = PythonText.lines(of: text, keepingEnds: bound[0]?.isTrue == true)
      return try sequence(.list, lines.map { .string($0) }, at: offset)
    case .startswith, .endswith:
      let bound = try given.bound(name, ["part"], required: 1, byName: false)
      return .bool(try begins(text, with: bound[0] ?? .none, atEnd: method == .endswith, offset))
    case .find, .rfind, .index, .count:
      let part = try part(try given.bound(name, ["part"], required: 1, byName: false)[0], offset)
      return try found(part, in: text, method, at: offset)
    case .replace:
      let bound = try given.bound(name, ["old", "new", "count"], required: 2, byName: false)
      return .string(
        try replacing(
          try part(bound[0], offset), with: try part(bound[1], offset), in: text,
          limit: bound[2] == nil ? nil : try count(bound[2], at: offset), at: offset))
    case .removeprefix, .removesuffix:
      let part = try part(try given.bound(name, ["part"], required: 1, byName: false)[0], offset)
      if method == .removeprefix {
        return .string(text.starts(with: part) ? Array(text.dropFirst(part.count)) : text)
      }
      return .string(Self.ends(text, with: part) ? Array(text.dropLast(part.count)) : text)
    case .partition, .rpartition:
      return try parted(text, method, given)
    case .join:
      let items = try elements(
        of: try given.bound(name, ["items"], required: 1, byName: false)[0] ?? .none, at: offset)
      var out: Scalars = []
      for (index, item) in items.enumerated() {
        try charge(characters: text.count, at: offset)
        if index > 0 { out += text }
        out += try part(item, offset)
      }
      try charge(characters: out.count, at: offset)
      return .string(out)
    default:
      try given.none(name)
      return Self.plain(method, of: text)
    }
  }

  private static func plain(_ method: TemplateMethod, of text: Scalars) -> TemplateValue {
    func all(_ holds: (Unicode.Scalar.Properties) -> Bool) -> TemplateValue {
      .bool(!text.isEmpty && text.allSatisfy { holds($0.properties) })
    }
    func isLetter(_ properties: Unicode.Scalar.Properties) -> Bool {
      switch properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
      default: false
      }
    }
    func isDigit(_ properties: Unicode.Scalar.Properties) -> Bool {
      properties.numericType == .decimal || properties.numericType == .digit
    }
    switch method {
    case .capitalize: return .string(PythonText.capitalised(text))
    case .lower: return .string(PythonText.lower(text))
    case .upper: return .string(PythonText.upper(text))
    case .title: return .string(PythonText.title(text))
    case .isalpha: return all(isLetter)
    case .isdigit: return all(isDigit)
    case .isalnum: return all { isLetter($0) || $0.numericType != nil }
    case .isspace: return .bool(!text.isEmpty && text.allSatisfy(PythonText.isSpace))
    case .isupper: return .bool(PythonText.isAll(text, upper: true))
    default: return .bool(PythonText.isAll(text, upper: false))
    }
  }

  /// A value that has to be a string.
  private func part(_ value: TemplateValue?, _ offset: Int) throws(TemplateFault) -> Scalars {
    switch value {
    case .string(let text)?: return text
    case .undefined(let reason)?: throw TemplateFault(.value, reason, at: offset)
    default:
      throw TemplateFault(
        .value, "a \(value?.kind ?? "None") stands where a str should be", at: offset)
    }
  }

  /// A value that has to be an integer.
  private func count(_ value: TemplateValue?, at offset: Int) throws(TemplateFault) -> Int {
    guard case .integer(let number)? = value?.number else {
      throw TemplateFault(
        .value, "a \(value?.kind ?? "None") stands where an int should be", at: offset)
    }
    return number
  }

  private static func ends(_ text: Scalars, with part: Scalars) -> Bool {
    text.suffix(part.count).elementsEqual(part)
  }

  private mutating func begins(
    _ text: Scalars, with value: TemplateValue, atEnd: Bool, _ offset: Int
  ) throws(TemplateFault) -> Bool {
    var choices = [value]
    if case .sequence(let sequence) = value, sequence.kind == .tuple { choices = sequence.items }
    for choice in choices {
      let part = try part(choice, offset)
      try charge(characters: part.count, at: offset)
      if atEnd ? Self.ends(text, with: part) : text.starts(with: part) { return true }
    }
    return false
  }

  private mutating func cut(
    _ text: Scalars, _ method: TemplateMethod, _ given: TemplateArguments
  ) throws(TemplateFault) -> TemplateValue {
    let offset = given.offset
    let bound = try given.bound(method.rawValue, ["sep", "maxsplit"])
    let limit = try bound[1].map { value throws(TemplateFault) in try count(value, at: offset) }
    let most = limit.map { $0 < 0 ? Int.max : $0 } ?? .max
    let parts: [Scalars]
    switch bound[0] {
    case nil, .some(.none):
      parts =
        method == .split
        ? PythonText.words(of: text, atMost: most)
        : PythonText.wordsFromRight(of: text, atMost: most)
    case let separator:
      let separator = try part(separator, offset)
      guard !separator.isEmpty else {
        throw TemplateFault(.value, "\(method.rawValue) at an empty string", at: offset)
      }
      parts =
        method == .split
        ? PythonText.split(text, at: separator, atMost: most)
        : PythonText.splitFromRight(text, at: separator, atMost: most)
    }
    return try sequence(.list, parts.map { .string($0) }, at: offset)
  }

  private mutating func parted(
    _ text: Scalars, _ method: TemplateMethod, _ given: TemplateArguments
  ) throws(TemplateFault) -> TemplateValue {
    let offset = given.offset
    let separator = try part(
      try given.bound(method.rawValue, ["sep"], required: 1, byName: false)[0], offset)
    guard !separator.isEmpty else {
      throw TemplateFault(.value, "\(method.rawValue) at an empty string", at: offset)
    }
    let parts =
      method == .partition
      ? PythonText.split(text, at: separator, atMost: 1)
      : PythonText.splitFromRight(text, at: separator, atMost: 1)
    let three: [Scalars] =
      parts.count == 2
      ? [parts[0], separator, parts[1]] : method == .partition ? [text, [], []] : [[], [], text]
    return try sequence(.tuple, three.map { .string($0) }, at: offset)
  }

  private func found(
    _ part: Scalars, in text: Scalars, _ method: TemplateMethod, at offset: Int
  ) throws(TemplateFault) -> TemplateValue {
    switch method {
    case .count:
      return .integer(part.isEmpty ? text.count + 1 : PythonText.places(of: part, in: text).count)
    case .rfind:
      if part.isEmpty { return .integer(text.count) }
      let place = PythonText.places(
        of: part.reversed(), in: text.reversed(), atMost: 1
      ).first
      return .integer(place.map { text.count - $0 - part.count } ?? -1)
    default:
      let place = part.isEmpty ? 0 : PythonText.places(of: part, in: text, atMost: 1).first
      if place == nil, method == .index {
        throw TemplateFault(.value, "index: there is no such part", at: offset)
      }
      return .integer(place ?? -1)
    }
  }
}
