import Foundation
import Inference
import ModelFiles
import TestSupport
import Testing
import Tokenization

@Suite("Encoders")
struct TextEncoderTests {
  private struct Request: Encodable {
    var ids: [TokenID]
    var second: Int?
  }

  private struct Answer: Decodable {
    var hidden: [Double]
    var pooled: [Double]
  }

  /// Compares an encoder with the f64 evaluation of the same file.
  private func compare(_ path: String, _ requests: [Request], within bound: Double) throws {
    let question = String(decoding: try JSONEncoder().encode(requests), as: UTF8.self)
    let data = try ReferencePython.run("Tests/Setup/reference_encoder.py", [path, question])
    let answers = try JSONDecoder().decode([Answer].self, from: data)
    #expect(answers.count == requests.count)
    for threads in [1, 3] {
      let encoder = try TextEncoder.load(path: path, name: "encoder", threads: threads)
      for (request, answer) in zip(requests, answers) {
        let text = try encoder.encode(request.ids, second: request.second)
        #expect(text.hidden.count == answer.hidden.count && text.count == request.ids.count)
        for (got, want) in zip(text.hidden + text.pooled, answer.hidden + answer.pooled) {
          #expect(abs(Double(got) - want) < bound)
        }
      }
    }
  }

  @Test("all-MiniLM-L6-v2 gives the vectors of an f64 evaluation, within a hundred-thousandth")
  func miniLM() throws {
    let path = RepositoryFolder.path(".build/tokenizers/minilm")
    guard FileManager.default.fileExists(atPath: path) else {
      throw SetupMissing("the encoder all-MiniLM-L6-v2, .build/tokenizers/minilm,")
    }
    // "The quick brown fox jumps over the lazy dog.", and "hello world" with "how are you".
    try compare(
      path,
      [
        Request(ids: [101, 1996, 4248, 2829, 4419, 14523, 2058, 1996, 13971, 3899, 1012, 102]),
        Request(ids: [101, 7592, 2088, 102, 2129, 2024, 2017, 102], second: 4),
        Request(ids: [101, 102]),
      ], within: 1e-5)
  }

  @Test(
    "hidden and pooled vectors are those of an f64 evaluation, however they are stored and pooled",
    arguments: [BlockType.f32, .f16])
  func tiny(type: BlockType) throws {
    let folder = try TemporaryFolder()
    let long = (0..<96).map { TokenID($0 * 7 % 120) }
    let requests = [
      Request(ids: [1, 17, 99, 17, 2]), Request(ids: [5]), Request(ids: long, second: 40),
      Request(ids: Array(long.prefix(65))),
    ]
    let ways: [(String, Bool)?] = [
      nil, ("{\"pooling_mode_cls_token\":true,\"pooling_mode_mean_tokens\":false}", false),
      ("{\"pooling_mode_max_tokens\":true}", true), ("{\"pooling_mode\":\"mean\"}", true),
    ]
    for (number, way) in ways.enumerated() {
      var tiny = TinyEncoder(type: type)
      tiny.modules = way.map { TinyEncoder.modules(pooling: $0, normalised: $1) }
      tiny.prefix = number % 2 == 0 ? "" : "bert."
      try compare(tiny.write(to: folder, name: "\(number)"), requests, within: 2e-5)
    }
  }

  @Test("tokens see what comes after them, and a text does not depend on those before it")
  func bothDirections() throws {
    let folder = try TemporaryFolder()
    let path = try TinyEncoder().write(to: folder)
    let encoder = try TextEncoder.load(path: path, name: "encoder")
    let first = try encoder.encode([1, 5, 9])
    let other = try encoder.encode([1, 5, 10])
    #expect(first.vector(ofToken: 0) != other.vector(ofToken: 0))
    #expect(try encoder.encode([1, 5, 9]) == first)
    #expect(abs(first.similarity(to: first) - 1) < 1e-6 && first.similarity(to: other) < 1)
    #expect(try encoder.encode([]).hidden.isEmpty)
    #expect(throws: EvaluationFault.noSuchToken(id: 120, vocabulary: 120)) {
      try encoder.encode([120])
    }
    #expect(throws: EvaluationFault.tooLong(tokens: 97, context: 96)) {
      try encoder.encode([TokenID](repeating: 1, count: 97))
    }
    encoder.isCancelled = { true }
    #expect(throws: CancellationError.self) { try encoder.encode([1]) }
  }

  @Test("ways to pool are the means and choices that they are called")
  func pooling() {
    let hidden: [Float] = [3, 0, 1, 8, 2, -2]
    func pool(_ mode: Pooling.Mode) -> [Float] { Pooling(mode).pool(hidden, width: 2) }
    #expect(pool(.first) == [3, 0])
    #expect(pool(.last) == [2, -2])
    #expect(pool(.mean) == [2, 2])
    let byRoot = Float(6 / 3.0.squareRoot())
    #expect(pool(.meanByRoot).allSatisfy { abs($0 - byRoot) < 1e-6 })
    #expect(pool(.largest) == [3, 8])
    let normal = Pooling(.largest, normalises: true).pool([3, 4], width: 2)
    #expect(normal == [0.6, 0.8])
    #expect(Pooling(.mean, normalises: true).pool([0, 0], width: 2) == [0, 0])
    #expect(Pooling(.mean).pool([], width: 2) == [0, 0])
  }

  @Test("folders that ask for something else are refused with what they ask for")
  func refusals() throws {
    func fault(_ change: (inout TinyEncoder) -> Void) throws -> String {
      let folder = try TemporaryFolder()
      var tiny = TinyEncoder()
      change(&tiny)
      let path = try tiny.write(to: folder)
      let fault = try #require(throws: FileFault.self) {
        _ = try TextEncoder.load(path: path, name: "encoder")
      }
      #expect(!fault.description.contains("\n"))
      return fault.what
    }
    #expect(
      try fault { $0.modules = TinyEncoder.modules(pooling: "{}", normalised: false) }
        == "says of no way to pool that it is used")
    let both = "{\"pooling_mode_cls_token\":true,\"pooling_mode_mean_tokens\":true}"
    #expect(
      try fault { $0.modules = TinyEncoder.modules(pooling: both, normalised: false) }
        .contains("cls and mean"))
    #expect(
      try fault { $0.modules = ("[{\"type\":\"a.Dense\",\"path\":\"2_Dense\"}]", "{}") }
        == "type is a.Dense, which cannot be run yet")
    #expect(
      try fault { $0.modules = ("[{\"type\":\"a.Pooling\",\"path\":\"../other\"}]", "{}") }
        == "path is no folder of this folder")
    #expect(
      try fault { $0.changes = ["position_embedding_type": "relative_key"] }
        == "position_embedding_type is relative_key, which cannot be run yet")
    #expect(
      try fault { $0.changes = ["type_vocab_size": 3] }.contains("has shape [64, 2]"))
    let folder = try TemporaryFolder()
    let llama = try TinyFolder(TinyModel(seed: 1)).write(to: folder)
    let fault = try #require(throws: FileFault.self) {
      _ = try TextEncoder.load(path: llama, name: "llama")
    }
    #expect(fault.what == "is a llama model, which is no encoder")
  }
}
