internal import LinearProgramming

/// The linear programme of data mixture inference, its rows added when they are violated.
///
/// Paper: Hayase, Liu, Choi, Oh, Smith 2024, "Data Mixture Inference: What do BPE Tokenizers Reveal
/// about their Training Data?", section 3. With shares α, at least 0 and 1 in sum: before step t the
/// joined pair m is at least as frequent as any other pair p, but for what the step and the pair are
/// forgiven,
///
///     Σᵢ αᵢ cᵢ(t, m) + vₜ + vₚ ≥ Σᵢ αᵢ cᵢ(t, p),    minimise Σ vₜ + Σ vₚ.
///
/// Counts are for each byte of the category's sample, times the mean size of the samples, so that α
/// are shares of bytes and a difference of one occurrence is about 1.
struct MixtureProgram {
  /// What was found.
  struct Solution {
    var shares: [Double]
    /// Σ vₜ + Σ vₚ, in occurrences.
    var cost: Double
    var rows: [Row]
    var rounds: Int
  }

  /// A row of the programme in the solution.
  struct Row {
    var step: Int
    var pair: UInt32
    /// What is left of the margin, the forgiven part counted: 0 when the row binds.
    var slack: Double
    /// By how much the cost rises for each occurrence more that is asked of the margin.
    var price: Double
  }

  /// What a row may be short of, in occurrences.
  static let tolerance = 1e-6
  /// The most rows that one round adds, or a few more.
  static let rowsPerRound = 6000

  private let walk: ViolationWalk
  private let scales: [Double]

  /// The programme of a history.
  ///
  /// - Parameter byteCounts: bytes of each category's sample, none of them 0.
  init(_ walk: ViolationWalk, byteCounts: [Int]) {
    self.walk = walk
    let mean = Double(byteCounts.reduce(0, +)) / Double(byteCounts.count)
    scales = byteCounts.map { mean / Double($0) }
  }

  /// Solves it.
  ///
  /// - Throws: `LinearProgramFault`; what `report` throws.
  func solve(report: TrainingReport) throws -> Solution {
    var program = try LinearProgram()
    let shares = try program.addColumns(scales.count, in: 0...1, cost: 0)
    try program.addRows(
      [LinearProgram.Row(shares.map { ($0, 1) })], atLeast: 1, fixed: true)
    var stepColumns: [Int: Int] = [:]
    var pairColumns: [UInt32: Int] = [:]
    var known: Set<UInt64> = []
    var rows: [(step: Int, pair: UInt32)] = []
    var mixture = ViolationWalk.Mixture(
      weights: scales.map { $0 / Double(scales.count) }, stepSlack: [:], pairSlack: [:])
    var cost = 0.0
    var found = [Double](repeating: 1 / Double(scales.count), count: scales.count)
    var rounds = 0
    while true {
      try report(.solving(rows: rows.count, cost: cost))
      let violations = walk.violations(
        under: mixture, tolerance: Self.tolerance, limit: Self.rowsPerRound
      ) { known.contains(UInt64($0) << 32 | UInt64($1)) }
      guard !violations.isEmpty || rounds == 0 else { break }
      var added: [LinearProgram.Row] = []
      for violation in violations {
        let stepColumn = try Self.column(of: violation.step, in: &stepColumns, &program)
        let pairColumn = try Self.column(of: violation.pair, in: &pairColumns, &program)
        let margins = zip(shares, zip(violation.margins, scales))
          .map { (column: $0, factor: Double($1.0) * $1.1) }.filter { $0.factor != 0 }
        added.append(LinearProgram.Row(margins + [(stepColumn, 1), (pairColumn, 1)]))
        rows.append((violation.step, violation.pair))
        known.insert(UInt64(violation.step) << 32 | UInt64(violation.pair))
      }
      try program.addRows(added, atLeast: 0)
      try program.minimise { try report(.solving(rows: rows.count, cost: cost)) }
      rounds += 1
      cost = program.cost
      found = shares.map { min(1, max(0, program.value(ofColumn: $0))) }
      mixture.weights = zip(found, scales).map { $0 * $1 }
      mixture.stepSlack = stepColumns.mapValues { max(0, program.value(ofColumn: $0)) }
      mixture.pairSlack = pairColumns.mapValues { max(0, program.value(ofColumn: $0)) }
    }
    let states = rows.enumerated().map { index, row in
      Row(
        step: row.step, pair: row.pair, slack: program.value(ofRow: index + 1),
        price: program.price(ofRow: index + 1))
    }
    return Solution(shares: found, cost: cost, rows: states, rounds: rounds)
  }

  private static func column<Key: Hashable>(
    of key: Key, in columns: inout [Key: Int], _ program: inout LinearProgram
  ) throws -> Int {
    if let known = columns[key] { return known }
    let column = try program.addColumns(1, cost: 1).lowerBound
    columns[key] = column
    return column
  }
}
