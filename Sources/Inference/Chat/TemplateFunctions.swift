/// Calls.
extension TemplateEvaluator {
  mutating func call(
    _ callee: TemplateValue, _ given: TemplateArguments
  ) throws(TemplateFault) -> TemplateValue {
    let offset = given.offset
    switch callee {
    case .undefined(let reason): throw TemplateFault(.value, reason, at: offset)
    case .loop:
      throw TemplateFault(.unsupported, "recursive loops cannot be written", at: offset)
    case .function(let function): return try call(function, given)
    default: throw TemplateFault(.value, "a \(callee.kind) cannot be called", at: offset)
    }
  }

  private mutating func call(
    _ function: TemplateFunction, _ given: TemplateArguments
  ) throws(TemplateFault) -> TemplateValue {
    let offset = given.offset
    switch function {
    case .macro(let macro, let scope): return try call(macro, from: scope, given)
    case .method(let value, let method): return try call(method, of: value, given)
    case .cycle(let loop):
      guard !given.positional.isEmpty, given.named.isEmpty else {
        throw TemplateFault(.value, "cycle needs values", at: offset)
      }
      return given.positional[loop.index % given.positional.count]
    case .changed(let loop):
      guard given.named.isEmpty else {
        throw TemplateFault(.value, "changed cannot take named values", at: offset)
      }
      guard case .sequence(let now) = try sequence(.tuple, given.positional, at: offset) else {
        return .bool(false)
      }
      defer { loop.lastSeen = now.items }
      guard let before = loop.lastSeen, before.count == now.items.count else { return .bool(true) }
      for (a, b) in zip(before, now.items) where try !equal(a, b, at: offset) {
        return .bool(true)
      }
      return .bool(false)
    case .range: return try range(given)
    case .dict:
      return .mapping(try mapping("dict", given))
    case .namespace:
      let namespace = TemplateNamespace()
      for entry in try mapping("namespace", given).entries {
        guard case .string(let name) = entry.key else {
          throw TemplateFault(.value, "namespace needs names", at: offset)
        }
        namespace.attributes[name.text] = entry.value
      }
      return .namespace(namespace)
    case .raiseException:
      let message = try given.bound("raise_exception", ["message"], required: 1)[0] ?? .none
      throw TemplateFault(.refusal, try text(of: message, at: offset).text, at: offset)
    case .strftimeNow:
      let format = try given.bound("strftime_now", ["format"], required: 1)[0] ?? .none
      guard let date, case .string(let format) = format else {
        throw TemplateFault(.value, "strftime_now needs a format", at: offset)
      }
      try charge(characters: format.count * 16, at: offset)
      return .string(try date.formatted(format, at: offset))
    }
  }

  private mutating func mapping(
    _ name: String, _ given: TemplateArguments
  ) throws(TemplateFault) -> TemplateMapping {
    guard given.positional.count <= 1 else {
      throw TemplateFault(.value, "\(name) takes at most one value", at: given.offset)
    }
    var mapping = TemplateMapping()
    switch given.positional.first {
    case nil: break
    case .mapping(let source)?: mapping = source
    case let source?:
      for pair in try elements(of: source, at: given.offset) {
        let parts = try elements(of: pair, at: given.offset)
        guard parts.count == 2 else {
          throw TemplateFault(.value, "\(name) needs pairs", at: given.offset)
        }
        try put(parts[1], at: parts[0], into: &mapping, offset: given.offset)
      }
    }
    for (name, value) in given.named {
      try put(value, at: .string(name), into: &mapping, offset: given.offset)
    }
    return mapping
  }

  private mutating func range(_ given: TemplateArguments) throws(TemplateFault) -> TemplateValue {
    let offset = given.offset
    guard given.named.isEmpty, 1...3 ~= given.positional.count else {
      throw TemplateFault(.value, "range takes one to three ints", at: offset)
    }
    var numbers: [Int] = []
    for value in given.positional {
      guard case .integer(let number)? = value.number else {
        throw TemplateFault(.value, "range of a \(value.kind)", at: offset)
      }
      numbers.append(number)
    }
    let (start, end) = numbers.count == 1 ? (0, numbers[0]) : (numbers[0], numbers[1])
    let step = numbers.count == 3 ? numbers[2] : 1
    guard step != 0 else { throw TemplateFault(.value, "the step of a range is 0", at: offset) }
    // In floating point, so that no distance overflows; beyond the limit it need not be exact.
    let count = ((Double(end) - Double(start)) / Double(step)).rounded(.up)
    guard count <= Double(TemplateLimit.rangeElements) else {
      throw TemplateFault(
        .limit, "a range has more than \(TemplateLimit.rangeElements) elements", at: offset)
    }
    return try sequence(
      .range, stride(from: start, to: end, by: step).map { .integer($0) }, at: offset)
  }
}
