internal import CGLPK

/// Why a linear programme has no solution.
public enum LinearProgramFault: Error, Equatable, Sendable, CustomStringConvertible {
  /// The solver's library is not on this machine.
  case solverMissing
  /// No values satisfy all rows.
  case infeasible
  /// The cost falls without end.
  case unbounded
  /// The solver could not cope with the numbers, or ran out of memory.
  case failed

  /// One line.
  public var description: String {
    switch self {
    case .solverMissing:
      "GLPK is not installed, which solves the linear programme; install libglpk40 (or glpk)"
    case .infeasible: "the linear programme has no solution"
    case .unbounded: "the linear programme has no least cost"
    case .failed: "GLPK could not solve the linear programme"
    }
  }
}

/// A linear programme that grows: minimise the cost of columns that are not negative, under rows
/// that may be added after it was solved. It is then solved from where it was, by the dual simplex
/// method, which is what makes adding a few rows at a time worth while.
///
/// Solver: GLPK. It belongs to the thread that made it.
public struct LinearProgram: ~Copyable {
  /// A row: columns, each at most once, and what they are multiplied by.
  public struct Row: Sendable {
    /// Columns from 0, and their factors.
    public var terms: [(column: Int, factor: Double)]

    /// A row of these terms.
    public init(_ terms: [(column: Int, factor: Double)]) { self.terms = terms }
  }

  /// Iterations between two looks at whether to go on.
  private static let iterationsAtOnce: Int32 = 500

  private let program: OpaquePointer
  /// Number of columns.
  public private(set) var columnCount = 0
  /// Number of rows.
  public private(set) var rowCount = 0

  /// A programme without columns and rows.
  ///
  /// - Throws: `solverMissing`; `failed` when there is no memory.
  public init() throws(LinearProgramFault) {
    guard cglpk_available() else { throw .solverMissing }
    guard let program = cglpk_create() else { throw .failed }
    self.program = program
  }

  deinit { cglpk_destroy(program) }

  /// Adds columns in `bounds`, or from 0 on without an upper bound, that cost `cost` each a unit.
  ///
  /// - Returns: the numbers of the columns.
  public mutating func addColumns(
    _ count: Int, in bounds: ClosedRange<Double>? = nil, cost: Double
  ) throws(LinearProgramFault) -> Range<Int> {
    guard let number = Int32(exactly: columnCount + count),
      cglpk_add_columns(
        program, number - Int32(columnCount), bounds?.lowerBound ?? 0, bounds?.upperBound ?? -1,
        cost)
    else { throw .failed }
    defer { columnCount += count }
    return columnCount..<(columnCount + count)
  }

  /// Adds rows that must be at least `lower`; exactly `lower` when they are `fixed`.
  public mutating func addRows(
    _ rows: [Row], atLeast lower: Double, fixed: Bool = false
  ) throws(LinearProgramFault) {
    var starts: [Int32] = [0]
    var columns: [Int32] = []
    var factors: [Double] = []
    for row in rows {
      for term in row.terms {
        precondition(0..<columnCount ~= term.column)
        columns.append(Int32(term.column))
        factors.append(term.factor)
      }
      guard let end = Int32(exactly: columns.count) else { throw .failed }
      starts.append(end)
    }
    guard let count = Int32(exactly: rows.count), Int32(exactly: rowCount + rows.count) != nil,
      cglpk_add_rows(program, count, lower, fixed, starts, columns, factors)
    else { throw .failed }
    rowCount += rows.count
  }

  /// What a column costs from now on.
  public mutating func setCost(_ cost: Double, of column: Int) {
    precondition(0..<columnCount ~= column)
    cglpk_set_cost(program, Int32(column), cost)
  }

  /// Finds the values of least cost, from the solution of the last call on.
  ///
  /// - Parameter goesOn: called now and then; what it throws ends the search.
  public mutating func minimise(goesOn: () throws -> Void = {}) throws {
    while true {
      try goesOn()
      switch cglpk_minimise(program, Self.iterationsAtOnce) {
      case CGLPK_OPTIMAL: return
      case CGLPK_UNFINISHED: continue
      case CGLPK_INFEASIBLE: throw LinearProgramFault.infeasible
      case CGLPK_UNBOUNDED: throw LinearProgramFault.unbounded
      default: throw LinearProgramFault.failed
      }
    }
  }

  /// The cost of the solution.
  public var cost: Double { cglpk_objective(program) }

  /// The value of a column in the solution.
  public func value(ofColumn column: Int) -> Double {
    precondition(0..<columnCount ~= column)
    return cglpk_column_value(program, Int32(column))
  }

  /// The value of a row in the solution.
  public func value(ofRow row: Int) -> Double {
    precondition(0..<rowCount ~= row)
    return cglpk_row_value(program, Int32(row))
  }

  /// By how much the least cost rises for each unit by which the bound of a row rises.
  public func price(ofRow row: Int) -> Double {
    precondition(0..<rowCount ~= row)
    return cglpk_row_price(program, Int32(row))
  }
}
