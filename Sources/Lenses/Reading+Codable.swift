import Tokenization

extension Reading: Codable {
  /// The members of a reading in JSON, of all kinds.
  private enum Key: String, CodingKey {
    case kind, unit, scale, minimum, maximum, values, rows, columns, texts
    case index, entropy, candidates, actual, stages
    case entropyUnit = "entropy_unit"
  }

  /// Writes the JSON of the contract.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(kind, forKey: .kind)
    try container.encode(scale.unit, forKey: .unit)
    if case .distribution(let reading) = self {
      try container.encode(reading.index, forKey: .index)
      try container.encode(reading.entropy, forKey: .entropy)
      try container.encode("bit", forKey: .entropyUnit)
      try container.encode(reading.candidates, forKey: .candidates)
      try container.encode(reading.actual, forKey: .actual)
      try container.encode(reading.stages, forKey: .stages)
      return
    }
    try container.encode(scale.kind, forKey: .scale)
    try container.encode(scale.minimum, forKey: .minimum)
    try container.encode(scale.maximum, forKey: .maximum)
    switch self {
    case .tokens(let reading):
      let values = reading.values.map { value in value.flatMap { $0.isFinite ? $0 : nil } }
      try container.encode(values, forKey: .values)
    case .matrix(let reading):
      try container.encode(reading.rows, forKey: .rows)
      try container.encode(reading.columns, forKey: .columns)
      try container.encode(
        Self.nested(reading.values, columns: reading.columns.count, rows: reading.rows.count),
        forKey: .values)
    case .grid(let reading):
      try container.encode(reading.rows, forKey: .rows)
      try container.encode(reading.columns, forKey: .columns)
      let (columns, rows) = (reading.columns.count, reading.rows.count)
      try container.encode(
        Self.nested(reading.values, columns: columns, rows: rows), forKey: .values)
      if let texts = reading.texts {
        let nested = (0..<rows).map { Array(texts[$0 * columns..<($0 + 1) * columns]) }
        try container.encode(nested, forKey: .texts)
      }
    case .distribution: break
    }
  }

  private static func nested(_ values: [Float], columns: Int, rows: Int) -> [[Float?]] {
    (0..<rows).map { row in
      values[row * columns..<(row + 1) * columns].map { $0.isFinite ? $0 : nil }
    }
  }

  /// Reads the JSON of the contract.
  ///
  /// - Throws: `DecodingError` when a member is missing or does not fit the others.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let kind = try container.decode(Kind.self, forKey: .kind)
    if kind == .distribution {
      self = .distribution(
        DistributionReading(
          index: try container.decode(Int.self, forKey: .index),
          entropy: try container.decode(Double.self, forKey: .entropy),
          candidates: try container.decode(
            [DistributionReading.Entry].self, forKey: .candidates),
          actual: try container.decodeIfPresent(
            DistributionReading.Actual.self, forKey: .actual),
          stages: try container.decode([DistributionReading.Stage].self, forKey: .stages)))
      return
    }
    let scale = ValueScale(
      unit: try container.decode(String.self, forKey: .unit),
      minimum: try container.decode(Double.self, forKey: .minimum),
      maximum: try container.decode(Double.self, forKey: .maximum),
      kind: try container.decode(ValueScale.Kind.self, forKey: .scale))
    if kind == .tokens {
      self = .tokens(
        TokenValues(scale: scale, values: try container.decode([Double?].self, forKey: .values)))
      return
    }
    let rows = try container.decode([String].self, forKey: .rows)
    let columns = try container.decode([String].self, forKey: .columns)
    func flat<Value>(_ nested: [[Value]], _ key: Key) throws -> [Value] {
      guard nested.count == rows.count, nested.allSatisfy({ $0.count == columns.count }) else {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: container,
          debugDescription: "not \(rows.count) rows of \(columns.count) values")
      }
      return nested.flatMap { $0 }
    }
    let values = try flat(container.decode([[Float?]].self, forKey: .values), .values)
      .map { $0 ?? .nan }
    if kind == .matrix {
      self = .matrix(MatrixReading(scale: scale, rows: rows, columns: columns, values: values))
    } else {
      let texts = try container.decodeIfPresent([[String]].self, forKey: .texts)
        .map { try flat($0, .texts) }
      self = .grid(
        GridReading(scale: scale, rows: rows, columns: columns, values: values, texts: texts))
    }
  }
}

extension DistributionReading.Actual: Codable {
  private enum Key: String, CodingKey {
    case rank
  }

  /// Writes the members of the candidate, and `rank`.
  public func encode(to encoder: any Encoder) throws {
    try entry.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(rank, forKey: .rank)
  }

  /// Reads the members of the candidate, and `rank`.
  public init(from decoder: any Decoder) throws {
    self.init(
      entry: try DistributionReading.Entry(from: decoder),
      rank: try decoder.container(keyedBy: Key.self).decode(Int.self, forKey: .rank))
  }
}
