public import Inference

/// How many candidates were likelier than each token.
public enum Rank {
  /// Ranks, coloured by magnitude from 0 to 1000.
  public static let scale = ValueScale(unit: "rank", minimum: 0, maximum: 1000, kind: .logarithmic)

  /// The classes of GLTR (Gehrmann, Strobelt and Rush 2019).
  public enum Class: Int, Sendable, Hashable, CaseIterable {
    /// Among the 10 likeliest.
    case top10
    /// Among the 100 likeliest.
    case top100
    /// Among the 1000 likeliest.
    case top1000
    /// Less likely than 1000 others.
    case rare

    /// The class of a rank, of which 0 is the likeliest.
    public init(rank: Int) {
      self =
        switch rank {
        case ..<10: .top10
        case ..<100: .top100
        case ..<1000: .top1000
        default: .rare
        }
    }
  }

  /// Ranks of all tokens, 0 being the likeliest; `nil` for the first.
  public static func values(_ records: [TokenRecord]) -> TokenValues {
    TokenValues(scale: scale, values: records.map { $0.rank.map { Double($0) } })
  }
}

extension Lens {
  /// Rank of each token.
  static let rank = Lens(
    id: "rank", title: "Rank", paper: "Gehrmann, Strobelt and Rush 2019 (GLTR)",
    summary: "How many candidates were likelier than each token.", kind: .tokens
  ) { bench in .tokens(Rank.values(bench.trace.records)) }
}
