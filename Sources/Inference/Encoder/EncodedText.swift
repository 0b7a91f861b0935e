/// What an encoder gives for a text.
public struct EncodedText: Sendable, Hashable {
  /// The vectors of its tokens after the last layer: `[token, width]`.
  public let hidden: [Float]
  /// The vector of the whole text: `[width]`; see ``Pooling``.
  public let pooled: [Float]

  /// Numbers of a vector.
  public var width: Int { pooled.count }

  /// How many tokens the text has.
  public var count: Int { hidden.count / pooled.count }

  /// The vector of a token: `[width]`.
  public func vector(ofToken index: Int) -> ArraySlice<Float> {
    hidden[index * width..<(index + 1) * width]
  }

  /// The cosine of the angle between the vectors of two texts, from −1 to 1; 0 where one has no
  /// length.
  public func similarity(to other: EncodedText) -> Double {
    precondition(width == other.width)
    var (product, own, others) = (0.0, 0.0, 0.0)
    for (a, b) in zip(pooled, other.pooled) {
      product += Double(a) * Double(b)
      own += Double(a) * Double(a)
      others += Double(b) * Double(b)
    }
    return own > 0 && others > 0 ? product / (own * others).squareRoot() : 0
  }
}
