public import Lenses

/// A text, its tokens, and what a lens saw in them.
public struct LensReport: Sendable {
  /// The text and its tokens.
  public let base: TokenReport
  /// The lens.
  public let lens: Lens
  /// The values of its parameters.
  public let parameters: LensParameters
  /// What it saw.
  public let reading: Reading

  /// A report.
  public init(base: TokenReport, lens: Lens, parameters: LensParameters, reading: Reading) {
    self.base = base
    self.lens = lens
    self.parameters = parameters
    self.reading = reading
  }

  /// One JSON object, in one line: the listing of the tokens, `lens`, `parameters` and `reading`.
  public func json() throws -> String { try JSONText.line(self) }
}

extension LensReport: Encodable {
  private enum Key: String, CodingKey {
    case model, text, tokens, lens, parameters, reading
  }

  /// Writes the JSON of the contract.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(base.model, forKey: .model)
    try container.encode(base.text, forKey: .text)
    try container.encode(base.tokens, forKey: .tokens)
    try container.encode(lens.id, forKey: .lens)
    let values = parameters.declared.map { ($0.name, parameters[$0.name] ?? $0.standard) }
    try container.encode(Dictionary(values) { first, _ in first }, forKey: .parameters)
    try container.encode(reading, forKey: .reading)
  }
}
