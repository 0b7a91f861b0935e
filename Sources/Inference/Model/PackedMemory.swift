import Foundation
import ModelFiles

/// Memory for packed weights, handed out piece by piece from large chunks, so that the system can
/// back it with huge pages: a decoded token reads all of it, and small pages would cost a good part
/// of that time in looking up addresses.
///
/// One thread takes; a piece lives as long as its owner is kept.
final class PackedMemory {
  /// A piece of a chunk, all zero.
  struct Piece {
    let start: UnsafeMutablePointer<UInt8>
    let owner: any Sendable
  }

  /// `@unchecked Sendable`: pieces do not overlap, and this only frees them.
  private final class Chunk: @unchecked Sendable {
    let start: UnsafeMutableRawPointer
    let count: Int
    private let mapping: (start: UnsafeMutableRawPointer, count: Int)?

    init(count: Int) {
      self.count = count
      // Address space alone is taken here; pages become real when they are written.
      let mapped = count + 2 * HugePages.size
      let memory = mmap(
        nil, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
      guard let memory, memory != MAP_FAILED else {
        mapping = nil
        start = .allocate(byteCount: count, alignment: PackedMemory.alignment)
        memset(start, 0, count)
        return
      }
      mapping = (memory, mapped)
      start = memory.alignedUp(toMultipleOf: HugePages.size)
      HugePages.advise(memory, mapped)
    }

    deinit {
      if let mapping { munmap(mapping.start, mapping.count) } else { start.deallocate() }
    }
  }

  private static let alignment = 64
  /// Bytes of a chunk, unless one piece needs more.
  private static let chunkBytes = 64 << 20

  private var chunk: Chunk?
  private var used = 0

  /// A piece of `count` bytes.
  func take(_ count: Int) -> Piece {
    let next = (used + Self.alignment - 1) / Self.alignment * Self.alignment
    if let chunk, next + count <= chunk.count {
      used = next + count
      return Piece(
        start: (chunk.start + next).assumingMemoryBound(to: UInt8.self), owner: chunk)
    }
    let fresh = Chunk(count: max(count, Self.chunkBytes))
    chunk = fresh
    used = count
    return Piece(start: fresh.start.assumingMemoryBound(to: UInt8.self), owner: fresh)
  }
}
