/// Values of expressions.
extension TemplateEvaluator {
  mutating func value(
    of expression: TemplateExpression, in scope: TemplateScope
  ) throws(TemplateFault) -> TemplateValue {
    let offset = expression.offset
    try enter(at: offset)
    defer { leave() }
    switch expression.form {
    case .none: return .none
    case .bool(let flag): return .bool(flag)
    case .integer(let number): return .integer(number)
    case .float(let number): return .float(number)
    case .string(let text): return .string(text)
    case .name(let name): return scope[name] ?? .undefined("\(name) is undefined")
    case .list(let parts): return try sequence(.list, try values(of: parts, in: scope), at: offset)
    case .tuple(let parts):
      return try sequence(.tuple, try values(of: parts, in: scope), at: offset)
    case .mapping(let entries):
      var mapping = TemplateMapping()
      for entry in entries {
        let key = try value(of: entry.key, in: scope)
        try put(
          try value(of: entry.value, in: scope), at: key, into: &mapping, offset: offset)
      }
      return .mapping(mapping)
    case .attribute(let owner, let name):
      return try attribute(name, of: try value(of: owner, in: scope), at: offset)
    case .item(let owner, let key):
      let owner = try value(of: owner, in: scope)
      return try item(try value(of: key, in: scope), of: owner, at: offset)
    case .slice(let owner, from: let from, to: let to, step: let step):
      let owner = try value(of: owner, in: scope)
      let bounds = try [from, to, step].map { part throws(TemplateFault) in
        try bound(part, in: scope)
      }
      return try slice(owner, from: bounds[0], to: bounds[1], step: bounds[2], at: offset)
    case .call(let function, let call):
      let callee = try value(of: function, in: scope)
      return try self.call(callee, try arguments(call, in: scope, at: offset))
    case .filter(let operand, let name, let call):
      let operand = try value(of: operand, in: scope)
      return try filter(operand, name, try arguments(call, in: scope, at: offset))
    case .test(let operand, let name, let call):
      let operand = try value(of: operand, in: scope)
      return .bool(try test(operand, name, try arguments(call, in: scope, at: offset)))
    case .negative(let operand):
      return try signed(try value(of: operand, in: scope), negative: true, at: offset)
    case .positive(let operand):
      return try signed(try value(of: operand, in: scope), negative: false, at: offset)
    case .not(let operand): return .bool(try !value(of: operand, in: scope).isTrue)
    case .arithmetic(let operation, let left, let right):
      let left = try value(of: left, in: scope)
      return try arithmetic(operation, left, try value(of: right, in: scope), at: offset)
    case .concatenation(let parts):
      var text: Scalars = []
      for part in parts {
        text += try self.text(of: try value(of: part, in: scope), at: part.offset)
      }
      try charge(characters: text.count, at: offset)
      return .string(text)
    case .and(let left, let right):
      let left = try value(of: left, in: scope)
      return left.isTrue ? try value(of: right, in: scope) : left
    case .or(let left, let right):
      let left = try value(of: left, in: scope)
      return left.isTrue ? left : try value(of: right, in: scope)
    case .comparison(let first, let rest):
      var left = try value(of: first, in: scope)
      for (comparison, expression) in rest {
        let right = try value(of: expression, in: scope)
        guard try compare(left, comparison, right, at: offset) else { return .bool(false) }
        left = right
      }
      return .bool(true)
    case .conditional(let value, if: let condition, else: let otherwise):
      if try self.value(of: condition, in: scope).isTrue {
        return try self.value(of: value, in: scope)
      }
      guard let otherwise else {
        return .undefined("the condition does not hold, and there is no else")
      }
      return try self.value(of: otherwise, in: scope)
    }
  }

  private mutating func values(
    of expressions: [TemplateExpression], in scope: TemplateScope
  ) throws(TemplateFault) -> [TemplateValue] {
    var values: [TemplateValue] = []
    for expression in expressions { values.append(try value(of: expression, in: scope)) }
    return values
  }

  mutating func arguments(
    _ call: TemplateCall, in scope: TemplateScope, at offset: Int
  ) throws(TemplateFault) -> TemplateArguments {
    var arguments = TemplateArguments(offset: offset)
    arguments.positional = try values(of: call.positional, in: scope)
    for (name, expression) in call.named {
      arguments.named.append((name, try value(of: expression, in: scope)))
    }
    if let spread = call.spread {
      let list = try value(of: spread, in: scope)
      arguments.positional += try elements(of: list, at: spread.offset)
    }
    if let spread = call.namedSpread {
      guard case .mapping(let mapping) = try value(of: spread, in: scope) else {
        throw TemplateFault(.value, "only a dict can be spread by **", at: spread.offset)
      }
      for entry in mapping.entries {
        guard case .string(let name) = entry.key,
          !arguments.named.contains(where: { $0.name == name.text })
        else {
          throw TemplateFault(.value, "** gives names that are none, or twice", at: spread.offset)
        }
        try charge(1 + arguments.named.count, at: offset)
        arguments.named.append((name.text, entry.value))
      }
    }
    return arguments
  }

  // MARK: Lists and mappings

  /// A list or the like; refuses elements that no value may hold.
  mutating func sequence(
    _ kind: TemplateSequence.Kind, _ items: [TemplateValue], at offset: Int
  ) throws(TemplateFault) -> TemplateValue {
    let (depth, holdsFunctions) = try contents(items, at: offset)
    return .sequence(
      TemplateSequence(kind, items, depth: depth, holdsFunctions: holdsFunctions))
  }

  /// What a filter gives that can be gone through once.
  mutating func generator(
    _ items: [TemplateValue], at offset: Int
  ) throws(TemplateFault) -> TemplateValue {
    let (depth, holdsFunctions) = try contents(items, at: offset)
    return .generator(
      TemplateGenerator(items, depth: depth, holdsFunctions: holdsFunctions))
  }

  private mutating func contents(
    _ items: [TemplateValue], at offset: Int
  ) throws(TemplateFault) -> (depth: Int, holdsFunctions: Bool) {
    try charge(1 + items.count, at: offset)
    var depth = 0
    var holdsFunctions = false
    for item in items {
      depth = max(depth, try self.depth(of: item, at: offset))
      holdsFunctions = holdsFunctions || item.holdsFunctions
    }
    return (depth + 1, holdsFunctions)
  }

  mutating func put(
    _ value: TemplateValue, at key: TemplateValue, into mapping: inout TemplateMapping, offset: Int
  ) throws(TemplateFault) {
    let place = try self.key(key, at: offset)
    let plain = try plain(value, at: offset)
    mapping.set(place, key, plain, depth: try depth(of: plain, at: offset))
  }

  /// A value as the key of a mapping.
  mutating func key(
    _ value: TemplateValue, at offset: Int
  ) throws(TemplateFault) -> TemplateMapping.Key {
    if case .string(let text) = value { try charge(characters: text.count, at: offset) }
    guard let key = TemplateMapping.Key(value) else {
      throw TemplateFault(.value, "a \(value.kind) cannot be the key of a dict", at: offset)
    }
    return key
  }

  /// The elements of anything that can be gone through.
  mutating func elements(
    of value: TemplateValue, at offset: Int
  ) throws(TemplateFault) -> [TemplateValue] {
    let items: [TemplateValue]
    switch value {
    case .undefined: return []
    case .string(let text): items = text.map { .string([$0]) }
    case .sequence(let sequence): items = sequence.items
    case .mapping(let mapping): items = mapping.entries.map(\.key)
    case .generator(let generator): items = generator.take()
    default:
      throw TemplateFault(.value, "a \(value.kind) cannot be gone through", at: offset)
    }
    try charge(1 + items.count, at: offset)
    return items
  }

  // MARK: Attributes, items, slices

  func attribute(
    _ name: String, of value: TemplateValue, at offset: Int
  ) throws(TemplateFault) -> TemplateValue {
    if case .undefined(let reason) = value { throw TemplateFault(.value, reason, at: offset) }
    if let method = try TemplateMethod.value(named: name, of: value, at: offset) {
      return method
    }
    let found: TemplateValue? =
      switch value {
      case .mapping(let mapping): mapping[name]
      case .namespace(let namespace): namespace.attributes[name]
      case .loop(let loop): loop.attribute(name)
      default: nil
      }
    return found ?? .undefined("a \(value.kind) has no \(name)")
  }

  mutating func item(
    _ key: TemplateValue, of value: TemplateValue, at offset: Int
  ) throws(TemplateFault) -> TemplateValue {
    func missing() -> TemplateValue { .undefined("a \(value.kind) has no such element") }
    switch value {
    case .undefined(let reason): throw TemplateFault(.value, reason, at: offset)
    case .mapping(let mapping):
      if case .string(let text) = key { try charge(characters: text.count, at: offset) }
      if let key = TemplateMapping.Key(key), let found = mapping[key] { return found }
    case .string(let text):
      if case .integer(let index)? = key.number {
        return Self.place(index, of: text.count).map { .string([text[$0]]) } ?? missing()
      }
    case .sequence(let sequence) where sequence.isIndexed:
      if case .integer(let index)? = key.number {
        return Self.place(index, of: sequence.items.count).map { sequence.items[$0] } ?? missing()
      }
    default: break
    }
    guard case .string(let name) = key else { return missing() }
    return try attribute(name.text, of: value, at: offset)
  }

  /// Where an index points, from the end when it is negative; `nil` outside.
  static func place(_ index: Int, of count: Int) -> Int? {
    let place = index < 0 ? index + count : index
    return (0..<count).contains(place) ? place : nil
  }

  private mutating func bound(
    _ expression: TemplateExpression?, in scope: TemplateScope
  ) throws(TemplateFault) -> Int? {
    guard let expression else { return nil }
    let value = try value(of: expression, in: scope)
    if case .none = value { return nil }
    guard case .integer(let number)? = value.number else {
      throw TemplateFault(
        .value, "a \(value.kind) cannot be the bound of a slice", at: expression.offset)
    }
    return number
  }

  private mutating func slice(
    _ value: TemplateValue, from: Int?, to: Int?, step: Int?, at offset: Int
  ) throws(TemplateFault) -> TemplateValue {
    guard step != 0 else {
      throw TemplateFault(.value, "the step of a slice is 0", at: offset)
    }
    switch value {
    case .undefined(let reason): throw TemplateFault(.value, reason, at: offset)
    case .string(let text):
      let places = Self.places(from: from, to: to, step: step ?? 1, of: text.count)
      try charge(characters: text.count, at: offset)
      return .string(places.map { text[$0] })
    case .sequence(let sequence) where sequence.isIndexed:
      let places = Self.places(from: from, to: to, step: step ?? 1, of: sequence.items.count)
      return try self.sequence(sequence.kind, places.map { sequence.items[$0] }, at: offset)
    default:
      throw TemplateFault(.value, "a \(value.kind) cannot be sliced", at: offset)
    }
  }

  /// The places of a slice, as Python clips them.
  private static func places(from: Int?, to: Int?, step: Int, of count: Int) -> [Int] {
    let lowest = step < 0 ? -1 : 0
    let highest = step < 0 ? count - 1 : count
    func clip(_ bound: Int) -> Int {
      let place = bound < 0 ? bound + count : bound
      return min(max(place, lowest), highest)
    }
    let start = from.map(clip) ?? (step < 0 ? highest : lowest)
    let end = to.map(clip) ?? (step < 0 ? lowest : highest)
    // A step beyond the end finds one element, however far it goes.
    return Array(stride(from: start, to: end, by: max(-count - 1, min(step, count + 1))))
  }
}
