import Foundation
import TestSupport
import Testing

@testable import ModelFiles

@Suite("Safetensors")
struct SafetensorsTests {
  /// A small file with several types, a scalar and an empty tensor.
  static func small() -> SafetensorsWriter {
    var writer = SafetensorsWriter()
    writer.metadata = [("format", "pt"), ("by", "a \"test\"")]
    writer.tensors = [
      .init(name: "a.weight", type: "F32", shape: [2, 3], data: (0..<24).map { UInt8($0) }),
      .init(name: "empty", type: "F16", shape: [0, 4], data: []),
      .init(name: "b.bias", type: "BF16", shape: [3], data: [0, 0x3F, 128, 0x3F, 0, 0x40]),
      .init(name: "steps", type: "I64", shape: [], data: [7, 0, 0, 0, 0, 0, 0, 0]),
    ]
    return writer
  }

  private func open(_ writer: SafetensorsWriter) throws -> SafetensorsFile {
    let folder = try TemporaryFolder()
    return try SafetensorsFile.open(path: folder.write(writer.bytes(), to: "m.safetensors"))
  }

  private func fault(_ header: String, data: Int = 0) throws -> String {
    var writer = SafetensorsWriter()
    writer.header = header
    writer.tensors = [
      .init(name: "x", type: "U8", shape: [data], data: [UInt8](repeating: 0, count: data))
    ]
    let fault = try #require(throws: FileFault.self) { _ = try open(writer) }
    #expect(!fault.description.contains("\n"))
    return fault.what
  }

  @Test("a file gives its tensors' types, shapes and bytes, whatever fills the header up")
  func reading() throws {
    for padding in [0, 1, 7] {
      var writer = Self.small()
      writer.padding = padding
      let file = try open(writer)
      #expect(file.metadata == ["format": "pt", "by": "a \"test\""])
      #expect(file.tensors.map(\.name) == ["a.weight", "empty", "b.bias", "steps"])
      let a = try #require(file.tensor(named: "a.weight"))
      #expect(a.shape == [2, 3] && a.type == .f32 && a.elementCount == 6)
      let bytes = UnsafeBufferPointer(start: try file.pointer(to: a), count: a.byteCount)
      #expect(Array(bytes) == (0..<24).map { UInt8($0) })
      let steps = try #require(file.tensor(named: "steps"))
      #expect(steps.shape == [] && steps.elementCount == 1 && steps.type == nil)
      let fault = try #require(throws: FileFault.self) { _ = try file.runnableType(of: steps) }
      #expect(
        fault.what == "the tensor steps is stored as I64, which cannot be run yet"
          && fault.remedy == "these can: BF16, F16, F32")
      let empty = try #require(file.tensor(named: "empty"))
      #expect(throws: FileFault.self) { _ = try file.pointer(to: empty) }
      #expect(file.tensor(named: "none") == nil)
    }
  }

  @Test("what the reference writes is read as it was meant")
  func reference() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("reference.safetensors")
    let listing = try ReferencePython.run("Tests/Setup/reference_safetensors.py", ["write", path])
    struct Entry: Decodable, Equatable {
      var name: String
      var type: String
      var shape: [Int]
      var bytes: [UInt8]
    }
    let expected = try JSONDecoder().decode([Entry].self, from: listing)
    #expect(expected.count == 5)
    let file = try SafetensorsFile.open(path: path)
    let found = try file.tensors.map { tensor in
      Entry(
        name: tensor.name, type: tensor.typeName, shape: tensor.shape,
        bytes: try file.file.bytes(in: tensor.offset..<tensor.offset + tensor.byteCount))
    }
    #expect(found.sorted { $0.name < $1.name } == expected.sorted { $0.name < $1.name })
    #expect(file.metadata == ["format": "np", "ö": "\u{1F600}\n"])
  }

  @Test("headers that claim too much, or contradict themselves, are refused by name")
  func headers() throws {
    func tensor(_ dtype: String, _ shape: String, _ offsets: String) -> String {
      "{\"x\":{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}}"
    }
    #expect(try fault("[]") == "the header is no JSON object")
    #expect(try fault(" {}") == "the header is no JSON object")
    #expect(try fault("{", data: 0).contains("ends"))
    #expect(try fault("{\"__metadata__\":{\"a\":1}}") == "__metadata__ a is no string")
    #expect(try fault(tensor("F7", "[1]", "[0,4]"), data: 4).contains("unknown dtype F7"))
    #expect(try fault(tensor("F32", "[2]", "[0,4]"), data: 4).contains("4 bytes of data"))
    #expect(try fault(tensor("F4", "[3]", "[0,2]"), data: 2).contains("2 bytes of data"))
    #expect(try fault(tensor("F32", "[1]", "[0,9]"), data: 4).contains("beyond the end"))
    #expect(try fault(tensor("F32", "[1]", "[4,0]"), data: 4).contains("no data_offsets"))
    #expect(try fault(tensor("F32", "[-1]", "[0,4]"), data: 4).contains("dimension"))
    #expect(try fault(tensor("F32", "[1.5]", "[0,4]"), data: 4).contains("dimension"))
    #expect(
      try fault(tensor("F32", "[1099511627776,1099511627776]", "[0,4]"), data: 4)
        .contains("more than 2⁴⁰ elements"))
    #expect(try fault(tensor("U8", "[3]", "[1,4]"), data: 4).contains("a gap before"))
    #expect(try fault(tensor("U8", "[3]", "[0,3]"), data: 4) == "1 bytes belong to no tensor")
    #expect(
      try fault("{\"x\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1],\"y\":1}}", data: 1)
        .contains("unknown key y"))
    let one = "{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}"
    #expect(
      try fault("{\"a\":\(one),\"b\":\(one)}", data: 2) == "the data of b overlap with others")
    #expect(try fault("{\"a\":\(one),\"a\":\(one)}", data: 2) == "the key a occurs twice")
    let deep = String(repeating: "[", count: 10_000)
    #expect(try fault("{\"a\":\(deep)").contains("nested"))
    let many = (0..<400_000).map { "\"\($0)\":[0,0]" }.joined(separator: ",")
    #expect(try fault("{\(many)}").contains("values"))
  }

  @Test("lengths of the header beyond the file are refused")
  func lengths() throws {
    let folder = try TemporaryFolder()
    for length in [UInt64.max, 1 << 63, 1 << 40, 100, 3] {
      var bytes: [UInt8] = []
      bytes.append(little: length)
      let path = try folder.write(bytes + Array("{}".utf8), to: "m.safetensors")
      #expect(throws: FileFault.self) { _ = try SafetensorsFile.open(path: path) }
    }
    for bytes in [[], [2, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0]] as [[UInt8]] {
      let path = try folder.write(bytes, to: "m.safetensors")
      #expect(throws: FileFault.self) { _ = try SafetensorsFile.open(path: path) }
    }
    #expect(throws: FileFault.self) { _ = try SafetensorsFile.open(path: folder.path) }
  }
}

@Suite("Safetensors in shards")
struct SafetensorsFolderTests {
  private static let index = "model.safetensors.index.json"
  private static let first = "model-00001-of-00002.safetensors"
  private static let second = "model-00002-of-00002.safetensors"

  /// A folder of two shards, with what `change` makes of its files.
  private func open(
    _ change: (inout [String: [UInt8]?]) -> Void = { _ in }
  ) throws -> SafetensorsFolder {
    let folder = try TemporaryFolder()
    var files: [String: [UInt8]?] = [:]
    for file in SafetensorsTests.small().files(shards: 2) { files[file.name] = file.bytes }
    change(&files)
    for case (let name, let bytes?) in files { _ = try folder.write(bytes, to: name) }
    return try SafetensorsFolder.open(path: folder.path)
  }

  private func fault(_ change: (inout [String: [UInt8]?]) -> Void) throws -> FileFault {
    let fault = try #require(throws: FileFault.self) { _ = try open(change) }
    #expect(!fault.description.contains("\n"))
    return fault
  }

  private func index(_ map: String) -> [UInt8] { Array("{\"weight_map\":\(map)}".utf8) }

  @Test("tensors are found in the shards that have them")
  func shards() throws {
    let folder = try open()
    #expect(folder.files.count == 2 && folder.tensors.count == 4)
    for (tensor, file) in [("a.weight", 0), ("b.bias", 0), ("empty", 1), ("steps", 1)] {
      #expect(folder.tensor(named: tensor)?.file === folder.files[file])
    }
    #expect(folder.byteCount == folder.files.reduce(0) { $0 + $1.file.count })
  }

  @Test("missing shards, and shards that are not what the index says, are refused by name")
  func disagreements() throws {
    let missing = try fault { $0[Self.second] = .some(nil) }
    #expect(missing.what == "the file \(Self.second) is missing (2 of 2)")
    let moved = try fault {
      $0[Self.index] = index(
        "{\"a.weight\":\"\(Self.first)\",\"b.bias\":\"\(Self.second)\","
          + "\"empty\":\"\(Self.second)\",\"steps\":\"\(Self.second)\"}")
    }
    #expect(moved.what == "the index says that the tensor b.bias is in \(Self.second)")
    let unknown = try fault {
      $0[Self.index] = index("{\"a.weight\":\"\(Self.first)\"}")
    }
    #expect(unknown.what == "the index says that the tensor b.bias is nowhere")
    let absent = try fault {
      $0[Self.index] = index(
        "{\"a.weight\":\"\(Self.first)\",\"b.bias\":\"\(Self.first)\",\"c\":\"\(Self.first)\"}")
    }
    #expect(absent.what == "has no tensor c, which the index says is there")
    let none = try fault { $0[Self.index] = index("{}") }
    #expect(none.what == "has no weight_map of tensors")
    let nothing = try fault { $0 = ["pytorch_model.bin": [1]] }
    #expect(nothing.remedy == "pytorch_model.bin cannot be read: convert it")
  }

  @Test(
    "an index cannot lead out of its folder",
    arguments: [
      "../model.safetensors", "/etc/model.safetensors", "a/b.safetensors", "passwd",
      ".safetensors", "\\u0000.safetensors", "", "..",
    ])
  func traversal(name: String) throws {
    let fault = try fault { $0[Self.index] = index("{\"a.weight\":\"\(name)\"}") }
    #expect(fault.what == "the tensor a.weight is not in a .safetensors file of this folder")
  }
}
