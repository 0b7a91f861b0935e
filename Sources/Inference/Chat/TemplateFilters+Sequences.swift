/// Filters of lists and mappings.
extension TemplateEvaluator {
  mutating func plural(
    _ value: TemplateValue, _ filter: TemplateFilter, _ given: TemplateArguments
  ) throws(TemplateFault) -> TemplateValue {
    let offset = given.offset
    switch filter {
    case .join:
      let bound = try given.bound(filter.rawValue, ["d", "attribute"])
      let separator = try bound[0].map { value throws(TemplateFault) in
        try text(of: value, at: offset)
      }
      var out: Scalars = []
      for (index, item) in try elements(of: value, at: offset).enumerated() {
        if index > 0 { out += separator ?? [] }
        out += try text(of: try member(bound[1], of: item, at: offset), at: offset)
        try charge(characters: separator?.count ?? 0, at: offset)
      }
      try charge(characters: out.count, at: offset)
      return .string(out)
    case .length, .count:
      try given.none(filter.rawValue)
      return .integer(try count(of: value, at: offset))
    case .first:
      try given.none(filter.rawValue)
      if case .generator(let generator) = value {
        return generator.takeFirst() ?? .undefined("there is no first element")
      }
      return try elements(of: value, at: offset).first ?? .undefined("there is no first element")
    case .last:
      try given.none(filter.rawValue)
      if case .generator = value {
        throw TemplateFault(.value, "a generator has no last element", at: offset)
      }
      return try elements(of: value, at: offset).last ?? .undefined("there is no last element")
    case .list:
      try given.none(filter.rawValue)
      return try sequence(.list, try elements(of: value, at: offset), at: offset)
    case .items:
      try given.none(filter.rawValue)
      if value.isUndefined { return try generator([], at: offset) }
      guard case .mapping(let mapping) = value else {
        throw TemplateFault(.value, "a \(value.kind) has no items", at: offset)
      }
      return try generator(try pairs(of: mapping, at: offset), at: offset)
    default:
      try given.none(filter.rawValue)
      if case .string(let text) = value { return .string(text.reversed()) }
      return try generator(try elements(of: value, at: offset).reversed(), at: offset)
    }
  }

  mutating func pairs(
    of mapping: TemplateMapping, at offset: Int
  ) throws(TemplateFault) -> [TemplateValue] {
    var pairs: [TemplateValue] = []
    for entry in mapping.entries {
      pairs.append(try sequence(.tuple, [entry.key, entry.value], at: offset))
    }
    return pairs
  }

  func count(of value: TemplateValue, at offset: Int) throws(TemplateFault) -> Int {
    switch value {
    case .undefined: return 0
    case .string(let text): return text.count
    case .sequence(let sequence): return sequence.items.count
    case .mapping(let mapping): return mapping.count
    case .loop(let loop): return loop.items.count
    default: throw TemplateFault(.value, "a \(value.kind) has no length", at: offset)
    }
  }

  // MARK: Attributes of elements

  /// What an `attribute` of a filter names in an element: parts with dots between; the element
  /// itself for none.
  mutating func member(
    _ attribute: TemplateValue?, of value: TemplateValue, default standard: TemplateValue? = nil,
    at offset: Int
  ) throws(TemplateFault) -> TemplateValue {
    var found = value
    switch attribute {
    case nil, .some(.none): return value
    case .some(.integer): found = try item(attribute ?? .none, of: value, at: offset)
    case .some(.string(let name)):
      for part in PythonText.split(name, at: ["."], atMost: .max) {
        let key: TemplateValue =
          part.allSatisfy { ("0"..."9").contains($0) }
          ? Int(part.text).map { .integer($0) } ?? .string(part) : .string(part)
        found = try item(key, of: found, at: offset)
        if found.isUndefined, let standard { found = standard }
      }
      return found
    case .some(let attribute):
      throw TemplateFault(.value, "a \(attribute.kind) names no attribute", at: offset)
    }
    return found.isUndefined ? standard ?? found : found
  }

  mutating func mapped(
    _ value: TemplateValue, _ given: TemplateArguments
  ) throws(TemplateFault) -> TemplateValue {
    let offset = given.offset
    // Of nothing, the reference looks at neither names nor values.
    guard value.isTrue else { return try generator([], at: offset) }
    var results: [TemplateValue] = []
    if given.positional.isEmpty, given.named.contains(where: { $0.name == "attribute" }) {
      let bound = try given.bound("map", ["attribute", "default"])
      for element in try elements(of: value, at: offset) {
        results.append(try member(bound[0], of: element, default: bound[1], at: offset))
      }
      return try generator(results, at: offset)
    }
    var rest = given
    guard case .string(let name)? = rest.positional.first else {
      throw TemplateFault(.value, "map needs the name of a filter", at: offset)
    }
    rest.positional.removeFirst()
    for element in try elements(of: value, at: offset) {
      results.append(try filter(element, name.text, rest))
    }
    return try generator(results, at: offset)
  }

  mutating func chosen(
    _ value: TemplateValue, _ filter: TemplateFilter, _ given: TemplateArguments
  ) throws(TemplateFault) -> TemplateValue {
    let offset = given.offset
    guard value.isTrue else { return try generator([], at: offset) }
    var rest = given
    var attribute: TemplateValue?
    if filter == .selectattr || filter == .rejectattr {
      guard let first = rest.positional.first else {
        throw TemplateFault(.value, "\(filter.rawValue) needs an attribute", at: offset)
      }
      attribute = first
      rest.positional.removeFirst()
    }
    let test = rest.positional.first
    if test != nil { rest.positional.removeFirst() }
    let keeps = filter == .select || filter == .selectattr
    var kept: [TemplateValue] = []
    for element in try elements(of: value, at: offset) {
      let tested = try member(attribute, of: element, at: offset)
      let holds: Bool
      switch test {
      case nil: holds = tested.isTrue
      case .some(.string(let name)): holds = try self.test(tested, name.text, rest)
      case .some(let test):
        throw TemplateFault(.value, "a \(test.kind) is no name of a test", at: offset)
      }
      if holds == keeps { kept.append(element) }
    }
    return try generator(kept, at: offset)
  }

  // MARK: Order

  /// Values in order of their keys; equal ones keep their order.
  mutating func sorted<Element>(
    _ elements: [Element], descending: Bool = false, at offset: Int,
    by key: (Element) -> TemplateValue
  ) throws(TemplateFault) -> [Element] {
    // A merge sort, since the comparison may throw.
    guard elements.count > 1 else { return elements }
    let middle = elements.count / 2
    let left = try sorted(
      Array(elements[..<middle]), descending: descending, at: offset, by: key)
    let right = try sorted(
      Array(elements[middle...]), descending: descending, at: offset, by: key)
    var merged: [Element] = []
    merged.reserveCapacity(elements.count)
    var (i, j) = (0, 0)
    while i < left.count, j < right.count {
      let (a, b) = (key(left[i]), key(right[j]))
      if try descending ? less(a, b, "<", at: offset) : less(b, a, "<", at: offset) {
        merged.append(right[j])
        j += 1
      } else {
        merged.append(left[i])
        i += 1
      }
    }
    return merged + left[i...] + right[j...]
  }

  /// The key by which filters order an element: of a string its small letters, if asked.
  private mutating func orderKey(
    _ attribute: TemplateValue?, _ keepsCase: Bool, of element: TemplateValue, at offset: Int
  ) throws(TemplateFault) -> TemplateValue {
    let key = try member(attribute, of: element, at: offset)
    guard !keepsCase, case .string(let text) = key else { return key }
    try charge(characters: text.count, at: offset)
    return .string(PythonText.lower(text))
  }

  mutating func ordered(
    _ value: TemplateValue, _ filter: TemplateFilter, _ given: TemplateArguments
  ) throws(TemplateFault) -> TemplateValue {
    let offset = given.offset
    let name = filter.rawValue
    switch filter {
    case .dictsort:
      let bound = try given.bound(name, ["case_sensitive", "by", "reverse"])
      guard case .mapping(let mapping) = value else {
        throw TemplateFault(.value, "a \(value.kind) has no items", at: offset)
      }
      let by: Int
      switch bound[1] {
      case nil, .some(.string(["k", "e", "y"])): by = 0
      case .some(.string(["v", "a", "l", "u", "e"])): by = 1
      default:
        throw TemplateFault(.value, "dictsort goes by key or by value", at: offset)
      }
      return try sequence(
        .list,
        try sortedByKey(
          try pairs(of: mapping, at: offset), .integer(by), bound[0]?.isTrue == true,
          descending: bound[2]?.isTrue == true, at: offset), at: offset)
    case .sort:
      let bound = try given.bound(name, ["reverse", "case_sensitive", "attribute"])
      if case .string(let attribute)? = bound[2], attribute.contains(",") {
        throw TemplateFault(
          .unsupported, "sort by several attributes cannot be written", at: offset)
      }
      return try sequence(
        .list,
        try sortedByKey(
          try elements(of: value, at: offset), bound[2], bound[1]?.isTrue == true,
          descending: bound[0]?.isTrue == true, inLists: true, at: offset), at: offset)
    case .unique:
      let bound = try given.bound(name, ["case_sensitive", "attribute"])
      var seen: Set<TemplateMapping.Key> = []
      var kept: [TemplateValue] = []
      for element in try elements(of: value, at: offset) {
        let key = try orderKey(bound[1], bound[0]?.isTrue == true, of: element, at: offset)
        if seen.insert(try self.key(key, at: offset)).inserted { kept.append(element) }
      }
      return try generator(kept, at: offset)
    default:
      let bound = try given.bound(name, ["case_sensitive", "attribute"])
      var best: (element: TemplateValue, key: TemplateValue)?
      for element in try elements(of: value, at: offset) {
        let key = try orderKey(bound[1], bound[0]?.isTrue == true, of: element, at: offset)
        if let found = best {
          let wins =
            try filter == .min
            ? less(key, found.key, "<", at: offset) : less(found.key, key, ">", at: offset)
          guard wins else { continue }
        }
        best = (element, key)
      }
      return best?.element ?? .undefined("\(name) of nothing")
    }
  }

  /// - Parameter inLists: whether the keys are compared as lists of one element, as the reference
  ///   does in `sort`: then equal ones need no order.
  private mutating func sortedByKey(
    _ elements: [TemplateValue], _ attribute: TemplateValue?, _ keepsCase: Bool, descending: Bool,
    inLists: Bool = false, at offset: Int
  ) throws(TemplateFault) -> [TemplateValue] {
    var keyed: [(key: TemplateValue, element: TemplateValue)] = []
    for element in elements {
      let key = try orderKey(attribute, keepsCase, of: element, at: offset)
      keyed.append((inLists ? try sequence(.list, [key], at: offset) : key, element))
    }
    return try sorted(keyed, descending: descending, at: offset) { $0.key }.map(\.element)
  }
}
