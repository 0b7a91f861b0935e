import LinearProgramming
import Testing

@Suite("Linear programmes")
struct LinearProgramTests {
  private typealias Row = LinearProgram.Row

  @Test("the least cost, its values and the prices of rows are those of a programme done by hand")
  func byHand() throws {
    // Minimise 2x + 3y under x + y ≥ 4, x + 3y ≥ 6: at x = 3, y = 1 both rows bind.
    var program = try LinearProgram()
    _ = try program.addColumns(1, cost: 2)
    _ = try program.addColumns(1, cost: 3)
    try program.addRows([Row([(0, 1), (1, 1)])], atLeast: 4)
    try program.addRows([Row([(0, 1), (1, 3)])], atLeast: 6)
    try program.minimise()
    #expect(abs(program.cost - 9) < 1e-9)
    #expect(abs(program.value(ofColumn: 0) - 3) < 1e-9)
    #expect(abs(program.value(ofColumn: 1) - 1) < 1e-9)
    #expect(abs(program.value(ofRow: 1) - 6) < 1e-9)
    #expect(abs(program.price(ofRow: 0) - 1.5) < 1e-9)
    #expect(abs(program.price(ofRow: 1) - 0.5) < 1e-9)
    program.setCost(0, of: 0)
    try program.minimise()
    #expect(abs(program.cost) < 1e-9)
  }

  @Test(
    "rows added after a solution give what rows given at once give, and corners searched through")
  func growing() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<50 {
      let rows = (0..<12).map { _ in
        (
          Double.random(in: 0.1...2, using: &generator),
          Double.random(in: 0.1...2, using: &generator)
        )
      }
      var atOnce = try LinearProgram()
      _ = try atOnce.addColumns(2, cost: 1)
      try atOnce.addRows(rows.map { Row([(0, $0.0), (1, $0.1)]) }, atLeast: 1)
      try atOnce.minimise()
      var growing = try LinearProgram()
      _ = try growing.addColumns(2, cost: 1)
      for row in rows {
        try growing.addRows([Row([(0, row.0), (1, row.1)])], atLeast: 1)
        try growing.minimise()
      }
      #expect(abs(atOnce.cost - growing.cost) < 1e-9)
      #expect(abs(atOnce.cost - Self.leastSum(rows)) < 1e-7)
    }
  }

  /// The least x + y with every row at least 1: at a corner of two rows or axes.
  private static func leastSum(_ rows: [(Double, Double)]) -> Double {
    let lines = rows.map { ($0.0, $0.1, 1.0) } + [(1, 0, 0), (0, 1, 0)]
    var least = Double.infinity
    for (index, first) in lines.enumerated() {
      for second in lines[..<index] {
        let determinant = first.0 * second.1 - first.1 * second.0
        guard abs(determinant) > 1e-12 else { continue }
        let x = (first.2 * second.1 - first.1 * second.2) / determinant
        let y = (first.0 * second.2 - first.2 * second.0) / determinant
        guard x > -1e-9, y > -1e-9, rows.allSatisfy({ $0.0 * x + $0.1 * y > 1 - 1e-9 }) else {
          continue
        }
        least = min(least, x + y)
      }
    }
    return least
  }

  @Test("what cannot be satisfied and what has no bottom are faults")
  func faults() throws {
    var narrow = try LinearProgram()
    _ = try narrow.addColumns(2, in: 0...1, cost: 1)
    try narrow.addRows([Row([(0, 1), (1, 1)])], atLeast: 3)
    do {
      try narrow.minimise()
      Issue.record("no fault")
    } catch { #expect(error as? LinearProgramFault == .infeasible) }
    var open = try LinearProgram()
    _ = try open.addColumns(1, cost: -1)
    try open.addRows([Row([(0, 1)])], atLeast: 1)
    do {
      try open.minimise()
      Issue.record("no fault")
    } catch { #expect(error as? LinearProgramFault == .unbounded) }
  }

  @Test("a broken programme says so and harms no later one")
  func broken() throws {
    var program = try LinearProgram()
    _ = try program.addColumns(1, cost: 1)
    // GLPK takes a column named twice in one row for a fault of its caller.
    do throws(LinearProgramFault) {
      try program.addRows([Row([(0, 1), (0, 2)])], atLeast: 0)
      Issue.record("no fault")
    } catch { #expect(error == .failed) }
    var next = try LinearProgram()
    _ = try next.addColumns(1, cost: 1)
    try next.addRows([Row([(0, 2)])], atLeast: 4)
    try next.minimise()
    #expect(abs(next.cost - 2) < 1e-9)
  }
}
