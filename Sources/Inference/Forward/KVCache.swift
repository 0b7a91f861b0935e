internal import CKernels
import Foundation
import ModelFiles

/// Keys and values of the tokens evaluated so far: `[layer, position, keyValueHead, headWidth]`, as floats
/// or, as the precision says, as 16-bit integers with a power of two for each head's vector. Integers are
/// half as much to read, and as exact as the activations that made them.
///
/// The memory is reserved at once and becomes real page by page as positions are filled.
final class KVCache {
  let shape: ModelShape
  /// How keys and values are held.
  let precision: Precision
  /// How many tokens fit.
  let capacity: Int
  /// How many tokens are held.
  private(set) var count = 0

  private let memory: UnsafeMutableRawPointer
  private let byteCount: Int
  /// Bytes of a head's vector.
  private let vectorBytes: Int
  /// Vectors of all keys, or of all values.
  private let vectors: Int

  /// Bytes up to which a cache may lie on huge pages, which become real as a whole.
  private static let mostOnHugePages = 64 << 20

  /// An empty cache.
  ///
  /// - Parameter fills: whether most of it will soon be filled. Then, if it is small, it lies on huge
  ///   pages: the branches of a tree lie far apart in it, each on other pages, and looking these up costs
  ///   more than reading them.
  /// - Throws: `EvaluationFault.outOfMemory` when the system does not give that much.
  init(
    shape: ModelShape, precision: Precision, capacity: Int, fills: Bool = false
  ) throws(EvaluationFault) {
    self.shape = shape
    self.precision = precision
    self.capacity = capacity
    vectors = shape.layers * capacity * shape.keyValueHeads
    switch precision {
    case .f32: vectorBytes = shape.headWidth * MemoryLayout<Float>.stride
    case .i16: vectorBytes = shape.headWidth * MemoryLayout<Int16>.stride
    }
    let bytes = 2 * vectors * (vectorBytes + MemoryLayout<Float>.stride)
    byteCount = bytes
    let memory = mmap(
      nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let memory, memory != MAP_FAILED else { throw .outOfMemory(bytes: bytes) }
    if fills, bytes <= Self.mostOnHugePages { HugePages.advise(memory, bytes) }
    self.memory = memory
  }

  deinit { munmap(memory, byteCount) }

  /// The keys of a layer for one of the heads that have some, from a position on.
  func keys(layer: Int, head: Int, from position: Int = 0) -> ck_rows {
    rows(.keys, layer, head, position)
  }

  /// The values of a layer for one of the heads that have some, from a position on.
  func values(layer: Int, head: Int, from position: Int = 0) -> ck_rows {
    rows(.values, layer, head, position)
  }

  private enum Half: Int, CaseIterable {
    case keys, values
  }

  private func rows(_ half: Half, _ layer: Int, _ head: Int, _ position: Int) -> ck_rows {
    ck_rows(
      first: vector(half, layer, head, position), stride: shape.keyValueWidth,
      scales: precision == .f32 ? nil : UnsafePointer(scale(half, layer, head, position)))
  }

  /// Vectors are in the order `[half, layer, position, head]`.
  private func vector(
    _ half: Half, _ layer: Int, _ head: Int, _ position: Int
  ) -> UnsafeMutableRawPointer {
    let index = (layer * capacity + position) * shape.keyValueHeads + head
    return memory + (half.rawValue * vectors + index) * vectorBytes
  }

  /// Scales are in the order `[half, layer, head, position]`, so that those of branches, whose positions
  /// lie far apart, come from memory together.
  private func scale(
    _ half: Half, _ layer: Int, _ head: Int, _ position: Int
  ) -> UnsafeMutablePointer<Float> {
    let index = (layer * shape.keyValueHeads + head) * capacity + position
    return (memory + 2 * vectors * vectorBytes).assumingMemoryBound(to: Float.self)
      + half.rawValue * vectors + index
  }

  /// Writes the keys and values of a position: `[keyValueHead, headWidth]` each, which are rounded to what
  /// is kept of them.
  func store(
    layer: Int, position: Int, keys: UnsafeMutablePointer<Float>,
    values: UnsafeMutablePointer<Float>
  ) {
    for (half, floats) in [(Half.keys, keys), (Half.values, values)] {
      for head in 0..<shape.keyValueHeads {
        let source = floats + head * shape.headWidth
        let target = vector(half, layer, head, position)
        switch precision {
        case .f32: target.copyMemory(from: source, byteCount: vectorBytes)
        case .i16:
          scale(half, layer, head, position).pointee = ck_round_i16(
            source, Int32(shape.headWidth), target.assumingMemoryBound(to: Int16.self))
        }
      }
    }
  }

  /// Forgets all tokens from position `count` on.
  func cut(to count: Int) {
    precondition(count >= 0 && count <= self.count)
    self.count = count
  }

  /// Notes that positions up to `count` have been written.
  func extend(to count: Int) {
    precondition(count >= self.count && count <= capacity)
    self.count = count
  }

  /// A cache of its own that holds the first `count` tokens of this one.
  ///
  /// - Throws: `EvaluationFault.outOfMemory` when the system does not give that much.
  func fork(at count: Int) throws(EvaluationFault) -> KVCache {
    precondition(count >= 0 && count <= self.count)
    let copy = try KVCache(shape: shape, precision: precision, capacity: capacity)
    for half in Half.allCases {
      for layer in 0..<shape.layers {
        copy.vector(half, layer, 0, 0).copyMemory(
          from: vector(half, layer, 0, 0), byteCount: count * shape.keyValueHeads * vectorBytes)
        for head in 0..<shape.keyValueHeads where precision == .i16 {
          copy.scale(half, layer, head, 0).update(from: scale(half, layer, head, 0), count: count)
        }
      }
    }
    copy.extend(to: count)
    return copy
  }
}
