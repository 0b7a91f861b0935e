/// How activations are held while they are multiplied with quantised weights, and keys and values while
/// they are attended to.
public enum Precision: String, Sendable, CaseIterable {
  /// 32-bit floats throughout: the reference, slower.
  case f32
  /// 16-bit integers with a common scale for 32 activations, or for a head's key or value: the default.
  case i16
}
