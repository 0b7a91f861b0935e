import Inference
public import ModelFiles

/// A small model with random weights, written as a real GGUF file: every path of the program runs on
/// it in milliseconds, and brute force can tell what it should say.
///
/// Its vocabulary has the 256 bytes, in GPT-2's alphabet, some merges, and three special tokens.
public struct TinyModel: Sendable {
  /// How its matrices are stored.
  public typealias WeightType = BlockType

  /// Seed of its weights.
  public let seed: UInt64
  /// Transformer blocks.
  public let layers: Int
  /// How its matrices are stored.
  public let type: BlockType
  /// Whether the embedding is the unembedding.
  public let tied: Bool
  /// Context length that it claims.
  public let context: Int
  /// Width of the residual stream.
  public var width: Int { type.blockSize > 32 ? 256 : 64 }
  /// Query heads.
  public let heads = 4
  /// Key and value heads.
  public let keyValueHeads = 2
  /// Width of a head.
  public var headWidth: Int { width / heads }
  /// Width of the feed-forward network.
  public var feedForwardWidth: Int { type.blockSize > 32 ? 512 : 96 }
  /// Base of the rotary angles.
  public let rotaryBase = 10_000.0
  /// Added to the mean square in the norm.
  public let epsilon = 1e-5
  /// Entries of the vocabulary.
  public let vocabularySize = 300

  /// What each rotary frequency is divided by, and the factor of linear scaling; `nil` leaves both out.
  public let rotaryScaling: (divisors: [Float], factor: Float)?

  private let tensors: [GGUFWriter.Tensor]

  /// A model with weights that depend on the arguments alone.
  public init(
    seed: UInt64, layers: Int = 2, type: BlockType = .f32, tied: Bool = true, context: Int = 512,
    rotaryScaling: (divisors: [Float], factor: Float)? = nil
  ) {
    self.seed = seed
    self.layers = layers
    self.type = type
    self.tied = tied
    self.context = context
    self.rotaryScaling = rotaryScaling
    let wide = type.blockSize > 32
    let width = wide ? 256 : 64
    tensors = Self.makeTensors(
      seed: seed, layers: layers, type: type, tied: tied,
      shape: (width, width, width / 2, wide ? 512 : 96, vocabularySize))
  }

  private static func makeTensors(
    seed: UInt64, layers: Int, type: BlockType, tied: Bool,
    shape: (width: Int, query: Int, keyValue: Int, feedForward: Int, vocabulary: Int)
  ) -> [GGUFWriter.Tensor] {
    var generator = SeededGenerator(seed: seed)
    func matrix(_ name: String, _ rows: Int, _ columns: Int, scale: Double) -> GGUFWriter.Tensor {
      let values = (0..<rows * columns).map { _ in
        Float((generator.nextUnit() * 2 - 1) * scale / Double(columns).squareRoot())
      }
      return .init(
        name: name, shape: [columns, rows], type: type.rawValue,
        data: Quantise.bytes(values, as: type))
    }
    func norm(_ name: String) -> GGUFWriter.Tensor {
      let values = (0..<shape.width).map { _ in Float(0.5 + generator.nextUnit()) }
      return .init(
        name: name, shape: [shape.width], type: BlockType.f32.rawValue,
        data: Quantise.bytes(values, as: .f32))
    }
    var tensors = [
      matrix("token_embd.weight", shape.vocabulary, shape.width, scale: 8),
      norm("output_norm.weight"),
    ]
    if !tied { tensors.append(matrix("output.weight", shape.vocabulary, shape.width, scale: 4)) }
    for layer in 0..<layers {
      let block = "blk.\(layer)."
      tensors += [
        norm(block + "attn_norm.weight"),
        matrix(block + "attn_q.weight", shape.query, shape.width, scale: 3),
        matrix(block + "attn_k.weight", shape.keyValue, shape.width, scale: 3),
        matrix(block + "attn_v.weight", shape.keyValue, shape.width, scale: 2),
        matrix(block + "attn_output.weight", shape.width, shape.query, scale: 2),
        norm(block + "ffn_norm.weight"),
        matrix(block + "ffn_gate.weight", shape.feedForward, shape.width, scale: 2),
        matrix(block + "ffn_up.weight", shape.feedForward, shape.width, scale: 2),
        matrix(block + "ffn_down.weight", shape.width, shape.feedForward, scale: 2),
      ]
    }
    return tensors
  }

  /// The numbers of a tensor as the file holds them, after quantisation; empty for an unknown name.
  public func weight(_ name: String) -> [Float] {
    guard let tensor = tensors.first(where: { $0.name == name }),
      let type = BlockType(rawValue: tensor.type)
    else { return [] }
    return tensor.data.withUnsafeBytes { type.floats($0) }
  }

  /// The pieces of the vocabulary in GPT-2's byte alphabet, and the merges.
  public static let vocabulary: (pieces: [String], merges: [String]) = {
    var pieces = (0...255).map { String(byteLetter(UInt8($0))) }
    var merges: [String] = []
    let space = String(byteLetter(0x20))
    let pairs = [
      ("t", "h"), ("th", "e"), (space, "the"), ("i", "n"), ("a", "n"), (space, "a"), ("e", "r"),
      ("o", "n"), (space, "w"), ("in", "g"), ("l", "l"), ("e", "n"), ("an", "d"), (space, "and"),
      ("r", "e"), ("H", "e"), ("o", "r"), (space, "wor"), ("l", "d"), ("a", "t"),
    ]
    for (left, right) in pairs where pieces.contains(left) && pieces.contains(right) {
      pieces.append(left + right)
      merges.append("\(left) \(right)")
    }
    var number = 0
    while pieces.count < 297 {
      pieces.append("Q\(number)")
      number += 1
    }
    pieces += ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    return (pieces, merges)
  }()

  /// The letter that stands for a byte in GPT-2's alphabet.
  public static func byteLetter(_ byte: UInt8) -> Character {
    let printable = Array(0x21...0x7E) + Array(0xA1...0xAC) + Array(0xAE...0xFF)
    if printable.contains(Int(byte)) { return Character(Unicode.Scalar(byte)) }
    let others = (0...255).filter { !printable.contains($0) }
    let place = others.firstIndex(of: Int(byte)) ?? 0
    return Unicode.Scalar(UInt32(256 + place)).map(Character.init) ?? "?"
  }

  /// The file, ready to be written, or to be broken first.
  public func writer() -> GGUFWriter {
    var writer = GGUFWriter()
    let (pieces, merges) = Self.vocabulary
    let kinds = pieces.indices.map { Int32($0 < pieces.count - 3 ? 1 : 3) }
    writer.metadata = [
      ("general.architecture", .string("llama")),
      ("general.name", .string("tiny")),
      ("llama.block_count", .uint32(UInt32(layers))),
      ("llama.context_length", .uint32(UInt32(context))),
      ("llama.embedding_length", .uint32(UInt32(width))),
      ("llama.feed_forward_length", .uint32(UInt32(feedForwardWidth))),
      ("llama.attention.head_count", .uint32(UInt32(heads))),
      ("llama.attention.head_count_kv", .uint32(UInt32(keyValueHeads))),
      ("llama.rope.freq_base", .float32(Float(rotaryBase))),
      ("llama.attention.layer_norm_rms_epsilon", .float32(Float(epsilon))),
      ("llama.vocab_size", .uint32(UInt32(vocabularySize))),
      ("llama.rope.dimension_count", .uint32(UInt32(headWidth))),
      ("tokenizer.ggml.model", .string("gpt2")),
      ("tokenizer.ggml.pre", .string("smollm")),
      ("tokenizer.ggml.tokens", .strings(pieces)),
      ("tokenizer.ggml.token_type", .int32s(kinds)),
      ("tokenizer.ggml.merges", .strings(merges)),
      ("tokenizer.ggml.bos_token_id", .uint32(298)),
      ("tokenizer.ggml.eos_token_id", .uint32(299)),
      (
        "tokenizer.chat_template",
        .string(
          "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + "
            + "message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}")
      ),
    ]
    writer.tensors = tensors
    if let rotaryScaling {
      writer.metadata += [
        ("llama.rope.scaling.type", .string("linear")),
        ("llama.rope.scaling.factor", .float32(rotaryScaling.factor)),
      ]
      writer.tensors.append(
        .init(
          name: "rope_freqs.weight", shape: [rotaryScaling.divisors.count],
          type: BlockType.f32.rawValue,
          data: Quantise.bytes(rotaryScaling.divisors, as: .f32)))
    }
    return writer
  }

  /// Writes the model into a folder and gives its path.
  public func write(to folder: TemporaryFolder, name: String = "tiny.gguf") throws -> String {
    try folder.write(writer().bytes(), to: name)
  }
}
