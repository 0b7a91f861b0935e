/// Methods of strings, mappings and lists.
enum TemplateMethod: String {
  // Of strings.
  case capitalize, count, endswith, find, index, isalnum, isalpha, isdigit, islower, isspace
  case isupper, join, lower, lstrip, partition, removeprefix, removesuffix, replace, rfind
  case rpartition, rsplit, rstrip, split, splitlines, startswith, strip, title, upper
  // Of mappings.
  case copy, get, items, keys, values

  private static let ofStrings: Set<TemplateMethod> = [
    .capitalize, .count, .endswith, .find, .index, .isalnum, .isalpha, .isdigit, .islower,
    .isspace, .isupper, .join, .lower, .lstrip, .partition, .removeprefix, .removesuffix, .replace,
    .rfind, .rpartition, .rsplit, .rstrip, .split, .splitlines, .startswith, .strip, .title, .upper,
  ]
  private static let ofMappings: Set<TemplateMethod> = [.copy, .get, .items, .keys, .values]
  private static let ofLists: Set<TemplateMethod> = [.copy, .count, .index]
  private static let ofTuples: Set<TemplateMethod> = [.count, .index]

  /// Methods of Python's that are not built.
  private static let missing: [String: Set<String>] = [
    "str": [
      "casefold", "center", "encode", "expandtabs", "format", "format_map", "isascii", "isdecimal",
      "isidentifier", "isnumeric", "isprintable", "istitle", "ljust", "maketrans", "rindex",
      "rjust", "swapcase", "translate", "zfill",
    ],
    "dict": ["fromkeys"],
  ]
  /// Methods that change a value, which the reference's sandbox refuses too.
  private static let changing: [String: Set<String>] = [
    "list": ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"],
    "dict": ["clear", "pop", "popitem", "setdefault", "update"],
  ]
}

extension TemplateMethod {
  /// The method of a value with this name, as something to be called.
  ///
  /// - Returns: `nil` when the value has none.
  /// - Throws: `TemplateFault` when Python has one that is not built.
  static func value(
    named name: String, of value: TemplateValue, at offset: Int
  ) throws(TemplateFault) -> TemplateValue? {
    let methods: Set<TemplateMethod> =
      switch value {
      case .string: ofStrings
      case .mapping: ofMappings
      case .sequence(let sequence) where sequence.kind == .list: ofLists
      case .sequence(let sequence) where sequence.kind == .tuple: ofTuples
      default: []
      }
    if let method = TemplateMethod(rawValue: name), methods.contains(method) {
      return .function(.method(value, method))
    }
    if changing[value.kind]?.contains(name) == true {
      return .undefined("the method \(name) changes its \(value.kind), which no template may")
    }
    if missing[value.kind]?.contains(name) == true {
      throw TemplateFault(.unsupported, "the method \(name) cannot be written", at: offset)
    }
    return nil
  }
}

extension TemplateEvaluator {
  mutating func call(
    _ method: TemplateMethod, of value: TemplateValue, _ given: TemplateArguments
  ) throws(TemplateFault) -> TemplateValue {
    switch value {
    case .string(let text):
      try charge(characters: text.count, at: given.offset)
      return try call(method, of: text, given)
    case .mapping(let mapping): return try call(method, of: mapping, given)
    case .sequence(let sequence):
      if method == .copy {
        try given.none(method.rawValue)
        return value
      }
      let wanted = try given.bound(method.rawValue, ["value"], required: 1, byName: false)
      var places: [Int] = []
      for (place, item) in sequence.items.enumerated()
      where try equal(item, wanted[0] ?? .none, at: given.offset) { places.append(place) }
      if method == .count { return .integer(places.count) }
      guard let first = places.first else {
        throw TemplateFault(.value, "index: there is no such element", at: given.offset)
      }
      return .integer(first)
    default:
      throw TemplateFault(.value, "a \(value.kind) has no \(method.rawValue)", at: given.offset)
    }
  }

  private mutating func call(
    _ method: TemplateMethod, of mapping: TemplateMapping, _ given: TemplateArguments
  ) throws(TemplateFault) -> TemplateValue {
    let offset = given.offset
    if method == .get {
      let bound = try given.bound("get", ["key", "default"], required: 1, byName: false)
      return mapping[try key(bound[0] ?? .none, at: offset)] ?? bound[1] ?? .none
    }
    try given.none(method.rawValue)
    switch method {
    case .items: return try sequence(.items, try pairs(of: mapping, at: offset), at: offset)
    case .keys: return try sequence(.keys, mapping.entries.map(\.key), at: offset)
    case .values: return try sequence(.values, mapping.entries.map(\.value), at: offset)
    default: return .mapping(mapping)
    }
  }
}
