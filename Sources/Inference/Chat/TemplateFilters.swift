/// The filters that templates can use.
enum TemplateFilter: String {
  case abs, capitalize, count, d, dictsort, `default`, first, float, indent, int, items, join, last
  case length, list, lower, map, max, min, reject, rejectattr, replace, reverse, round, safe
  case select, selectattr, sort, string, sum, title, tojson, trim, unique, upper, wordcount
}

extension TemplateEvaluator {
  /// Applies a filter.
  mutating func filter(
    _ value: TemplateValue, _ name: String, _ given: TemplateArguments
  ) throws(TemplateFault) -> TemplateValue {
    guard let filter = TemplateFilter(rawValue: name) else {
      throw TemplateFault(.unsupported, "the filter \(name) cannot be written", at: given.offset)
    }
    switch filter {
    case .default, .d:
      let bound = try given.bound(name, ["default_value", "boolean"])
      let replaces = value.isUndefined || bound[1]?.isTrue == true && !value.isTrue
      return replaces ? bound[0] ?? .string([]) : value
    case .tojson: return try json(of: value, given)
    case .abs, .float, .int, .round, .sum: return try number(value, filter, given)
    case .capitalize, .lower, .upper, .title, .trim, .replace, .indent, .string, .safe, .wordcount:
      return try textual(value, filter, given)
    case .first, .last, .length, .count, .list, .items, .reverse, .join:
      return try plural(value, filter, given)
    case .dictsort, .sort, .unique, .min, .max: return try ordered(value, filter, given)
    case .map: return try mapped(value, given)
    case .select, .reject, .selectattr, .rejectattr: return try chosen(value, filter, given)
    }
  }

  // MARK: Text

  private mutating func textual(
    _ value: TemplateValue, _ filter: TemplateFilter, _ given: TemplateArguments
  ) throws(TemplateFault) -> TemplateValue {
    let offset = given.offset
    let text = try text(of: value, at: offset)
    try charge(characters: text.count, at: offset)
    switch filter {
    case .trim:
      let bound = try given.bound(filter.rawValue, ["chars"])
      return .string(PythonText.strip(text, .both, of: try set(bound[0], at: offset)))
    case .replace:
      let bound = try given.bound(filter.rawValue, ["old", "new", "count"], required: 2)
      return .string(
        try replacing(
          try self.text(of: bound[0] ?? .none, at: offset),
          with: try self.text(of: bound[1] ?? .none, at: offset), in: text,
          limit: try integer(bound[2], at: offset), at: offset))
    case .indent:
      guard case .string = value else {
        throw TemplateFault(.value, "a \(value.kind) cannot be indented", at: offset)
      }
      return .string(try indented(text, given))
    case .title:
      try given.none(filter.rawValue)
      return .string(Self.titled(text))
    case .wordcount:
      try given.none(filter.rawValue)
      var words = 0
      var inside = false
      for scalar in text {
        let isWord =
          scalar == "_" || scalar.properties.isAlphabetic
          || scalar.properties.numericType != nil
        if isWord, !inside { words += 1 }
        inside = isWord
      }
      return .integer(words)
    default:
      try given.none(filter.rawValue)
      switch filter {
      case .capitalize: return .string(PythonText.capitalised(text))
      case .lower: return .string(PythonText.lower(text))
      case .upper: return .string(PythonText.upper(text))
      default: return .string(text)
      }
    }
  }

  /// Characters to strip; `nil` for white space.
  func set(_ value: TemplateValue?, at offset: Int) throws(TemplateFault) -> Scalars? {
    switch value {
    case nil, .some(.none): return nil
    case .some(.string(let text)): return text
    case .some(let value):
      throw TemplateFault(.value, "a \(value.kind) is no set of characters", at: offset)
    }
  }

  func integer(_ value: TemplateValue?, at offset: Int) throws(TemplateFault) -> Int? {
    switch value {
    case nil, .some(.none): return nil
    case .some(let value):
      guard case .integer(let number)? = value.number else {
        throw TemplateFault(.value, "a \(value.kind) stands where an int should be", at: offset)
      }
      return number
    }
  }

  mutating func replacing(
    _ old: Scalars, with new: Scalars, in text: Scalars, limit: Int?, at offset: Int
  ) throws(TemplateFault) -> Scalars {
    let limit = limit.map { $0 < 0 ? Int.max : $0 } ?? .max
    let most = old.isEmpty ? text.count + 1 : text.count / old.count
    // Bounds of counts that are in memory: no product overflows.
    try charge(characters: text.count + min(most, limit) * new.count, at: offset)
    return PythonText.replacing(old, with: new, in: text, atMost: limit)
  }

  /// Each word's first letter large, the rest small; words begin after blanks, `-` and brackets.
  private static func titled(_ text: Scalars) -> Scalars {
    var out: Scalars = []
    var word: Scalars = []
    func flush() {
      if let first = word.first {
        out += PythonText.upper([first])
        out += PythonText.lower(Array(word.dropFirst()))
      }
      word = []
    }
    for scalar in text {
      if PythonText.isSpace(scalar) || ["-", "(", "{", "[", "<"].contains(scalar) {
        flush()
        out.append(scalar)
      } else {
        word.append(scalar)
      }
    }
    flush()
    return out
  }

  private mutating func indented(
    _ text: Scalars, _ given: TemplateArguments
  ) throws(TemplateFault) -> Scalars {
    let bound = try given.bound("indent", ["width", "first", "blank"])
    let indent: Scalars
    switch bound[0] {
    case .some(.string(let text)): indent = text
    case let width:
      let width = width == nil ? 4 : try integer(width, at: given.offset) ?? 0
      guard width <= 1000 else {
        throw TemplateFault(.limit, "indent by \(width) columns", at: given.offset)
      }
      indent = Scalars(repeating: " ", count: max(0, width))
    }
    let alsoFirst = bound[1]?.isTrue == true
    let alsoBlank = bound[2]?.isTrue == true
    // The reference adds a line feed, which the cutting into lines takes away again.
    let lines = PythonText.lines(of: text + ["\n"], keepingEnds: false)
    try charge(characters: text.count + lines.count * (indent.count + 1), at: given.offset)
    var out: Scalars = []
    for (index, line) in lines.enumerated() {
      if index > 0 {
        out.append("\n")
        if alsoBlank || !line.isEmpty { out += indent }
      }
      out += line
    }
    return alsoFirst ? indent + out : out
  }

  // MARK: Numbers

  private mutating func number(
    _ value: TemplateValue, _ filter: TemplateFilter, _ given: TemplateArguments
  ) throws(TemplateFault) -> TemplateValue {
    let offset = given.offset
    switch filter {
    case .abs:
      try given.none(filter.rawValue)
      switch value.number {
      case .integer(let number)?:
        return number < 0
          ? try signed(.integer(number), negative: true, at: offset) : .integer(number)
      case .float(let number)?: return .float(Swift.abs(number))
      case nil: throw TemplateFault(.value, "a \(value.kind) has no absolute value", at: offset)
      }
    case .float:
      let standard = try given.bound(filter.rawValue, ["default"])[0] ?? .float(0)
      switch value {
      case .string(let text): return PythonNumber.float(text).map { .float($0) } ?? standard
      case .undefined(let reason): throw TemplateFault(.value, reason, at: offset)
      default: return value.number.map { .float($0.double) } ?? standard
      }
    case .int:
      let bound = try given.bound(filter.rawValue, ["default", "base"])
      let base = try integer(bound[1], at: offset) ?? 10
      guard base == 10 else {
        throw TemplateFault(.unsupported, "int with the base \(base) cannot be written", at: offset)
      }
      let standard = bound[0] ?? .integer(0)
      switch value {
      case .undefined(let reason): throw TemplateFault(.value, reason, at: offset)
      case .string(let text):
        if let number = PythonNumber.integer(text) { return .integer(number) }
        guard let number = PythonNumber.float(text), number.isFinite else { return standard }
        return try whole(number, at: offset)
      default:
        switch value.number {
        case .integer(let number)?: return .integer(number)
        case .float(let number)?: return number.isFinite ? try whole(number, at: offset) : standard
        case nil: return standard
        }
      }
    case .sum:
      let bound = try given.bound(filter.rawValue, ["attribute", "start"])
      var total = bound[1] ?? .integer(0)
      for item in try elements(of: value, at: offset) {
        let item = try member(bound[0], of: item, at: offset)
        total = try arithmetic(.add, total, item, at: offset)
      }
      return total
    default: return try rounded(value, given)
    }
  }

  private func whole(_ number: Double, at offset: Int) throws(TemplateFault) -> TemplateValue {
    guard let whole = Int(exactly: number.rounded(.towardZero)) else {
      throw TemplateFault(
        .unsupported, "integers beyond 64 bits cannot be computed with", at: offset)
    }
    return .integer(whole)
  }

  private func rounded(
    _ value: TemplateValue, _ given: TemplateArguments
  ) throws(TemplateFault) -> TemplateValue {
    let bound = try given.bound("round", ["precision", "method"])
    guard try integer(bound[0], at: given.offset) ?? 0 == 0, bound[1] == nil else {
      throw TemplateFault(
        .unsupported, "round with values cannot be written", at: given.offset)
    }
    switch value.number {
    // Python leaves an integer an integer.
    case .integer(let number)?: return .integer(number)
    case .float(let number)?: return .float(number.rounded(.toNearestOrEven))
    case nil:
      throw TemplateFault(.value, "a \(value.kind) cannot be rounded", at: given.offset)
    }
  }
}
