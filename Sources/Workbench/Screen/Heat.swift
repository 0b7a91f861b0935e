import Inference
import Lenses

extension WorkbenchState {
  /// The active lens's unit and range; `nil` when no lens is active.
  var heatScale: ValueScale? {
    switch lens {
    case nil: nil
    case "surprisal": Surprisal.scale
    case "entropy": Entropy.scale
    case "rank": Rank.scale
    case "attention-from": .share
    default: heatReading?.scale
    }
  }

  /// The engine's reading for the active lens; values of surprisal, entropy and rank are read off
  /// the records instead.
  private var heatReading: TokenValues? {
    guard readings.lens(.heat) == lens, case .tokens(let values) = readings.latest(.heat) else {
      return nil
    }
    return values
  }

  /// The active lens's values for all tokens; `nil` where there is none, or none yet.
  func heatValues() -> [Double?] {
    let count = document.tokens.count
    let known: [Double?]
    switch lens {
    case nil: known = []
    case "surprisal": known = records.map(Surprisal.bits)
    case "entropy": known = records.map(Entropy.bits)
    case "rank": known = records.map { $0.rank.map { Double($0) } }
    default: known = heatReading?.values ?? []
    }
    return Array(known.prefix(count))
      + [Double?](repeating: nil, count: max(0, count - known.count))
  }

  /// A value of the active lens in words: `2.4 bit`, `rank 3`, `layer 12`.
  func heatText(_ value: Double, _ scale: ValueScale) -> String {
    switch scale.unit {
    case "probability": Decimals.percent(value)
    case "rank": "rank \(Int(value).grouped)"
    case "layer": "layer \(Int(value))"
    default: "\(Decimals.text(value, places: 1)) \(scale.unit)"
    }
  }
}
