/// What a template is given: a value as JSON has it, mappings in order.
public indirect enum ChatValue: Sendable {
  /// Nothing, `null`.
  case null
  /// A truth value.
  case bool(Bool)
  /// An integer.
  case integer(Int)
  /// A number with a fraction.
  case number(Double)
  /// A text.
  case string(String)
  /// Values in order.
  case list([ChatValue])
  /// Values by name, in order; of the same name twice, the later counts.
  case mapping([(key: String, value: ChatValue)])
}

/// Something that was said in a conversation.
public struct ChatMessage: Sendable {
  /// Who says it: `system`, `user`, `assistant`, `tool`, or what the template knows besides.
  public var role: String
  /// What is said: mostly a text; some templates take a list of parts.
  public var content: ChatValue
  /// What else the message has, for instance `tool_calls`.
  public var fields: [(key: String, value: ChatValue)]

  /// A message.
  public init(
    role: String, content: ChatValue, fields: [(key: String, value: ChatValue)] = []
  ) {
    self.role = role
    self.content = content
    self.fields = fields
  }

  /// A message that is a text.
  public init(role: String, _ text: String) { self.init(role: role, content: .string(text)) }

  /// What a template sees.
  var value: ChatValue {
    .mapping([("role", .string(role)), ("content", content)] + fields)
  }
}

extension TemplateValue {
  /// A value of a conversation.
  ///
  /// - Throws: `TemplateFault` when it is nested too deeply.
  init(_ value: ChatValue, depth: Int = 0) throws(TemplateFault) {
    guard depth < TemplateLimit.valueDepth / 2 else {
      throw TemplateFault(
        .limit,
        "more than \(TemplateLimit.valueDepth / 2) values of a message inside of each other",
        at: nil)
    }
    switch value {
    case .null: self = .none
    case .bool(let flag): self = .bool(flag)
    case .integer(let number): self = .integer(number)
    case .number(let number): self = .float(number)
    case .string(let text): self = .string(text)
    case .list(let values):
      var items: [TemplateValue] = []
      for value in values { items.append(try TemplateValue(value, depth: depth + 1)) }
      let inner = items.map { $0.depth ?? 0 }.max() ?? 0
      self = .sequence(TemplateSequence(.list, items, depth: inner + 1))
    case .mapping(let entries):
      var mapping = TemplateMapping()
      for entry in entries {
        let name = Scalars(entry.key)
        let value = try TemplateValue(entry.value, depth: depth + 1)
        mapping.set(.string(name), .string(name), value, depth: value.depth ?? 0)
      }
      self = .mapping(mapping)
    }
  }
}
