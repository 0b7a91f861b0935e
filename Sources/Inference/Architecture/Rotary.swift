import Foundation

/// Rotary positions (Su et al. 2021): pairs of a head's dimensions turn with the position.
struct Rotary: Sendable {
  /// Angle of each pair per position, in radians.
  var frequencies: [Double]
  /// What cosines and sines are multiplied with: 1 except for long contexts (Phi 3).
  var magnitude: Double = 1

  /// How many dimensions of a head are rotated.
  var width: Int { frequencies.count * 2 }

  /// The usual frequencies, `base^(-2i / width)`, each divided by its divisor.
  init(base: Double, width: Int, factor: Double = 1, divisors: [Double]? = nil) {
    frequencies = (0..<width / 2).map { pair in
      let divisor = divisors.map { $0[pair] } ?? 1
      return pow(base, -2 * Double(pair) / Double(width)) / (divisor * factor)
    }
  }
}
