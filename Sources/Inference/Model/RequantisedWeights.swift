import CKernels
import ModelFiles
import Synchronization

/// Weights whose matrices are rounded to another block type in memory, for comparing precisions.
///
/// Vectors stay as they are, and so do learned positions and routers, which are small and on which
/// much depends.
struct RequantisedWeights: WeightSource {
  private let source: any WeightSource
  private let type: BlockType
  private let team: ThreadTeam

  /// Tensors of two dimensions that are not rounded, by the end of their names.
  private static let kept = ["position_embd.weight", "ffn_gate_inp.weight"]

  /// Rounds the matrices of `source` on the team's threads, each when it is asked for.
  init(_ source: any WeightSource, to type: BlockType, team: ThreadTeam) {
    self.source = source
    self.type = type
    self.team = team
  }

  var path: String { source.path }
  var tensorNames: [String] { source.tensorNames }

  func has(_ name: String) -> Bool { source.has(name) }

  func tensor(_ name: String) throws(FileFault) -> StoredTensor? {
    guard let stored = try source.tensor(name) else { return nil }
    guard stored.shape.count > 1, !Self.kept.contains(where: name.hasSuffix) else { return stored }
    return try rounded(stored)
  }

  private func rounded(_ stored: StoredTensor) throws(FileFault) -> StoredTensor {
    let columns = stored.shape[0]
    let rows = stored.shape.dropFirst().reduce(1, *)
    let target = type.fitting(columns: columns)
    let rowBytes = columns / target.blockSize * target.blockBytes
    let blocks = OwnedBytes(count: rows * rowBytes)
    let spoiled = Atomic<Bool>(false)
    // Members write different rows.
    nonisolated(unsafe) let (from, to) = (stored.bytes, blocks.start)
    let (number, sourceBytes) = (Int32(stored.type.rawValue), stored.rowBytes)
    team.run { member in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: columns) { row in
        guard let numbers = row.baseAddress else { return }
        row.initialize(repeating: 0)
        for index in member.share(of: rows) {
          ck_dequantise(number, from + index * sourceBytes, Int32(columns), numbers)
          // Also false for what is not a number.
          if !row.allSatisfy({ abs($0) <= target.greatest }) {
            spoiled.store(true, ordering: .relaxed)
          }
          target.store(
            UnsafeBufferPointer(row),
            into: UnsafeMutableBufferPointer(start: to + index * rowBytes, count: rowBytes))
        }
      }
    }
    guard !spoiled.load(ordering: .relaxed) else {
      throw FileFault(
        path: path, offset: stored.offset,
        what: "the tensor \(stored.name) holds numbers that \(target.name) cannot hold")
    }
    return StoredTensor(
      path: stored.path, name: stored.name, shape: stored.shape, type: target,
      offset: stored.offset,
      bytes: blocks.start, owner: blocks)
  }
}
