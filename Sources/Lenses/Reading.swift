/// What a lens saw. It is the same value on the screen, in a table, in a file and in a test.
///
/// Its JSON is a contract: an object with `kind`, `unit` and the members of its payload; keys are
/// `snake_case`, what has no value is `null`.
public enum Reading: Sendable, Hashable {
  /// A number for each token.
  case tokens(TokenValues)
  /// A number for each pair of tokens.
  case matrix(MatrixReading)
  /// A number, and perhaps a text, for each cell of a table of layers.
  case grid(GridReading)
  /// Candidates for a next token.
  case distribution(DistributionReading)

  /// The shape of a reading, by its name in JSON.
  public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
    /// See ``Reading/tokens(_:)``.
    case tokens
    /// See ``Reading/matrix(_:)``.
    case matrix
    /// See ``Reading/grid(_:)``.
    case grid
    /// See ``Reading/distribution(_:)``.
    case distribution
  }

  /// The shape of the reading.
  public var kind: Kind {
    switch self {
    case .tokens: .tokens
    case .matrix: .matrix
    case .grid: .grid
    case .distribution: .distribution
    }
  }

  /// The unit and range of the values.
  public var scale: ValueScale {
    switch self {
    case .tokens(let values): values.scale
    case .matrix(let matrix): matrix.scale
    case .grid(let grid): grid.scale
    case .distribution: .probability
    }
  }
}

/// A number for each token of a text.
public struct TokenValues: Sendable, Hashable {
  /// The unit and range of the values.
  public let scale: ValueScale
  /// `[token]`; `nil` where the lens says nothing, as surprisal of the first token.
  public let values: [Double?]

  /// Values of all tokens of a text.
  public init(scale: ValueScale, values: [Double?]) {
    self.scale = scale
    self.values = values
  }

  /// The mean of the values there are; `nil` when there is none.
  public var mean: Double? {
    let present = values.compactMap { $0 }
    return present.isEmpty ? nil : present.reduce(0, +) / Double(present.count)
  }
}

/// A number for each pair of tokens: the row looks at the column.
public struct MatrixReading: Sendable, Hashable {
  /// The unit and range of the values.
  public let scale: ValueScale
  /// What each row is, for reading: the pieces of the tokens.
  public let rows: [String]
  /// What each column is.
  public let columns: [String]
  /// `[row, column]`; not a number where there is no value, as above the diagonal of attention.
  public let values: [Float]

  /// A matrix; `values` has `rows.count * columns.count` numbers.
  public init(scale: ValueScale, rows: [String], columns: [String], values: [Float]) {
    precondition(values.count == rows.count * columns.count)
    self.scale = scale
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// A value, or `nil` where there is none or no such place.
  public func value(row: Int, column: Int) -> Float? {
    guard rows.indices.contains(row), columns.indices.contains(column) else { return nil }
    let value = values[row * columns.count + column]
    return value.isNaN ? nil : value
  }
}

/// A table with a row for each layer.
public struct GridReading: Sendable, Hashable {
  /// The unit and range of the values.
  public let scale: ValueScale
  /// What each row is, for reading: `L0`, `L1`, ….
  public let rows: [String]
  /// What each column is: heads or tokens.
  public let columns: [String]
  /// `[row, column]`; not a number where there is no value, or none yet.
  public let values: [Float]
  /// `[row, column]`, what to write in the cells, as it is in the vocabulary; `nil` when the numbers
  /// are all there is.
  public let texts: [String]?

  /// A grid; `values`, and `texts` if there are any, have `rows.count * columns.count` elements.
  public init(
    scale: ValueScale, rows: [String], columns: [String], values: [Float], texts: [String]? = nil
  ) {
    precondition(values.count == rows.count * columns.count)
    precondition(texts.map { $0.count == values.count } ?? true)
    self.scale = scale
    self.rows = rows
    self.columns = columns
    self.values = values
    self.texts = texts
  }

  /// A value, or `nil` where there is none or no such cell.
  public func value(row: Int, column: Int) -> Float? {
    guard rows.indices.contains(row), columns.indices.contains(column) else { return nil }
    let value = values[row * columns.count + column]
    return value.isNaN ? nil : value
  }

  /// The text of a cell, or `nil` where there is no value or no such cell.
  public func text(row: Int, column: Int) -> String? {
    value(row: row, column: column) == nil ? nil : texts?[row * columns.count + column]
  }
}
