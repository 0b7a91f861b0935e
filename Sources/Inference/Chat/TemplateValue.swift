/// A value while a template is rendered: what Python has, as far as templates use it.
///
/// Nothing but a namespace can be changed, as in the reference's sandbox; so values have no cycles.
enum TemplateValue {
  /// What is not there: written as nothing, false, empty; every other use of it is a fault that tells
  /// this reason.
  case undefined(String)
  case none
  case bool(Bool)
  case integer(Int)
  case float(Double)
  case string(Scalars)
  /// A list, tuple, range or view of a mapping.
  case sequence(TemplateSequence)
  case mapping(TemplateMapping)
  /// What some filters give: can be gone through once.
  case generator(TemplateGenerator)
  case namespace(TemplateNamespace)
  case loop(TemplateLoop)
  case function(TemplateFunction)

  static func string(_ text: String) -> TemplateValue { .string(Scalars(text)) }

  /// What Python calls its type.
  var kind: String {
    switch self {
    case .undefined: "undefined"
    case .none: "None"
    case .bool: "bool"
    case .integer: "int"
    case .float: "float"
    case .string: "str"
    case .sequence(let sequence): sequence.kind.rawValue
    case .mapping: "dict"
    case .generator: "generator"
    case .namespace: "namespace"
    case .loop: "loop"
    case .function: "function"
    }
  }

  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .bool(let flag): flag
    case .integer(let number): number != 0
    case .float(let number): number != 0
    case .string(let text): !text.isEmpty
    case .sequence(let sequence): !sequence.items.isEmpty
    case .mapping(let mapping): !mapping.isEmpty
    case .generator, .namespace, .loop, .function: true
    }
  }

  var isUndefined: Bool {
    if case .undefined = self { true } else { false }
  }

  /// Lists and mappings inside of each other; `nil` for what no list or mapping may hold.
  var depth: Int? {
    switch self {
    case .undefined, .none, .bool, .integer, .float, .string: 0
    case .sequence(let sequence): sequence.depth
    case .mapping(let mapping): mapping.depth
    case .generator(let generator): generator.depth
    case .function: 0
    case .namespace, .loop: nil
    }
  }

  /// Whether it is a function, or a list of some. Functions know variables: kept in a namespace, they
  /// could make a chain that grows with every round of a loop.
  var holdsFunctions: Bool {
    switch self {
    case .function: true
    case .sequence(let sequence): sequence.holdsFunctions
    case .generator(let generator): generator.holdsFunctions
    default: false
    }
  }

  /// The number, as which truth values count too.
  var number: TemplateNumber? {
    switch self {
    case .bool(let flag): .integer(flag ? 1 : 0)
    case .integer(let number): .integer(number)
    case .float(let number): .float(number)
    default: nil
    }
  }
}

/// An integer or a floating-point number.
enum TemplateNumber {
  case integer(Int)
  case float(Double)

  var double: Double {
    switch self {
    case .integer(let number): Double(number)
    case .float(let number): number
    }
  }
}

/// Values in order.
struct TemplateSequence {
  enum Kind: String {
    case list, tuple, range
    case keys = "dict_keys"
    case values = "dict_values"
    case items = "dict_items"
  }

  let kind: Kind
  let items: [TemplateValue]
  /// Lists and mappings inside of each other, this one included.
  let depth: Int
  let holdsFunctions: Bool

  init(_ kind: Kind, _ items: [TemplateValue], depth: Int, holdsFunctions: Bool = false) {
    self.kind = kind
    self.items = items
    self.depth = depth
    self.holdsFunctions = holdsFunctions
  }

  /// Whether elements can be had by their number.
  var isIndexed: Bool { kind == .list || kind == .tuple || kind == .range }
}

/// The elements that a filter gave; going through them uses them up.
final class TemplateGenerator {
  private var items: [TemplateValue]
  let depth: Int
  let holdsFunctions: Bool

  init(_ items: [TemplateValue], depth: Int, holdsFunctions: Bool) {
    self.items = items
    self.depth = depth
    self.holdsFunctions = holdsFunctions
  }

  func take() -> [TemplateValue] {
    defer { items = [] }
    return items
  }

  func takeFirst() -> TemplateValue? { items.isEmpty ? nil : items.removeFirst() }
}

/// The one value that a template can change; holds plain values only.
final class TemplateNamespace {
  var attributes: [String: TemplateValue] = [:]
}

/// Where a loop stands.
final class TemplateLoop {
  let items: [TemplateValue]
  let depth: Int
  var index = 0
  /// What `changed` was asked with last.
  var lastSeen: [TemplateValue]?

  init(items: [TemplateValue], depth: Int) {
    self.items = items
    self.depth = depth
  }

  func attribute(_ name: String) -> TemplateValue? {
    switch name {
    case "index": .integer(index + 1)
    case "index0": .integer(index)
    case "revindex": .integer(items.count - index)
    case "revindex0": .integer(items.count - index - 1)
    case "first": .bool(index == 0)
    case "last": .bool(index == items.count - 1)
    case "length": .integer(items.count)
    case "depth": .integer(depth)
    case "depth0": .integer(depth - 1)
    case "previtem": index > 0 ? items[index - 1] : .undefined("there is no previous item")
    case "nextitem":
      index + 1 < items.count ? items[index + 1] : .undefined("there is no next item")
    case "cycle": .function(.cycle(self))
    case "changed": .function(.changed(self))
    default: nil
    }
  }
}

/// Something that can be called.
enum TemplateFunction {
  case macro(TemplateMacro, TemplateScope)
  indirect case method(TemplateValue, TemplateMethod)
  case cycle(TemplateLoop)
  case changed(TemplateLoop)
  case range, dict, namespace, raiseException, strftimeNow
}

/// The variables of a part of a template, inside of those around it.
final class TemplateScope {
  private var values: [String: TemplateValue] = [:]
  private let outer: TemplateScope?

  init(inside outer: TemplateScope? = nil) { self.outer = outer }

  subscript(name: String) -> TemplateValue? {
    get {
      var scope: TemplateScope? = self
      while let here = scope {
        if let value = here.values[name] { return value }
        scope = here.outer
      }
      return nil
    }
    set { values[name] = newValue }
  }

  /// Forgets its variables: a macro knows the scope that knows the macro, which would keep both.
  func clear() { values = [:] }
}
