/// How activations are held while they are multiplied with quantised weights.
public enum Precision: String, Sendable, CaseIterable {
  /// 32-bit floats throughout: the reference, slower.
  case f32
  /// Blocks of 32 activations as 16-bit integers with a common scale: the default.
  case i16
}
