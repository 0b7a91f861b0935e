import Foundation
public import Inference

/// How unexpected each token was.
public enum Surprisal {
  /// Bits, coloured from 0 to 12.
  public static let scale = ValueScale(unit: "bit", minimum: 0, maximum: 12)

  /// −log₂ of a token's probability given the tokens before it, in bits; `nil` for the first.
  public static func bits(_ record: TokenRecord) -> Double? {
    record.logProbability.map { max(0, -Double($0) / M_LN2) }
  }

  /// Surprisal of all tokens, in bits.
  public static func values(_ records: [TokenRecord]) -> TokenValues {
    TokenValues(scale: scale, values: records.map(bits))
  }
}

extension Lens {
  /// Surprisal of each token.
  static let surprisal = Lens(
    id: "surprisal", title: "Surprisal", paper: "Shannon 1948; Hale 2001",
    summary: "How unexpected each token is, in bits: -log2 of its probability.", kind: .tokens
  ) { bench in .tokens(Surprisal.values(bench.trace.records)) }
}
