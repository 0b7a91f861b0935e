/// An expression of a template.
struct TemplateExpression: Sendable {
  indirect enum Form: Sendable {
    case none
    case bool(Bool)
    case integer(Int)
    case float(Double)
    case string(Scalars)
    case name(String)
    case list([TemplateExpression])
    case tuple([TemplateExpression])
    case mapping([(key: TemplateExpression, value: TemplateExpression)])
    case attribute(TemplateExpression, String)
    case item(TemplateExpression, TemplateExpression)
    case slice(
      TemplateExpression, from: TemplateExpression?, to: TemplateExpression?,
      step: TemplateExpression?)
    case call(TemplateExpression, TemplateCall)
    case filter(TemplateExpression, String, TemplateCall)
    case test(TemplateExpression, String, TemplateCall)
    case negative(TemplateExpression)
    case positive(TemplateExpression)
    case not(TemplateExpression)
    case arithmetic(Arithmetic, TemplateExpression, TemplateExpression)
    case concatenation([TemplateExpression])
    case and(TemplateExpression, TemplateExpression)
    case or(TemplateExpression, TemplateExpression)
    case comparison(TemplateExpression, [(Comparison, TemplateExpression)])
    case conditional(TemplateExpression, if: TemplateExpression, else: TemplateExpression?)
  }

  enum Arithmetic: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case remainder = "%"
    case power = "**"
  }

  enum Comparison: String, Sendable {
    case equal = "=="
    case unequal = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case contained = "in"
    case notContained = "not in"
  }

  let form: Form
  /// Where it stands in the template's UTF-8 text.
  let offset: Int
  /// Expressions inside of each other, this one included.
  let depth: Int
}

/// What is given to a function, filter, test or macro.
struct TemplateCall: Sendable {
  var positional: [TemplateExpression] = []
  var named: [(name: String, value: TemplateExpression)] = []
  /// A list whose elements follow the positional ones (`*list`).
  var spread: TemplateExpression?
  /// A mapping whose entries follow the named ones (`**mapping`).
  var namedSpread: TemplateExpression?

  var expressions: [TemplateExpression] {
    positional + named.map(\.value) + [spread, namedSpread].compactMap(\.self)
  }
}

/// A filter that a whole block goes through.
struct TemplateFilterUse: Sendable {
  let name: String
  let call: TemplateCall
  let offset: Int
}

/// What a value is assigned to.
enum TemplateTarget: Sendable {
  case name(String)
  case tuple([TemplateTarget])
  /// `namespace.attribute`
  case attribute(of: String, String, offset: Int)
}

/// A macro, or the body of a `call` block.
struct TemplateMacro: Sendable {
  let name: String
  let parameters: [(name: String, standard: TemplateExpression?)]
  let body: [TemplateStatement]
  /// Which of `varargs`, `kwargs` and `caller` the body uses.
  let uses: Set<String>
}

/// A statement of a template.
indirect enum TemplateStatement: Sendable {
  /// Text that is written as it is.
  case text(Scalars)
  case print(TemplateExpression)
  /// `if`, `elif`, `else`: the first whose condition holds; the last may have none.
  case branches([(condition: TemplateExpression?, body: [TemplateStatement])])
  case loop(
    TemplateTarget, in: TemplateExpression, if: TemplateExpression?, [TemplateStatement],
    else: [TemplateStatement])
  case set(TemplateTarget, TemplateExpression)
  /// A `set` block.
  case capture(TemplateTarget, [TemplateFilterUse], [TemplateStatement])
  case macro(TemplateMacro)
  /// A `call` block: the call, and the block as a macro.
  case call(TemplateExpression, TemplateCall, TemplateMacro, offset: Int)
  /// A `filter` block.
  case filtered([TemplateFilterUse], [TemplateStatement])
  case with([(TemplateTarget, TemplateExpression)], [TemplateStatement])
  /// The part that `transformers` marks as the assistant's.
  case generation([TemplateStatement])
  case breakLoop
  case continueLoop
}
