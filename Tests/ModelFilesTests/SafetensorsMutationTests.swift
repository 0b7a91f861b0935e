import Foundation
import Inference
import TestSupport
import Testing

@testable import ModelFiles

@Suite("Corrupted safetensors")
struct SafetensorsMutationTests {
  /// One of many ways to break a file: bytes as for GGUF, and pieces of JSON.
  static func mutate(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    guard generator.nextUnit() < 0.5 else { return GGUFMutationTests.mutate(bytes, &generator) }
    var bytes = bytes
    func below(_ limit: Int) -> Int { min(limit - 1, Int(generator.nextUnit() * Double(limit))) }
    let pieces = [
      "[", "]", "{", "}", ",", ":", "\"", "0", "9", "-1", "1e3", "\\", "\\u0000", "null", "F16",
      "99999999999999999999", "[[[[[[[[", "\"shape\":[1]", "\u{FFFD}",
    ]
    for _ in 0...below(2) {
      let piece = Array(pieces[below(pieces.count)].utf8)
      let place = 8 + below(max(1, bytes.count - 8))
      let end = min(bytes.count, place + (generator.nextUnit() < 0.5 ? piece.count : 0))
      bytes.replaceSubrange(min(place, end)..<end, with: piece)
    }
    // Half of the time the length goes along, so that the header is read at all.
    if generator.nextUnit() < 0.5, let end = bytes.lastIndex(of: UInt8(ascii: "}")), end > 8 {
      var length: [UInt8] = []
      length.append(little: UInt64(end - 7))
      bytes.replaceSubrange(0..<8, with: length)
    }
    return bytes
  }

  @Test("eight thousand corrupted files are read, or refused in one line", arguments: 0..<4)
  func mutations(part: Int) throws {
    let folder = try TemporaryFolder()
    let original = SafetensorsTests.small().bytes()
    var generator = SeededGenerator(seed: UInt64(part))
    var refused = 0
    for _ in 0..<2000 {
      let path = try folder.write(Self.mutate(original, &generator), to: "m.safetensors")
      do throws(FileFault) {
        let file = try SafetensorsFile.open(path: path)
        for tensor in file.tensors where tensor.byteCount > 0 {
          let pointer = try file.pointer(to: tensor)
          _ = pointer[0] &+ pointer[tensor.byteCount - 1]
        }
      } catch {
        refused += 1
        let line = error.description
        #expect(line.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
      }
    }
    #expect(refused > 500 && refused < 2000)
  }

  @Test("the reference reads every file that is read here")
  func reference() throws {
    let folder = try TemporaryFolder()
    let original = SafetensorsTests.small().bytes()
    var generator = SeededGenerator(seed: 77)
    var ours: [Bool] = []
    for number in 0..<1500 {
      // The first is whole.
      let bytes = number == 0 ? original : Self.mutate(original, &generator)
      let path = try folder.write(bytes, to: "\(number).safetensors")
      ours.append((try? SafetensorsFile.open(path: path)) != nil)
    }
    let data = try ReferencePython.run(
      "Tests/Setup/reference_safetensors.py", ["judge", folder.path, "\(ours.count)"])
    let theirs = try JSONDecoder().decode([Bool].self, from: data)
    #expect(theirs.count == ours.count)
    for number in ours.indices where ours[number] { #expect(theirs[number], "file \(number)") }
    let read = ours.count { $0 }
    #expect(read > 20)
    // What only the reference reads: the same key twice, keys of its own.
    #expect(theirs.count { $0 } - read <= read / 4)
  }

  @Test("an index that is corrupted leads to the tensors, or to a line")
  func indices() throws {
    let folder = try TemporaryFolder()
    let files = SafetensorsTests.small().files(shards: 2)
    for file in files { _ = try folder.write(file.bytes, to: file.name) }
    let (name, original) = try #require(files.last)
    var generator = SeededGenerator(seed: 5)
    var refused = 0
    for _ in 0..<2000 {
      _ = try folder.write(Self.mutate(original, &generator), to: name)
      do throws(FileFault) {
        _ = try SafetensorsFolder.open(path: folder.path)
      } catch {
        refused += 1
        #expect(!error.description.contains("\n"))
      }
    }
    #expect(refused > 500)
  }
}
