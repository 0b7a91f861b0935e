import Foundation
import ModelFiles

/// Keys and values of the tokens evaluated so far: `[layer, position, keyValueHead, headWidth]`, f32.
///
/// The memory is reserved at once and becomes real page by page as positions are filled.
final class KVCache {
  let shape: ModelShape
  /// How many tokens fit.
  let capacity: Int
  /// How many tokens are held.
  private(set) var count = 0

  private let keys: UnsafeMutablePointer<Float>
  private let values: UnsafeMutablePointer<Float>
  private let floatsPerHalf: Int

  /// Bytes up to which a cache may lie on huge pages, which become real as a whole.
  private static let mostOnHugePages = 64 << 20

  /// An empty cache.
  ///
  /// - Parameter fills: whether most of it will soon be filled. Then, if it is small, it lies on huge
  ///   pages: the branches of a tree lie far apart in it, each on other pages, and looking these up costs
  ///   more than reading them.
  /// - Throws: `EvaluationFault.outOfMemory` when the system does not give that much.
  init(shape: ModelShape, capacity: Int, fills: Bool = false) throws(EvaluationFault) {
    self.shape = shape
    self.capacity = capacity
    floatsPerHalf = shape.layers * capacity * shape.keyValueWidth
    let bytes = floatsPerHalf * 2 * MemoryLayout<Float>.stride
    let memory = mmap(
      nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let memory, memory != MAP_FAILED else { throw .outOfMemory(bytes: bytes) }
    if fills, bytes <= Self.mostOnHugePages { HugePages.advise(memory, bytes) }
    keys = memory.bindMemory(to: Float.self, capacity: floatsPerHalf * 2)
    values = keys + floatsPerHalf
  }

  deinit { munmap(keys, floatsPerHalf * 2 * MemoryLayout<Float>.stride) }

  /// The keys of a layer, from position 0; `keyValueWidth` floats a position.
  func keys(layer: Int) -> UnsafeMutablePointer<Float> {
    keys + layer * capacity * shape.keyValueWidth
  }

  /// The values of a layer, from position 0; `keyValueWidth` floats a position.
  func values(layer: Int) -> UnsafeMutablePointer<Float> {
    values + layer * capacity * shape.keyValueWidth
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
    let copy = try KVCache(shape: shape, capacity: capacity)
    let floats = count * shape.keyValueWidth
    for layer in 0..<shape.layers {
      copy.keys(layer: layer).update(from: keys(layer: layer), count: floats)
      copy.values(layer: layer).update(from: values(layer: layer), count: floats)
    }
    copy.extend(to: count)
    return copy
  }
}
