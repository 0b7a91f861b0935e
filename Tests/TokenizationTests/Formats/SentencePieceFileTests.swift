import Foundation
import ModelFiles
import TestSupport
import Testing

@testable import Tokenization

@Suite struct SentencePieceFileTests {
  /// One of many ways to break a file.
  private func mutate(_ bytes: [UInt8], _ generator: inout Seeded) -> [UInt8] {
    var bytes = bytes
    // Settings stand at the end, pieces before; both break in their own ways.
    func place(_ generator: inout Seeded) -> Int {
      let all = bytes.count
      switch Int.random(in: 0..<3, using: &generator) {
      case 0: return Int.random(in: 0..<min(all, 400), using: &generator)
      case 1: return Int.random(in: max(0, all - 2000)..<all, using: &generator)
      default: return Int.random(in: 0..<all, using: &generator)
      }
    }
    for _ in 0...Int.random(in: 0...3, using: &generator) {
      guard bytes.count > 16 else { return bytes }
      let start = place(&generator)
      let end = min(bytes.count, start + Int.random(in: 1...20, using: &generator))
      switch Int.random(in: 0..<6, using: &generator) {
      case 0, 1: bytes[start] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 2: bytes[start] = [0, 1, 0x7F, 0x80, 0xFF][Int.random(in: 0..<5, using: &generator)]
      case 3: bytes.removeSubrange(start...)
      case 4: bytes.removeSubrange(start..<end)
      default: bytes.insert(contentsOf: bytes[start..<end], at: place(&generator))
      }
    }
    return bytes
  }

  @Test(
    "a broken model file is refused with one line, or works: thousands of them",
    arguments: ["bpe-bytes", "unigram-nfkc", "bpe-suffix"])
  func mutations(name: String) throws {
    let original = try [UInt8](Data(contentsOf: URL(filePath: TrainedPieces.path(name + ".model"))))
    let folder = try TemporaryFolder()
    var generator = Seeded(21)
    let text = generator.text(200, of: TurningPoints.all)
    for _ in 0..<(name == "bpe-bytes" ? 1200 : 400) {
      let path = try folder.write(mutate(original, &generator), to: "broken.model")
      do throws(FileFault) {
        let tokenizer = try Tokenizer(sentencePiece: path)
        let tokens = tokenizer.encode(text)
        #expect(tokens.allSatisfy { tokenizer.vocabulary.contains($0.id) })
        #expect(tokens.allSatisfy { 0 <= $0.start && $0.start <= $0.end && $0.end <= text.count })
        _ = tokenizer.decode(tokens.map(\.id))
      } catch {
        #expect(error.description.contains("broken.model"))
        #expect(!error.description.contains("\n"))
      }
    }
  }

  /// A field of a message: bytes behind a length.
  private func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
    [number << 3 | 2, UInt8(bytes.count)] + bytes
  }

  @Test("what is wrong with a model file is said with its place")
  func faults() throws {
    let folder = try TemporaryFolder()
    func piece(_ text: String, kind: UInt8 = 1) -> [UInt8] {
      field(1, field(1, Array(text.utf8)) + [0x15, 0, 0, 0, 0, 0x18, kind])
    }
    let unknown = piece("<unk>", kind: 2)
    for (bytes, message) in [
      ([], "pieces is empty"),
      (unknown + piece("a") + piece("a"), "pieces[2] is the same as entry 1"),
      (piece("a"), "no piece for what is unknown"),
      (unknown + piece("b", kind: 9), "types[1] is 9"),
      (unknown + piece("b", kind: 6), "pieces[1] is of kind byte, but not written"),
      (unknown + field(1, [0x15, 0, 0, 0xC0, 0x7F]), "is nan"),
      (unknown + [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], "ends beyond its message"),
      (unknown + field(2, [0x18, 3]), "model_type WORD"),
      (unknown + field(5, field(2, [1])), "denormalizer_spec has rules"),
      (unknown + field(3, field(2, [1, 2, 3])), "precompiled_charsmap has 3 bytes"),
      (unknown + field(3, field(2, [4, 0, 0, 0, 0, 0, 0, 0, 1])), "ends in the middle of a rule"),
      (unknown + [0x0B], "field 1 of wire type 3"),
      (unknown + [0x08] + [UInt8](repeating: 0x80, count: 11), "is written as"),
      (unknown + [0x78] + [UInt8](repeating: 0x80, count: 11), "more than ten bytes"),
      (unknown + field(2, [0x98, 2, 1]), "no piece for byte 0"),
    ] as [([UInt8], String)] {
      let path = try folder.write(bytes, to: "broken.model")
      let fault = #expect(throws: (any Error).self) { try Tokenizer(sentencePiece: path) }
      #expect("\(try #require(fault))".contains(message), "\(message)")
    }
  }

  /// The vocabulary of a model file as a GGUF file holds it.
  private func gguf(_ name: String, model: String, _ folder: TemporaryFolder) throws -> GGUFFile {
    var file = SentencePieceFile()
    try file.read(MappedFile(path: TrainedPieces.path(name + ".model")))
    let parts = file.parts
    func array(_ type: UInt32, _ count: Int, _ body: (inout [UInt8]) -> Void) -> GGUFWriter.Value {
      var bytes: [UInt8] = []
      bytes.append(little: type)
      bytes.append(little: UInt64(count))
      body(&bytes)
      return .raw(9, bytes)
    }
    var writer = GGUFWriter()
    writer.metadata = [
      ("tokenizer.ggml.model", .string(model)),
      (
        "tokenizer.ggml.tokens",
        array(8, parts.pieces.count) { bytes in
          for index in 0..<parts.pieces.count {
            bytes.append(little: UInt64(parts.pieces[index].count))
            bytes += parts.pieces[index]
          }
        }
      ),
      (
        "tokenizer.ggml.scores",
        array(6, parts.scores.count) { bytes in
          for score in parts.scores { bytes.append(little: score.bitPattern) }
        }
      ),
      ("tokenizer.ggml.token_type", .int32s(parts.kinds)),
      ("tokenizer.ggml.add_space_prefix", .bool(parts.spacing.addsSpace)),
      ("tokenizer.ggml.remove_extra_whitespaces", .bool(parts.spacing.removesExtraSpaces)),
      ("tokenizer.ggml.bos_token_id", .uint32(1)),
      ("tokenizer.ggml.eos_token_id", .uint32(2)),
    ]
    if !parts.characterMap.isEmpty {
      writer.metadata.append(
        (
          "tokenizer.ggml.precompiled_charsmap",
          array(0, parts.characterMap.count) { $0 += parts.characterMap }
        ))
    }
    return try GGUFFile.open(path: folder.write(writer.bytes(), to: name + ".gguf"))
  }

  @Test(
    "a GGUF file gives the tokens of the model file that it was made of",
    arguments: [("bpe-bytes", "llama"), ("unigram-nfkc", "t5")])
  func sameInGGUF(name: String, model: String) throws {
    let folder = try TemporaryFolder()
    let converted = try Tokenizer(gguf: gguf(name, model: model, folder))
    let original = try TrainedPieces.tokenizer(name)
    let corpus = RepositoryFolder.path(".build/corpus/")
    for text in ["manual-ja.txt", "code-swift.txt", "extremes.txt"] {
      let bytes = try [UInt8](Data(contentsOf: URL(filePath: corpus + text)).prefix(200_000))
      let whole = Array(String(decoding: bytes, as: UTF8.self).utf8)
      #expect(
        converted.encode(whole, parsesSpecials: false)
          == original.encode(whole, parsesSpecials: false))
    }
    #expect(converted.affixes.prefix == (model == "llama" ? [1] : []))
    #expect(converted.affixes.suffix == (model == "llama" ? [] : [2]))
  }
}
