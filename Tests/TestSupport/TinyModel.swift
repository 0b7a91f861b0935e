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
  /// How its norms and biases are stored.
  public let vectorType: BlockType
  /// Whether the embedding is the unembedding.
  public let tied: Bool
  /// Context length that it claims.
  public let context: Int
  /// What it computes.
  public let family: TinyFamily
  /// Width of the residual stream.
  public var width: Int { type.blockSize > 32 ? 256 : 64 }
  /// Query heads.
  public let heads = 4
  /// Key and value heads.
  public var keyValueHeads: Int { family.keyValueHeads }
  /// Width of a head.
  public var headWidth: Int { family.headWidth ?? width / heads }
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

  /// Whether its file asks for `<|im_start|>` before every text.
  public let beginsTexts: Bool

  var tensors: [GGUFWriter.Tensor] = []

  /// A model with weights that depend on the arguments alone.
  public init(
    seed: UInt64, layers: Int = 2, type: BlockType = .f32, tied: Bool = true, context: Int = 512,
    rotaryScaling: (divisors: [Float], factor: Float)? = nil, family: TinyFamily = .llama,
    vectorType: BlockType = .f32, beginsTexts: Bool = false
  ) {
    self.beginsTexts = beginsTexts
    self.seed = seed
    self.layers = layers
    self.type = type
    self.vectorType = vectorType
    self.tied = tied
    self.context = context
    self.rotaryScaling = rotaryScaling
    self.family = family
    tensors = makeTensors()
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

  /// Writes the model into a folder and gives its path.
  public func write(to folder: TemporaryFolder, name: String = "tiny.gguf") throws -> String {
    try folder.write(writer().bytes(), to: name)
  }
}
