/// Something about a lens that can be chosen.
public struct LensParameter: Sendable, Hashable {
  /// What values a parameter can have, all written as text.
  public enum Kind: Sendable, Hashable {
    /// The number of a token; a negative one counts from the end, -1 being the last.
    case token
    /// The number of a layer, or `all` where the flag says so.
    case layer(orAll: Bool)
    /// The number of a head, or `all` where the flag says so.
    case head(orAll: Bool)
    /// One of several words.
    case choice([String])
    /// A whole number within bounds.
    case integer(ClosedRange<Int>)
    /// A number within bounds.
    case number(ClosedRange<Double>)

    /// What is wanted, for messages and help.
    public var description: String {
      switch self {
      case .token: "a token's number, or a negative one from the end"
      case .layer(let orAll): "a layer's number" + (orAll ? ", or all" : "")
      case .head(let orAll): "a head's number" + (orAll ? ", or all" : "")
      case .choice(let words): "one of " + words.joined(separator: ", ")
      case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
      case .number(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
      }
    }

    /// Whether a text is a value of this kind; whether the text or the model has such a token,
    /// layer or head is seen when the lens runs.
    func accepts(_ value: String) -> Bool {
      switch self {
      case .token: Int(value) != nil
      case .layer(let orAll), .head(let orAll):
        orAll && value == "all" || Int(value).map { $0 >= 0 } ?? false
      case .choice(let words): words.contains(value)
      case .integer(let range): Int(value).map(range.contains) ?? false
      case .number(let range): Double(value).map(range.contains) ?? false
      }
    }
  }

  /// The name, in kebab-case.
  public let name: String
  /// What values it can have.
  public let kind: Kind
  /// The value it has unless another is given.
  public let standard: String
  /// What it does, in a few words.
  public let summary: String

  /// A parameter; `standard` is a value of the kind.
  public init(_ name: String, _ kind: Kind, standard: String, _ summary: String) {
    precondition(kind.accepts(standard))
    self.name = name
    self.kind = kind
    self.standard = standard
    self.summary = summary
  }
}

/// Values of a lens's parameters: each has one, and each is of its kind.
public struct LensParameters: Sendable, Hashable {
  /// The parameters, in the order of the lens.
  public let declared: [LensParameter]
  private let lens: String
  private var given: [String: String] = [:]

  /// The standard values.
  public init(of lens: Lens) {
    self.init(lens: lens.id, declared: lens.parameters)
  }

  init(lens: String, declared: [LensParameter]) {
    self.lens = lens
    self.declared = declared
  }

  /// Standard values but for those given by name.
  ///
  /// - Throws: `LensFault.noSuchParameter` or `.badValue`.
  public init(of lens: Lens, _ values: [String: String]) throws(LensFault) {
    self.init(of: lens)
    for (name, value) in values.sorted(by: { $0.key < $1.key }) { try set(name, to: value) }
  }

  /// Gives a parameter a value.
  ///
  /// - Throws: `LensFault.noSuchParameter` or `.badValue`.
  public mutating func set(_ name: String, to value: String) throws(LensFault) {
    guard let parameter = declared.first(where: { $0.name == name }) else {
      throw .noSuchParameter(lens: lens, name: name, known: declared.map(\.name))
    }
    guard parameter.kind.accepts(value) else {
      throw .badValue(parameter: name, value: value, wanted: parameter.kind.description)
    }
    given[name] = value
  }

  /// Gives a parameter a value if the lens has it and it is of its kind: for what a screen offers to
  /// every lens alike, as the cursor's token.
  public mutating func offer(_ name: String, _ value: String) {
    guard declared.contains(where: { $0.name == name && $0.kind.accepts(value) }) else { return }
    given[name] = value
  }

  /// The value of a parameter as text; `nil` when the lens has no such parameter.
  public subscript(name: String) -> String? {
    given[name] ?? declared.first { $0.name == name }?.standard
  }

  /// The value of a parameter as a whole number; `nil` when it is none, as `all`.
  public func integer(_ name: String) -> Int? { self[name].flatMap { Int($0) } }

  /// The value of a parameter as a number; `nil` when it is none.
  public func number(_ name: String) -> Double? { self[name].flatMap { Double($0) } }

  /// A token's number within a text of `count` tokens.
  ///
  /// - Throws: `LensFault.noTokens`, `.outOfRange`.
  public func token(_ name: String, count: Int) throws(LensFault) -> Int {
    guard count > 0 else { throw .noTokens }
    let value = integer(name) ?? -1
    let index = value < 0 ? count + value : value
    guard 0..<count ~= index else {
      throw .outOfRange(parameter: name, value: value, count: count)
    }
    return index
  }

  /// A layer's or head's number among `count`, or `nil` for all.
  ///
  /// - Throws: `LensFault.outOfRange`.
  public func part(_ name: String, count: Int) throws(LensFault) -> Int? {
    guard let value = integer(name) else { return nil }
    guard 0..<count ~= value else { throw .outOfRange(parameter: name, value: value, count: count) }
    return value
  }
}
