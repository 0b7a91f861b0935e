import Foundation
public import Inference

/// How undecided the model is after each token.
public enum Entropy {
  /// Bits, coloured from 0 to 12.
  public static let scale = ValueScale(unit: "bit", minimum: 0, maximum: 12)

  /// Entropy of the distribution after a token, in bits.
  public static func bits(_ record: TokenRecord) -> Double { Double(record.entropy) / M_LN2 }

  /// Entropy after all tokens, in bits.
  public static func values(_ records: [TokenRecord]) -> TokenValues {
    TokenValues(scale: scale, values: records.map(bits))
  }
}

extension Lens {
  /// Entropy after each token.
  static let entropy = Lens(
    id: "entropy", title: "Entropy", paper: "Shannon 1948",
    summary: "How undecided the model is after each token, in bits.", kind: .tokens
  ) { bench in .tokens(Entropy.values(bench.trace.records)) }
}
