import Foundation
import ModelFiles
import Synchronization

/// The distinct words of a text and how often each occurs: all that training keeps of it.
struct WordCounts: Sendable {
  /// The words, in no order that means anything.
  var table = WordTable()
  /// Words left out because they are longer than `longestWord`.
  var longWords = 0
  /// Bytes of the text.
  var byteCount = 0

  /// Bytes of the longest word that is counted. Entries of a vocabulary have no more.
  static let longestWord = Vocabulary.maximumTokenBytes
  /// Bytes that distinct words may have in all.
  static let maximumBytes = 1 << 30
  /// Bytes of a file that are one piece of work.
  private static let pieceBytes = 4 << 20
  /// Bytes between two looks at whether to go on.
  private static let patience = 1 << 18

  /// A part of a file: lines that begin in `range`, or the whole file.
  private struct Piece: Sendable {
    var path: String
    var range: Range<Int>
  }

  /// What one thread counts. `@unchecked`: it is that thread's alone until all have ended.
  private final class Tally: @unchecked Sendable {
    var counts = WordCounts()
  }

  /// Counts the words of the files, each unit cut by `splitter`.
  ///
  /// - Throws: `FileFault`; `TrainingFault` when there are too many distinct words; what `report`
  ///   throws.
  static func count(
    _ text: TrainingText, unit: TextUnit, splitter: any WordSplitter, threads: Int,
    report: TrainingReport
  ) throws -> WordCounts {
    let pieces = text.files.flatMap { file -> [Piece] in
      let step = unit == .line ? pieceBytes : max(1, file.byteCount)
      return stride(from: 0, to: max(1, file.byteCount), by: step).map {
        Piece(path: file.path, range: $0..<min($0 + step, file.byteCount))
      }
    }
    let tallies = (0..<max(1, threads)).map { _ in Tally() }
    let team = WorkerTeam()
    try team.run(
      pieces: pieces.count, threads: threads,
      report: { try report(.reading(bytes: team.amountDone, of: text.byteCount)) },
      work: { piece, thread in
        try tallies[thread].counts.read(
          pieces[piece], unit: unit, splitter: splitter, team: team)
      })
    var all = tallies[0].counts
    for tally in tallies.dropFirst() { try all.add(tally.counts) }
    return all
  }

  private mutating func add(_ other: WordCounts) throws(TrainingFault) {
    table.add(other.table)
    longWords += other.longWords
    byteCount += other.byteCount
    try checkSize()
  }

  private func checkSize() throws(TrainingFault) {
    guard table.bytes.count <= Self.maximumBytes else {
      throw .text(
        "the text has more than \(Self.maximumBytes >> 20) MiB of distinct words; is it text? "
          + "Give less of it")
    }
  }

  private mutating func read(
    _ piece: Piece, unit: TextUnit, splitter: any WordSplitter, team: WorkerTeam
  ) throws {
    let file = try MappedFile(path: piece.path)
    try file.withBytes { bytes in
      let text = bytes.bindMemory(to: UInt8.self)
      guard let base = text.baseAddress else { return }
      // The file may have changed since it was found.
      let range = piece.range.clamped(to: 0..<text.count)
      var position = range.lowerBound
      if unit == .line && position > 0 {
        position = Self.lineEnd(base, from: position - 1, to: text.count)
      }
      let stop = unit == .line ? range.upperBound : text.count
      var reported = range.lowerBound
      var list = WordList()
      while position < stop && !team.isStopped {
        let end = unit == .line ? Self.lineEnd(base, from: position, to: text.count) : text.count
        let section = position..<end
        while position < end && !team.isStopped {
          position = splitter.cut(base, section: section, from: position, safe: end, into: &list)
          countWords(of: base, &list)
          guard position - reported >= Self.patience else { continue }
          team.advance(by: position - reported)
          reported = position
          try checkSize()
        }
      }
      team.advance(by: range.upperBound - reported)
      byteCount += range.count
    }
  }

  /// The place after the next line feed, or the end.
  private static func lineEnd(_ text: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Int {
    guard let found = memchr(text + start, 0x0A, end - start) else { return end }
    return UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) - text + 1
  }

  private mutating func countWords(of text: UnsafePointer<UInt8>, _ list: inout WordList) {
    for word in list.spans {
      if word.count <= Self.longestWord {
        table.add(text + word.lowerBound, count: word.count)
      } else {
        longWords += 1
      }
    }
    list.removeAll()
  }
}
