import Foundation
import Inference
import Testing
import TestSupport

@testable import ModelFiles

@Suite("Block types")
struct DequantiseTests {
  /// Blocks of random bytes; with every kind of scale, also infinite, denormal and not a number.
  private func randomBlocks(_ type: BlockType, count: Int, seed: UInt64) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count * type.blockBytes).map { _ in UInt8(min(255, generator.nextUnit() * 256)) }
  }

  /// The types that the reference knows; Q8_K it knows only by its size.
  private static let types = BlockType.allCases.filter { $0 != .q8_K }

  @Test("every type gives the reference's floats, bit for bit")
  func reference() throws {
    let folder = try TemporaryFolder()
    var writer = GGUFWriter()
    writer.metadata = [("general.architecture", .string("llama"))]
    for (number, type) in Self.types.enumerated() {
      let blocks = 8192 / type.blockSize
      writer.tensors.append(
        .init(
          name: type.name, shape: [256, 32], type: type.rawValue,
          data: randomBlocks(type, count: blocks, seed: UInt64(number))))
    }
    let path = try folder.write(writer.bytes(), to: "blocks.gguf")
    let data = try ReferencePython.run("Tests/Setup/reference_blocks.py", [path])
    let file = try GGUFFile.open(path: path)
    let expected = data.withUnsafeBytes { Array($0.bindMemory(to: UInt32.self)) }
    try #require(expected.count == 8192 * Self.types.count)
    var start = 0
    for tensor in file.tensors {
      let floats = try file.dequantised(tensor)
      #expect(floats.count == 8192)
      let different = floats.indices.filter { index in
        let (ours, theirs) = (floats[index], Float(bitPattern: expected[start + index]))
        // Which of the many patterns that are not a number it is does not matter.
        return ours.isNaN || theirs.isNaN
          ? ours.isNaN != theirs.isNaN : ours.bitPattern != theirs.bitPattern
      }
      #expect(different.isEmpty, "\(tensor.name): \(different.prefix(4))")
      start += floats.count
    }
  }

  @Test("a Q8_K block gives its integers times its scale")
  func wideBytes() {
    let block = randomBlocks(.q8_K, count: 1, seed: 5)
    for scale in [Float(0.25), -3.5e-9, 1e30, 0] {
      let bytes =
        withUnsafeBytes(of: scale.bitPattern.littleEndian) { Array($0) } + block.dropFirst(4)
      let floats = bytes.withUnsafeBytes { BlockType.q8_K.floats($0) }
      let expected = bytes[4..<260].map { Float(Int8(bitPattern: $0)) * scale }
      #expect(floats.map(\.bitPattern) == expected.map(\.bitPattern))
    }
  }

  @Test("rows are the rows of the whole")
  func rows() throws {
    let folder = try TemporaryFolder()
    let file = try GGUFFile.open(path: folder.write(smallFile().bytes(), to: "a.gguf"))
    for tensor in file.tensors {
      let all = try file.dequantised(tensor).map(\.bitPattern)
      for row in 0..<3 {
        let one = try file.dequantised(tensor, rows: row..<row + 1).map(\.bitPattern)
        #expect(one == Array(all[row * 256..<(row + 1) * 256]))
      }
      #expect(throws: FileFault.self) { _ = try file.dequantised(tensor, rows: 2..<4) }
    }
  }
}
