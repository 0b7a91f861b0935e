import Foundation
import Inference
import Tokenization

/// How the text could go on, byte by byte, from each of the likeliest outcomes.
extension ByteDesk {
  /// How many outcomes are gone on from.
  private static let completions = 3
  /// How many outcomes within a character are completed to whole ones.
  private static let characters = 12
  /// The least probability of an outcome that is gone on from.
  private static let leastProbability = 0.001
  /// The most bytes of a completion, but for the rest of its last character.
  private static let longest = 24

  /// Adds a completion to a reading of this text, or the rest of a character.
  ///
  /// - Returns: the longer reading; `nil` when nothing is left to be added.
  /// - Throws: `ByteFault`, `EvaluationFault`, or `CancellationError`.
  public func extended(_ reading: ByteReading) throws -> ByteReading? {
    let bytes = reading.rows.filter { $0.exact >= Self.leastProbability }.compactMap { row in
      if case .byte(let byte) = row.outcome { (byte: byte, probability: row.exact) } else { nil }
    }
    var longer = reading
    if reading.completions.count < min(Self.completions, bytes.count) {
      let first = bytes[reading.completions.count]
      let completion = try withRoom(ahead) {
        try goOn(from: reading.offset, first) { found, next in
          found.count >= Self.longest || Self.endsWord(found, before: next)
        }
      }
      longer.completions.append(completion)
      longer.rests[first.byte] = rest(of: completion.bytes, after: reading.offset)
      return longer
    }
    let open = bytes.prefix(Self.characters).first { byte, _ in
      reading.rests[byte] == nil && isOpen([byte], after: reading.offset)
    }
    guard let open else { return nil }
    let whole = try withRoom(ahead) { try goOn(from: reading.offset, open) { _, _ in true } }
    longer.rests[open.byte] = rest(of: whole.bytes, after: reading.offset)
    return longer
  }

  /// The likeliest bytes one after the other, up to where a character is whole and `isEnough` says so
  /// of the bytes and the next one, or the text ends.
  private func goOn(
    from offset: Int, _ first: (byte: UInt8, probability: Double),
    until isEnough: ([UInt8], UInt8) -> Bool
  ) throws -> ByteReading.Completion {
    let given = covers.text[..<offset]
    let shared = covers.rule.lastStableBoundary(in: Array(given))
    try ahead.begin(Array(given[..<shared]))
    for byte in given[shared...] { ahead.append(byte) }
    var found = [first.byte]
    var probability = first.probability
    ahead.append(first.byte)
    while true {
      try checkCancellation()
      let next = try ahead.canonical(at: offset + found.count)
      let best = next.probabilities.indices.max {
        next.probabilities[$0] < next.probabilities[$1]
      }
      guard let best, next.end <= next.probabilities[best] else { break }
      let byte = UInt8(truncatingIfNeeded: best)
      let breaksOff = isOpen(found, after: offset) && byte & 0xC0 != 0x80
      if breaksOff || !isOpen(found, after: offset) && isEnough(found, byte) { break }
      found.append(byte)
      probability *= next.probabilities[best]
      ahead.append(byte)
    }
    return ByteReading.Completion(bytes: found, probability: probability)
  }

  /// Whether the text ends within a character after these bytes.
  private func isOpen(_ bytes: [UInt8], after offset: Int) -> Bool {
    !Self.pending(covers.text[..<offset].suffix(3) + bytes).isEmpty
  }

  /// What of some bytes completes the character that the first of them belongs to; nothing when they
  /// do not.
  private func rest(of bytes: [UInt8], after offset: Int) -> [UInt8] {
    let count = (1...bytes.count).first { !isOpen(Array(bytes[..<$0]), after: offset) }
    return count.map { Array(bytes[1..<$0]) } ?? []
  }

  private static func pending(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    var stream = UTF8Stream()
    _ = stream.push(bytes)
    return stream.pending
  }

  /// Whether a word is whole before the next byte.
  private static func endsWord(_ bytes: [UInt8], before next: UInt8) -> Bool {
    let hasLetters = bytes.contains { isPartOfWord($0) }
    return hasLetters && !isPartOfWord(next)
  }

  private static func isPartOfWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"), 0x80...:
      true
    default: false
    }
  }
}
