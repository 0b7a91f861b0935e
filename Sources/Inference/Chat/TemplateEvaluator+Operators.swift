import Foundation

/// Arithmetic and comparisons, as Python has them.
extension TemplateEvaluator {
  private func mismatch(
    _ operation: String, _ left: TemplateValue, _ right: TemplateValue, at offset: Int
  ) -> TemplateFault {
    for value in [left, right] {
      if case .undefined(let reason) = value { return TemplateFault(.value, reason, at: offset) }
    }
    return TemplateFault(
      .value, "\(operation) cannot be done with \(left.kind) and \(right.kind)", at: offset)
  }

  private func overflow(at offset: Int) -> TemplateFault {
    TemplateFault(.unsupported, "integers beyond 64 bits cannot be computed with", at: offset)
  }

  mutating func signed(
    _ value: TemplateValue, negative: Bool, at offset: Int
  ) throws(TemplateFault) -> TemplateValue {
    switch value.number {
    case .integer(let number)?:
      guard negative else { return .integer(number) }
      let (result, overflows) = (0).subtractingReportingOverflow(number)
      if overflows { throw overflow(at: offset) }
      return .integer(result)
    case .float(let number)?: return .float(negative ? -number : number)
    case nil:
      if case .undefined(let reason) = value { throw TemplateFault(.value, reason, at: offset) }
      throw TemplateFault(.value, "a \(value.kind) has no sign", at: offset)
    }
  }

  mutating func arithmetic(
    _ operation: TemplateExpression.Arithmetic, _ left: TemplateValue, _ right: TemplateValue,
    at offset: Int
  ) throws(TemplateFault) -> TemplateValue {
    if let a = left.number, let b = right.number {
      if case .integer(let a) = a, case .integer(let b) = b {
        return try integers(operation, a, b, at: offset)
      }
      return try floats(operation, a.double, b.double, at: offset)
    }
    switch (operation, left, right) {
    case (.add, .string(let a), .string(let b)):
      try charge(characters: a.count + b.count, at: offset)
      return .string(a + b)
    case (.add, .sequence(let a), .sequence(let b))
    where a.kind == b.kind && (a.kind == .list || a.kind == .tuple):
      return try sequence(a.kind, a.items + b.items, at: offset)
    case (.multiply, _, _): return try repeated(left, right, at: offset)
    case (.remainder, .string, _):
      throw TemplateFault(.unsupported, "formatting by % cannot be written", at: offset)
    default: throw mismatch(operation.rawValue, left, right, at: offset)
    }
  }

  private mutating func repeated(
    _ left: TemplateValue, _ right: TemplateValue, at offset: Int
  ) throws(TemplateFault) -> TemplateValue {
    let fault = mismatch("*", left, right, at: offset)
    let (value, factor): (TemplateValue, TemplateValue) =
      left.number == nil ? (left, right) : (right, left)
    guard case .integer(let times)? = factor.number else { throw fault }
    func total(_ count: Int, _ limit: Int) throws(TemplateFault) -> Int {
      let (product, overflows) = count.multipliedReportingOverflow(by: max(0, times))
      guard !overflows, product <= limit else {
        throw TemplateFault(.limit, "a repetition has more than \(limit) parts", at: offset)
      }
      return product
    }
    switch value {
    case .string(let text):
      let count = try total(text.count, TemplateLimit.characters)
      try charge(characters: count, at: offset)
      return .string(count == 0 ? [] : Array(repeatElement(text, count: times).joined()))
    case .sequence(let sequence) where sequence.kind == .list || sequence.kind == .tuple:
      let count = try total(sequence.items.count, TemplateLimit.steps)
      try charge(count, at: offset)
      return try self.sequence(
        sequence.kind,
        count == 0 ? [] : Array(repeatElement(sequence.items, count: times).joined()), at: offset)
    default: throw fault
    }
  }

  private func integers(
    _ operation: TemplateExpression.Arithmetic, _ a: Int, _ b: Int, at offset: Int
  ) throws(TemplateFault) -> TemplateValue {
    let result: (partialValue: Int, overflow: Bool)
    switch operation {
    case .add: result = a.addingReportingOverflow(b)
    case .subtract: result = a.subtractingReportingOverflow(b)
    case .multiply: result = a.multipliedReportingOverflow(by: b)
    case .divide: return try floats(.divide, Double(a), Double(b), at: offset)
    case .floorDivide, .remainder:
      guard b != 0 else { throw TemplateFault(.value, "division by zero", at: offset) }
      guard b != -1 else {
        return try operation == .remainder
          ? .integer(0) : integers(.subtract, 0, a, at: offset)
      }
      let (quotient, remainder) = a.quotientAndRemainder(dividingBy: b)
      let isBelow = remainder != 0 && (remainder < 0) != (b < 0)
      return .integer(
        operation == .remainder
          ? (isBelow ? remainder + b : remainder) : (isBelow ? quotient - 1 : quotient))
    case .power:
      guard b >= 0 else { return try floats(.power, Double(a), Double(b), at: offset) }
      return .integer(try power(a, b, at: offset))
    }
    if result.overflow { throw overflow(at: offset) }
    return .integer(result.partialValue)
  }

  private func power(_ base: Int, _ exponent: Int, at offset: Int) throws(TemplateFault) -> Int {
    if exponent == 0 || base == 1 { return 1 }
    if base == 0 { return 0 }
    if base == -1 { return exponent % 2 == 0 ? 1 : -1 }
    var product = 1
    // Any other base leaves 64 bits after 63 steps.
    for _ in 0..<min(exponent, 64) {
      let (next, overflows) = product.multipliedReportingOverflow(by: base)
      if overflows { throw overflow(at: offset) }
      product = next
    }
    return product
  }

  private func floats(
    _ operation: TemplateExpression.Arithmetic, _ a: Double, _ b: Double, at offset: Int
  ) throws(TemplateFault) -> TemplateValue {
    switch operation {
    case .add: return .float(a + b)
    case .subtract: return .float(a - b)
    case .multiply: return .float(a * b)
    case .power:
      let isDefined = a != 0 || b >= 0
      guard isDefined, a >= 0 || b == b.rounded() else {
        throw TemplateFault(
          .unsupported, "the power of \(a) by \(b) cannot be computed", at: offset)
      }
      let result = pow(a, b)
      guard result.isFinite || !a.isFinite || !b.isFinite else {
        throw TemplateFault(.value, "the power is out of range", at: offset)
      }
      return .float(result)
    case .divide, .floorDivide, .remainder:
      guard b != 0 else { throw TemplateFault(.value, "division by zero", at: offset) }
      if operation == .divide { return .float(a / b) }
      // The remainder has the divisor's sign; the quotient is what is left of it.
      var remainder = fmod(a, b)
      var quotient = (a - remainder) / b
      if remainder != 0, (remainder < 0) != (b < 0) {
        remainder += b
        quotient -= 1
      } else if remainder == 0 {
        remainder = b < 0 ? -0.0 : 0.0
      }
      if operation == .remainder { return .float(remainder) }
      guard quotient != 0 else { return .float((a / b).sign == .minus ? -0.0 : 0.0) }
      let floor = quotient.rounded(.down)
      return .float(quotient - floor > 0.5 ? floor + 1 : floor)
    }
  }

  // MARK: Comparisons

  mutating func compare(
    _ left: TemplateValue, _ comparison: TemplateExpression.Comparison, _ right: TemplateValue,
    at offset: Int
  ) throws(TemplateFault) -> Bool {
    switch comparison {
    case .equal: try equal(left, right, at: offset)
    case .unequal: try !equal(left, right, at: offset)
    case .less: try less(left, right, comparison.rawValue, at: offset)
    case .greater: try less(right, left, comparison.rawValue, at: offset)
    case .lessOrEqual: try !less(right, left, comparison.rawValue, orUnordered: true, at: offset)
    case .greaterOrEqual:
      try !less(left, right, comparison.rawValue, orUnordered: true, at: offset)
    case .contained: try contains(right, left, at: offset)
    case .notContained: try !contains(right, left, at: offset)
    }
  }

  /// Whether two values are equal, which any two can be asked.
  mutating func equal(
    _ left: TemplateValue, _ right: TemplateValue, at offset: Int
  ) throws(TemplateFault) -> Bool {
    try charge(1, at: offset)
    if let a = left.number, let b = right.number {
      if case .integer(let a) = a, case .integer(let b) = b { return a == b }
      return a.double == b.double
    }
    switch (left, right) {
    case (.undefined, .undefined), (.none, .none): return true
    case (.string(let a), .string(let b)):
      guard a.count == b.count else { return false }
      try charge(characters: a.count, at: offset)
      return a == b
    case (.sequence(let a), .sequence(let b)):
      // Views of values are equal to nothing but themselves.
      guard a.kind == b.kind, a.kind != .values, a.items.count == b.items.count else {
        return false
      }
      if a.kind == .keys || a.kind == .items {
        throw TemplateFault(.unsupported, "views cannot be compared", at: offset)
      }
      for (a, b) in zip(a.items, b.items) where try !equal(a, b, at: offset) { return false }
      return true
    case (.mapping(let a), .mapping(let b)):
      guard a.count == b.count else { return false }
      for entry in a.entries {
        guard let other = b[try key(entry.key, at: offset)],
          try equal(entry.value, other, at: offset)
        else { return false }
      }
      return true
    case (.generator(let a), .generator(let b)): return a === b
    case (.namespace(let a), .namespace(let b)): return a === b
    case (.loop(let a), .loop(let b)): return a === b
    case (.function, .function):
      throw TemplateFault(.unsupported, "functions cannot be compared", at: offset)
    default: return false
    }
  }

  /// Whether `left` comes before `right`; of numbers without an order, what `orUnordered` says.
  mutating func less(
    _ left: TemplateValue, _ right: TemplateValue, _ mark: String, orUnordered: Bool = false,
    at offset: Int
  ) throws(TemplateFault) -> Bool {
    try charge(1, at: offset)
    if let a = left.number, let b = right.number {
      if case .integer(let a) = a, case .integer(let b) = b { return a < b }
      return a.double < b.double || orUnordered && (a.double.isNaN || b.double.isNaN)
    }
    switch (left, right) {
    case (.string(let a), .string(let b)):
      try charge(characters: min(a.count, b.count), at: offset)
      return a.lexicographicallyPrecedes(b)
    case (.sequence(let a), .sequence(let b))
    where a.kind == b.kind && (a.kind == .list || a.kind == .tuple):
      for (a, b) in zip(a.items, b.items) where try !equal(a, b, at: offset) {
        return try less(a, b, mark, at: offset)
      }
      return a.items.count < b.items.count
    default: throw mismatch(mark, left, right, at: offset)
    }
  }

  /// Whether `container` holds `value`.
  mutating func contains(
    _ container: TemplateValue, _ value: TemplateValue, at offset: Int
  ) throws(TemplateFault) -> Bool {
    switch (container, value) {
    case (.undefined, _): return false
    case (.string(let text), .string(let part)):
      try charge(characters: text.count + part.count, at: offset)
      return PythonText.contains(part, in: text)
    case (.mapping(let mapping), _): return mapping[try key(value, at: offset)] != nil
    case (.sequence, _), (.generator, _):
      for item in try elements(of: container, at: offset) where try equal(item, value, at: offset) {
        return true
      }
      return false
    default: throw mismatch("in", value, container, at: offset)
    }
  }
}
