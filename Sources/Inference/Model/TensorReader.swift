import ModelFiles
import Synchronization

/// Takes tensors out of a source by name, checks their shapes, and remembers which were taken.
struct TensorReader {
  let source: any WeightSource
  let precision: Precision
  let team: ThreadTeam
  private let memory = PackedMemory()
  private var read: Set<String> = []

  init(source: any WeightSource, precision: Precision, team: ThreadTeam) {
    self.source = source
    self.precision = precision
    self.team = team
  }

  func has(_ name: String) -> Bool { source.has(name) }

  /// A tensor of the stated shape, the fastest dimension first.
  mutating func tensor(_ name: String, _ shape: [Int]) throws(FileFault) -> StoredTensor {
    guard let found = try source.tensor(name) else {
      throw FileFault(path: source.path, what: "the tensor \(name) is missing")
    }
    // Files leave out dimensions of one at the end, or write them.
    let plain = { (shape: [Int]) in
      shape.prefix(1) + shape.dropFirst().reversed().drop { $0 == 1 }.reversed()
    }
    guard plain(found.shape) == plain(shape) else {
      throw FileFault(
        path: found.path, offset: found.offset,
        what: "the tensor \(found.name) has shape \(found.shape), the metadata call for \(shape)")
    }
    read.insert(name)
    return found
  }

  /// A matrix of `rows` outputs and `columns` inputs.
  mutating func matrix(
    _ name: String, _ rows: Int, _ columns: Int
  ) throws(FileFault) -> WeightMatrix {
    let found = try tensor(name, [columns, rows])
    try refuseInfinite(found)
    return WeightMatrix(found, rows: rows, precision: precision, memory: memory, team: team)
  }

  /// Matrices that lie one after another in one tensor, as rows of the same inputs.
  mutating func matrices(
    _ name: String, _ rows: [Int], _ columns: Int
  ) throws(FileFault) -> [WeightMatrix] {
    let whole = try tensor(name, [columns, rows.reduce(0, +)])
    try refuseInfinite(whole)
    var first = 0
    return rows.map { count in
      defer { first += count }
      return WeightMatrix(
        whole.rows(first..<first + count), rows: count, precision: precision, memory: memory,
        team: team)
    }
  }

  /// Matrices of one shape, one for each expert: one after another in a tensor of three dimensions,
  /// or each a tensor of its own.
  mutating func stack(
    _ name: String, _ count: Int, _ rows: Int, _ columns: Int
  ) throws(FileFault) -> [WeightMatrix] {
    guard has(name + "_exps.weight") || !has(name + ".0.weight") else {
      var matrices: [WeightMatrix] = []
      for index in 0..<count {
        matrices.append(try matrix("\(name).\(index).weight", rows, columns))
      }
      return matrices
    }
    let whole = try tensor(name + "_exps.weight", [columns, rows, count])
    try refuseInfinite(whole)
    return (0..<count).map { index in
      WeightMatrix(
        whole.rows(index * rows..<(index + 1) * rows), rows: rows, precision: precision,
        memory: memory, team: team)
    }
  }

  /// Numbers, all of which are finite.
  mutating func vector(_ name: String, _ count: Int) throws(FileFault) -> [Float] {
    let found = try tensor(name, [count])
    let values = found.floats()
    guard values.allSatisfy(\.isFinite) else { throw Self.infinite(found) }
    return values
  }

  private static func infinite(_ tensor: StoredTensor) -> FileFault {
    FileFault(
      path: tensor.path, offset: tensor.offset,
      what: "the tensor \(tensor.name) holds numbers that are not finite")
  }

  /// Looks through a tensor of floats; other types have them only as scales.
  private func refuseInfinite(_ tensor: StoredTensor) throws(FileFault) {
    let rows = tensor.shape.dropFirst().reduce(1, *)
    let finite = Mutex(true)
    team.run { member in
      let share = member.share(of: rows)
      guard !share.isEmpty else { return }
      if !tensor.rows(share).isFinite { finite.withLock { $0 = false } }
    }
    guard finite.withLock({ $0 }) else { throw Self.infinite(tensor) }
  }

  /// A tensor that nothing reads means that the model computes something else than we would.
  ///
  /// - Throws: `FileFault` that names it.
  func refuseUnread(architecture: String, except known: Set<String> = []) throws(FileFault) {
    guard let other = source.tensorNames.first(where: { !read.contains($0) && !known.contains($0) })
    else { return }
    let found = try source.tensor(other)
    throw FileFault(
      path: found?.path ?? source.path, offset: found?.offset,
      what:
        "the tensor \(found?.name ?? other) belongs to a variant of \(architecture) that cannot be run yet"
    )
  }
}
