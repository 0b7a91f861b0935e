internal import Foundation

/// What becomes of single characters in BERT's normalisation: decomposed, without accents, in lower
/// case. Remembers what it has looked up; one for each encoder.
struct BertFolding {
  /// Whether accents are taken off.
  let stripsAccents: Bool
  /// Whether letters become small ones.
  let lowercases: Bool

  private let kinds = BertKind.table
  private var folded: [UInt32: [UInt32]] = [:]

  /// A folding that has seen nothing.
  init(stripsAccents: Bool, lowercases: Bool) {
    self.stripsAccents = stripsAccents
    self.lowercases = lowercases
  }

  /// The characters that one becomes, in order; none for an accent.
  mutating func fold(_ scalar: UInt32) -> [UInt32] {
    if let known = folded[scalar] { return known }
    let found = lookUp(scalar)
    folded[scalar] = found
    return found
  }

  private func lookUp(_ scalar: UInt32) -> [UInt32] {
    guard let character = Unicode.Scalar(scalar) else { return [] }
    var scalars = [character]
    if stripsAccents {
      scalars = String(Character(character)).decomposedStringWithCanonicalMapping.unicodeScalars
        .filter { BertKind.of($0.value, in: kinds) != .mark }
    }
    guard lowercases else { return scalars.map(\.value) }
    return scalars.flatMap { $0.properties.lowercaseMapping.unicodeScalars.map(\.value) }
  }

  /// The order in which a character stands among those that combine with the same letter; 0 for
  /// one that does not combine.
  static func combiningClass(_ scalar: UInt32) -> UInt8 {
    Unicode.Scalar(scalar)?.properties.canonicalCombiningClass.rawValue ?? 0
  }
}
