/// What is known of a token of a unigram model (``Token/hold``): after which sums of scores its stretch
/// is cut as it is.
///
/// Sums of 32 bits between two powers of two are multiples of the same number. The spans here leave
/// out what a stretch that begins near a power of two could reach beyond it, sums without room (see
/// ``BestPath/room``), and small ones, which only the beginning of a text has.
struct SumSpan: Equatable {
  /// After any sum.
  static let any = SumSpan(rawValue: 0)
  /// Not known for any other sum.
  static let none = SumSpan(rawValue: 1)

  /// 0 for any, 1 for none, then one for each power of two.
  let rawValue: UInt8

  private static let exponents = 13...16
  private static let margin = Float(CertainPath.largestStretch) + 1

  init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The span of a sum.
  init(of sum: Float) {
    let size = abs(sum)
    let exponent = Int(size.exponent)
    let low = Float(sign: .plus, exponent: Float.Exponent(exponent), significand: 1)
    rawValue =
      Self.exponents.contains(exponent) && size > low + Self.margin
        && size < min(2 * low - Self.margin, BestPath.room)
      ? UInt8(exponent - Self.exponents.lowerBound + 2) : Self.none.rawValue
  }

  /// Whether what is known is known of what comes after this sum.
  @inline(__always)
  func holds(after sum: Float) -> Bool {
    self == .any ? abs(sum) < BestPath.room : self != .none && self == SumSpan(of: sum)
  }

  /// Whether a score lies in the middle between two multiples of a number that the sums of some span are
  /// multiples of: which of the two it is rounded to depends on the sum.
  static func isInMiddle(_ score: Double) -> Bool {
    // Floats of an exponent are multiples of 2 to the power of exponent − 23.
    let finest = Double(sign: .plus, exponent: 24 - exponents.lowerBound, significand: 1)
    let coarsest = Double(sign: .plus, exponent: 23 - exponents.upperBound, significand: 1)
    return isWhole(score * finest) && !isWhole(score * coarsest)
  }

  private static func isWhole(_ x: Double) -> Bool { x == x.rounded() }
}

extension Token {
  /// After which sums the token's stretch is cut as it is.
  var span: SumSpan {
    get { SumSpan(rawValue: hold & 7) }
    set { hold = hold & Self.unknownRun | newValue.rawValue }
  }

  /// Whether the token is a run of unknown characters, each of which scores.
  var isUnknownRun: Bool {
    get { hold & Self.unknownRun != 0 }
    set { hold = newValue ? hold | Self.unknownRun : hold & ~Self.unknownRun }
  }

  private static let unknownRun: UInt8 = 8
}
