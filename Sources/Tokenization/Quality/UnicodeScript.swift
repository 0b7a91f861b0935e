/// Scripts and blocks of Unicode: which code points belong to which.
public struct UnicodeScript: Sendable {
  /// The name.
  public let name: String
  /// Its code points.
  let ranges: [ClosedRange<UInt32>]

  /// The scripts, in order of the alphabet, without those that stand for none (Common, Inherited).
  public static let scripts: [UnicodeScript] = read(scriptRanges)
  /// The blocks, in order of their code points.
  public static let blocks: [UnicodeScript] = read(blockRanges)

  /// The index in `scripts` of a code point's script; `nil` for what belongs to none.
  static func script(of scalar: UInt32) -> Int? { find(scalar, in: scriptStarts) }

  /// The index in `blocks` of a code point's block.
  static func block(of scalar: UInt32) -> Int? { find(scalar, in: blockStarts) }

  /// Assigned code points of a script whose general category is a letter.
  static let letterCounts: [Int] = scripts.map { script in
    script.ranges.reduce(0) { count, range in
      count
        + range.reduce(0) { $0 + (Unicode.Scalar($1).map { isLetter($0) } ?? false ? 1 : 0) }
    }
  }

  /// Whether the general category is one of letters.
  static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }

  private typealias Start = (range: ClosedRange<UInt32>, index: Int)

  private static let scriptStarts = starts(scripts)
  private static let blockStarts = starts(blocks)

  private static func starts(_ list: [UnicodeScript]) -> [Start] {
    list.enumerated().flatMap { index, entry in entry.ranges.map { (range: $0, index: index) } }
      .sorted { $0.range.lowerBound < $1.range.lowerBound }
  }

  private static func find(_ scalar: UInt32, in starts: [Start]) -> Int? {
    var (low, high) = (0, starts.count)
    while low < high {
      let middle = (low + high) / 2
      if starts[middle].range.upperBound < scalar { low = middle + 1 } else { high = middle }
    }
    return low < starts.count && starts[low].range.contains(scalar) ? starts[low].index : nil
  }

  private static func read(_ table: String) -> [UnicodeScript] {
    table.split(separator: ";").compactMap { entry in
      let parts = entry.split(separator: ":")
      guard parts.count == 2 else { return nil }
      let words = parts[0].split(whereSeparator: \.isWhitespace)
      let ranges = parts[1].split(whereSeparator: \.isWhitespace).compactMap {
        item -> ClosedRange<UInt32>? in
        let ends = item.split(separator: "-").compactMap { UInt32($0, radix: 16) }
        guard let first = ends.first, let last = ends.last, first <= last else { return nil }
        return first...last
      }
      return UnicodeScript(name: words.joined(separator: " "), ranges: ranges)
    }
  }
}
