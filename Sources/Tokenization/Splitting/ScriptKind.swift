/// The scripts of `tokenizers`' pre-tokenizer `UnicodeScripts`: Han, Hiragana and Katakana are one.
enum ScriptKind {
  /// What belongs to every script: spaces and what is not assigned.
  static let any: UInt8 = 0

  /// Where the script changes, ascending: the first code point, and its script.
  private static let starts: (scalars: [UInt32], scripts: [UInt8]) = (
    ranges.map { $0 >> 8 }, ranges.map { UInt8($0 & 0xFF) }
  )

  /// The number of a code point's script.
  static func of(_ scalar: UInt32) -> UInt8 {
    var (low, high) = (0, starts.scalars.count)
    while low < high {
      let middle = (low + high) / 2
      if starts.scalars[middle] <= scalar { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? starts.scripts[low - 1] : any
  }

  /// Appends the pieces of a stretch, each of one script. What stands before the first character
  /// that has a script is left out, as the reference does.
  static func split(
    _ text: UnsafePointer<UInt8>, _ stretch: Range<Int>, into pieces: inout [Range<Int>]
  ) {
    var last: UInt8?
    var start: Int?
    var position = stretch.lowerBound
    while position < stretch.upperBound {
      let found = UTF8Sequence.scalar(in: text, at: position, end: stretch.upperBound)
      let script = found.map { of($0.value) } ?? any
      if script != any, script != last {
        if let start { pieces.append(start..<position) }
        start = position
        last = script
      }
      position += found?.length ?? 1
    }
    if let start { pieces.append(start..<stretch.upperBound) }
  }
}
