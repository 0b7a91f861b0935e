import Foundation

/// The unit of a reading's values, and the range over which they are coloured.
///
/// The range is fixed by the lens and not by the values, so that a colour keeps its meaning while a
/// text is edited; values outside of it take the colour of its ends.
public struct ValueScale: Sendable, Hashable {
  /// How a value's place in the range is found.
  public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
    /// In proportion.
    case linear
    /// In proportion to log(1 + distance from the minimum), for counts that span magnitudes.
    case logarithmic
    /// In proportion to the square root, for shares of a whole, most of which are small.
    case root
    /// In proportion, with a meaning of its own for the middle.
    case diverging
  }

  /// The unit, in the singular: `bit`, `probability`, `rank`, `layer`.
  public let unit: String
  /// The value at the cold end.
  public let minimum: Double
  /// The value at the hot end.
  public let maximum: Double
  /// How places between are found.
  public let kind: Kind

  /// A scale from `minimum` to `maximum`.
  public init(unit: String, minimum: Double, maximum: Double, kind: Kind = .linear) {
    self.unit = unit
    self.minimum = minimum
    self.maximum = maximum
    self.kind = kind
  }

  /// Probabilities and shares, 0…1.
  public static let probability = ValueScale(unit: "probability", minimum: 0, maximum: 1)

  /// Shares that one token gives to many others.
  public static let share = ValueScale(unit: "probability", minimum: 0, maximum: 1, kind: .root)

  /// Where a value lies between the minimum (0) and the maximum (1); what lies outside counts as the
  /// nearer end, what is not a number as 0.
  public func fraction(_ value: Double) -> Double {
    let span = maximum - minimum
    guard span > 0, !value.isNaN else { return 0 }
    let distance = min(max(value - minimum, 0), span)
    return switch kind {
    case .linear, .diverging: distance / span
    case .logarithmic: log1p(distance) / log1p(span)
    case .root: (distance / span).squareRoot()
    }
  }
}
