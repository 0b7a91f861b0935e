import Foundation
import Inference
import Testing
import TestSupport
import Tokenization

@testable import ModelFiles

@Suite("Corrupted files")
struct GGUFMutationTests {
  /// One of many ways to break a file.
  static func mutate(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    func below(_ limit: Int) -> Int { min(limit - 1, Int(generator.nextUnit() * Double(limit))) }
    // Most of what can go wrong stands in the first part.
    func place() -> Int {
      generator.nextUnit() < 0.8 ? below(min(bytes.count, 1400)) : below(bytes.count)
    }
    for _ in 0...below(3) {
      guard bytes.count > 16 else { return bytes }
      switch below(7) {
      case 0, 1: bytes[place()] ^= 1 << UInt8(below(8))
      case 2: bytes[place()] = [0, 1, 0x7F, 0x80, 0xFF][below(5)]
      case 3:
        let values: [UInt64] = [
          .max, .max - 7, 1 << 63, 1 << 62, 1 << 40, 1 << 32, 1 << 31, 0, 1, 3,
          UInt64(bytes.count), UInt64(bytes.count) - 1,
        ]
        var little: [UInt8] = []
        little.append(little: values[below(values.count)])
        let start = min(place(), bytes.count - 8)
        bytes.replaceSubrange(start..<start + 8, with: little)
      case 4: bytes.removeSubrange(below(bytes.count)...)
      case 5:
        let start = place()
        bytes.removeSubrange(start..<min(bytes.count, start + 1 + below(16)))
      default:
        let start = place()
        bytes.insert(
          contentsOf: bytes[start..<min(bytes.count, start + 1 + below(40))], at: place())
      }
    }
    return bytes
  }

  @Test("twelve thousand corrupted files are read, or refused in one line", arguments: 0..<4)
  func mutations(part: Int) throws {
    let folder = try TemporaryFolder()
    let original = smallFile().bytes()
    var generator = SeededGenerator(seed: UInt64(part))
    var refused = 0
    for _ in 0..<3000 {
      let path = try folder.write(Self.mutate(original, &generator), to: "m.gguf")
      do throws(FileFault) {
        let file = try GGUFFile.open(path: path)
        for key in file.keys {
          _ = file.valueForReading(key)
          _ = try? file.string(key)
          _ = try? file.integers(key)
          _ = try? file.numbers(key)
          try? file.forEachString(key) { _ = $0.count }
        }
        for tensor in file.tensors { _ = try? file.dequantised(tensor) }
      } catch {
        refused += 1
        let line = error.description
        #expect(line.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
      }
    }
    #expect(refused > 500)
  }

  @Test("a model from a corrupted file is run, or refused in one line")
  func models() throws {
    let folder = try TemporaryFolder()
    let path = try TinyModel(seed: 3, type: .q4_1).write(to: folder)
    let original = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    var generator = SeededGenerator(seed: 9)
    for _ in 0..<400 {
      var bytes = original
      // The vocabulary and the header, where lengths and counts stand.
      for _ in 0..<2 {
        let head = Self.mutate(Array(bytes.prefix(9000)), &generator)
        bytes = head + bytes.dropFirst(9000)
      }
      let path = try folder.write(bytes, to: "m.gguf")
      do {
        let model = try Model.load(path: path, name: "m")
        let evaluator = try Evaluator(model: model, threads: 1, context: 64)
        let ids = model.tokenizer.encode(Array("the cat\u{0}é".utf8)).map(\.id)
        _ = try evaluator.evaluate(ids, probe: [.attention, .residual])
      } catch let fault as FileFault {
        #expect(!fault.description.contains("\n"))
      } catch let fault as EvaluationFault {
        #expect(!fault.description.contains("\n"))
      }
    }
  }
}
