/// What can be said of a tokenizer by its entries alone.
///
/// Paper: Chelombitko, Safronov, Komissarov 2024, "Qtok: a comprehensive framework for evaluating
/// multilingual tokenizer quality in large language models".
public struct VocabularyMeasures: Sendable, Hashable {
  /// Entries.
  public let count: Int
  /// Entries of each class; they add up to `count`.
  public let classes: [PieceClass: Int]
  /// Of each class, those that begin with a space.
  public let spaced: [PieceClass: Int]
  /// Entries by their number of bytes, from 0; special ones are left out.
  public let byteLengths: [Int]
  /// Entries by their number of characters, from 0; only those of whole characters.
  public let characterLengths: [Int]
  /// The scripts that occur, those with most entries first.
  public let scripts: [Script]
  /// The blocks of which code points have an entry of their own, in their order.
  public let blocks: [Block]
  /// Code points that have an entry of their own, with or without a leading space.
  public let singleCodePoints: Int

  /// A script in a vocabulary.
  public struct Script: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// Entries whose letters are all of it.
    public let entries: Int
    /// Letters of it that have an entry of their own.
    public let letters: Int
    /// Letters that it has.
    public let allLetters: Int

    /// The share of its letters that have an entry of their own.
    public var completeness: Double { allLetters > 0 ? Double(letters) / Double(allLetters) : 0 }
  }

  /// A block in a vocabulary.
  public struct Block: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// Code points of it that have an entry of their own.
    public let codePoints: Int
    /// Code points that it has room for.
    public let size: Int
  }

  /// Lengths beyond this are counted together with it.
  static let longest = 64

  /// Measures a vocabulary.
  public init(_ vocabulary: Vocabulary) {
    var tally = Tally()
    for id in 0..<TokenID(vocabulary.count) {
      tally.add(vocabulary.bytes(of: id), kind: vocabulary.kind(of: id))
    }
    count = vocabulary.count
    (classes, spaced) = (tally.classes, tally.spaced)
    (byteLengths, characterLengths) = (tally.byteLengths, tally.characterLengths)
    singleCodePoints = tally.singles.count
    var letters = [Int](repeating: 0, count: UnicodeScript.scripts.count)
    var inBlock = [Int](repeating: 0, count: UnicodeScript.blocks.count)
    for value in tally.singles {
      if let block = UnicodeScript.block(of: value) { inBlock[block] += 1 }
      guard let scalar = Unicode.Scalar(value), UnicodeScript.isLetter(scalar),
        let script = UnicodeScript.script(of: value)
      else { continue }
      letters[script] += 1
    }
    scripts = UnicodeScript.scripts.enumerated().compactMap { index, script in
      guard tally.scripts[index] > 0 || letters[index] > 0 else { return nil }
      return Script(
        name: script.name, entries: tally.scripts[index], letters: letters[index],
        allLetters: UnicodeScript.letterCounts[index])
    }.sorted { ($1.entries, $0.name) < ($0.entries, $1.name) }
    blocks = UnicodeScript.blocks.enumerated().compactMap { index, block in
      guard inBlock[index] > 0 else { return nil }
      return Block(
        name: block.name, codePoints: inBlock[index],
        size: block.ranges.reduce(0) { $0 + $1.count })
    }
  }

  /// The share of a class.
  public func share(_ kind: PieceClass) -> Double {
    count > 0 ? Double(classes[kind] ?? 0) / Double(count) : 0
  }

  /// The mean number of bytes of an entry that is not special.
  public var meanBytes: Double? { Self.mean(byteLengths) }
  /// The mean number of characters of an entry of whole characters.
  public var meanCharacters: Double? { Self.mean(characterLengths) }

  private static func mean(_ lengths: [Int]) -> Double? {
    let entries = lengths.reduce(0, +)
    guard entries > 0 else { return nil }
    let sum = lengths.enumerated().reduce(0) { $0 + $1.offset * $1.element }
    return Double(sum) / Double(entries)
  }

  private struct Tally {
    var classes: [PieceClass: Int] = [:]
    var spaced: [PieceClass: Int] = [:]
    var byteLengths: [Int] = []
    var characterLengths: [Int] = []
    var scripts = [Int](repeating: 0, count: UnicodeScript.scripts.count)
    var singles = Set<UInt32>()

    mutating func add(_ bytes: [UInt8], kind: TokenKind) {
      let form = PieceClass(bytes: bytes, kind: kind)
      classes[form, default: 0] += 1
      guard form != .special else { return }
      if PieceShape.hasLeadingSpace(bytes) { spaced[form, default: 0] += 1 }
      Self.count(bytes.count, in: &byteLengths)
      guard form != .byte, form != .fragment else { return }
      let scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars
      Self.count(scalars.count, in: &characterLengths)
      let text = PieceShape.withoutLeadingSpace(bytes)
      let said = text.isEmpty ? bytes[...] : text
      var script: Int?
      var isOneScript = true
      var count = 0
      var only: UInt32 = 0
      for scalar in String(decoding: said, as: UTF8.self).unicodeScalars {
        count += 1
        only = scalar.value
        guard UnicodeScript.isLetter(scalar), let found = UnicodeScript.script(of: scalar.value)
        else { continue }
        if let script, script != found { isOneScript = false }
        script = found
      }
      if count == 1 { singles.insert(only) }
      if let script, isOneScript { scripts[script] += 1 }
    }

    private static func count(_ length: Int, in lengths: inout [Int]) {
      let length = min(length, VocabularyMeasures.longest)
      while lengths.count <= length { lengths.append(0) }
      lengths[length] += 1
    }
  }
}
