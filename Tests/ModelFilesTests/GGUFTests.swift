import Foundation
import Testing
import TestSupport

@testable import ModelFiles

/// A small file with everything in it.
func smallFile(version: UInt32 = 3, alignment: Int = 32) -> GGUFWriter {
  var writer = GGUFWriter()
  writer.version = version
  writer.alignment = alignment
  writer.metadata = [
    ("general.architecture", .string("llama")),
    ("general.alignment", .uint32(UInt32(alignment))),
    ("a.float", .float32(0.5)), ("a.bool", .bool(true)), ("a.text", .string("é\n")),
    ("a.words", .strings(["one", "", "three"])), ("a.numbers", .int32s([1, -2, 3])),
    ("a.wide", .raw(10, [1, 2, 3, 4, 5, 6, 7, 0])),
    ("a.double", .raw(12, [0, 0, 0, 0, 0, 0, 0, 64])),
    ("a.small", .raw(1, [0xFF])),
  ]
  for (number, type) in BlockType.allCases.enumerated() {
    let rows = 3
    let bytes = (0..<256 / type.blockSize * rows * type.blockBytes).map {
      UInt8(truncatingIfNeeded: $0 * 7 + number)
    }
    writer.tensors.append(
      .init(name: "t.\(type.name)", shape: [256, rows], type: type.rawValue, data: bytes))
  }
  return writer
}

@Suite("GGUF files")
struct GGUFTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func open(_ bytes: [UInt8]) throws -> GGUFFile {
    try GGUFFile.open(path: folder.write(bytes, to: "a.gguf"))
  }

  /// The fault of opening a file, which is one line that names the file.
  private func fault(_ bytes: [UInt8], _ location: SourceLocation = #_sourceLocation) -> FileFault?
  {
    let fault = #expect(throws: FileFault.self, sourceLocation: location) { _ = try open(bytes) }
    if let fault {
      #expect(fault.description.contains("a.gguf"), sourceLocation: location)
      #expect(
        fault.description.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control },
        sourceLocation: location)
    }
    return fault
  }

  @Test(
    "what was written is read, in both versions and with any alignment", arguments: [UInt32(2), 3],
    [8, 32, 64, 4096])
  func roundTrip(version: UInt32, alignment: Int) throws {
    let writer = smallFile(version: version, alignment: alignment)
    let file = try open(writer.bytes())
    #expect(file.version == Int(version))
    #expect(file.keys == writer.metadata.map(\.0))
    #expect(try file.string("a.text") == "é\n")
    #expect(try file.number("a.float") == 0.5)
    #expect(try file.number("a.double") == 2)
    #expect(try file.bool("a.bool"))
    #expect(try file.integer("a.wide") == 0x0007_0605_0403_0201)
    #expect(try file.integer("a.small") == -1)
    #expect(try file.integers("a.numbers") == [1, -2, 3])
    #expect(try file.numbers("a.numbers") == [1, -2, 3])
    var words: [String] = []
    try file.forEachString("a.words") { words.append(String(decoding: $0, as: UTF8.self)) }
    #expect(words == ["one", "", "three"])
    for tensor in writer.tensors {
      let found = try #require(file.tensor(named: tensor.name))
      #expect(found.shape == tensor.shape)
      #expect(found.offset.isMultiple(of: alignment))
      #expect(try file.file.bytes(in: found.offset..<found.offset + found.byteCount) == tensor.data)
    }
  }

  @Test("a value of another type, and a key that is not there, are refused by name")
  func types() throws {
    let file = try open(smallFile().bytes())
    for attempt: (String) throws -> Void in [
      { _ = try file.integer($0) }, { _ = try file.bool($0) }, { _ = try file.integers($0) },
      { try file.forEachString($0) { _ in } }, { _ = try file.count($0) },
    ] {
      for key in ["a.text", "missing"] {
        let fault = #expect(throws: FileFault.self) { try attempt(key) }
        #expect(fault?.what.contains(key) == true)
      }
    }
    #expect(throws: FileFault.self) { _ = try file.string("a.numbers") }
    #expect(throws: FileFault.self) { _ = try file.number("a.text") }
  }

  @Test("a file that is cut short anywhere is refused")
  func truncated() throws {
    let bytes = smallFile().bytes()
    // The padding after the last tensor is none of it.
    let last = try #require(open(bytes).tensors.last)
    for count in 0..<last.offset + last.byteCount { _ = fault(Array(bytes[..<count])) }
  }

  @Test("what is no GGUF file is refused: folders, missing files, other formats, big-endian files")
  func others() throws {
    #expect(throws: FileFault.self) { _ = try GGUFFile.open(path: folder.path) }
    #expect(throws: FileFault.self) { _ = try GGUFFile.open(path: folder.file("none")) }
    _ = fault(Array("GGML1234567890".utf8))
    var swapped = smallFile().bytes()
    swapped.replaceSubrange(4..<8, with: [0, 0, 0, 3])
    #expect(fault(swapped)?.what.contains("big-endian") == true)
    swapped.replaceSubrange(4..<8, with: [9, 0, 0, 0])
    #expect(fault(swapped)?.what.contains("version 9") == true)
  }

  @Test(
    "absurd counts are refused before anything is allocated for them",
    arguments: [UInt64.max, UInt64.max / 2, 1 << 62, 1_000_000_000, 1 << 33])
  func counts(count: UInt64) {
    var little: [UInt8] = []
    little.append(little: count)
    for place in [8, 16] {
      var bytes = smallFile().bytes()
      bytes.replaceSubrange(place..<place + 8, with: little)
      #expect(fault(bytes)?.offset == place)
    }
    // The length of the first key.
    var bytes = smallFile().bytes()
    bytes.replaceSubrange(24..<32, with: little)
    #expect(fault(bytes)?.offset == 24)
  }

  @Test("tensors that overlap, lie beyond the end or are not aligned are refused")
  func places() throws {
    /// Where the offset of the second tensor stands.
    let writer = smallFile()
    let bytes = writer.bytes()
    let name = Array("t.F16".utf8)
    let at = try #require(bytes.ranges(of: name).first?.upperBound) + 4 + 16 + 4
    for (offset, word) in [
      (UInt64(0), "overlap"), (UInt64.max, "aligned"), (1 << 40, "beyond"),
      (UInt64.max - 31, "beyond"), (33, "aligned"),
    ] {
      var little: [UInt8] = []
      little.append(little: offset)
      var broken = bytes
      broken.replaceSubrange(at..<at + 8, with: little)
      #expect(fault(broken)?.what.contains(word) == true, "\(offset)")
    }
  }

  @Test("names that occur twice are refused")
  func repetitions() {
    var writer = smallFile()
    writer.metadata.append(writer.metadata[3])
    #expect(fault(writer.bytes())?.what.contains("twice") == true)
    writer = smallFile()
    writer.tensors.append(writer.tensors[0])
    #expect(fault(writer.bytes())?.what.contains("twice") == true)
  }

  @Test("dimensions, types and alignments that cannot be are refused")
  func shapes() {
    for shape in [
      [0, 3], [64, 0], [33, 1], [1 << 41, 1], [1 << 35, 1 << 35], [], [1, 1, 1, 1, 1],
    ] {
      var writer = smallFile()
      writer.tensors[2].shape = shape
      _ = fault(writer.bytes())
    }
    var writer = smallFile()
    writer.tensors[0].type = 4
    #expect(fault(writer.bytes())?.what.contains("type 4") == true)
    for alignment in [UInt32(0), 3, 1 << 30] {
      writer = smallFile()
      writer.metadata[1] = ("general.alignment", .uint32(alignment))
      _ = fault(writer.bytes())
    }
    writer = smallFile()
    writer.metadata[1] = ("general.alignment", .string("32"))
    _ = fault(writer.bytes())
  }

  @Test("text from a file cannot steer the terminal that shows the fault")
  func names() {
    var writer = smallFile()
    writer.tensors[0].name = "\u{1b}[31m\n\u{202e}"
    writer.tensors[0].type = 99
    _ = fault(writer.bytes())
  }
}
