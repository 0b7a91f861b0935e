import Inference
import Tokenization

extension Lens {
  /// Surprisal of each token, byte by byte.
  ///
  /// A token's value is Σ −log₂ P(byte | all bytes before it) over its bytes, where P is the canonical
  /// distribution. It is what the bytes cost someone who does not know where tokens end; the token's
  /// own surprisal also pays for the boundary at its end, so that `gain`, the token's surprisal less
  /// its bytes', is mostly above 0.
  static let byteSurprisal = Lens(
    id: "byte-surprisal", title: "Byte surprisal", paper: "Phan et al. 2024",
    summary:
      "How unexpected each token's bytes are together, whatever the token boundaries, in bits.",
    parameters: [
      LensParameter(
        "measure", .choice(["bytes", "gain"]), standard: "bytes",
        "the sum over the token's bytes, or the token's own surprisal less that sum")
    ], kind: .tokens, runsModel: true
  ) { bench in
    let gain = bench.parameters["measure"] == "gain"
    let scale =
      gain
      ? ValueScale(unit: "bit", minimum: -6, maximum: 6, kind: .diverging) : Surprisal.scale
    return try bench.byteValues(of: "byte-surprisal", scale: scale) { index, bytes, desk in
      var own: Double?
      if gain {
        guard let bits = Surprisal.bits(bench.trace.records[index]) else { return nil }
        own = bits
      }
      let sum = try bytes.reduce(0) { try $0 + desk.value(.surprisal, at: $1) }
      return own.map { $0 - sum } ?? sum
    }
  }
}
