import Inference
import Tokenization

extension Lens {
  /// How wrong the next-token probabilities are about the next byte.
  ///
  /// A token's value is KL(canonical ‖ naive) of the next byte, or end, where the token ends: what a
  /// prompt that stops there costs at its first byte. It is 0, up to the mass of sequences that the
  /// tokenizer would not produce, wherever no token can reach across the boundary.
  static let byteBias = Lens(
    id: "byte-bias", title: "Tokenization bias", paper: "Phan et al. 2024",
    summary: "How far the naive next byte is from the exact one where each token ends, in bits.",
    kind: .tokens, runsModel: true
  ) { bench in
    let scale = ValueScale(unit: "bit", minimum: 0, maximum: 4, kind: .root)
    return try bench.byteValues(of: "byte-bias", scale: scale) { _, bytes, desk in
      try desk.value(.bias, at: bytes.upperBound)
    }
  }
}
