import Foundation
import ModelFiles

/// Reads files for a `LexiconTrainer`, again and again, a batch of lines at a time.
struct LexiconTraining {
  /// Lines of a file that belong to one batch.
  private struct Part {
    var path: String
    var range: Range<Int>
  }

  private let text: TrainingText
  private let settings: LexiconSettings
  private var batches: [[Part]] = []
  /// How often each character occurs, by its bytes.
  private var characters = WordTable()
  /// Bytes read.
  private(set) var byteCount = 0

  /// A training on the files of `text`.
  init(_ text: TrainingText, _ settings: LexiconSettings) {
    self.text = text
    self.settings = settings
  }

  /// Learns.
  ///
  /// - Throws: `FileFault`, `TrainingFault`, what `report` throws.
  mutating func run(report: TrainingReport) throws -> Lexicon {
    try survey(report)
    guard !batches.isEmpty else {
      throw TrainingFault.text(
        "there is no text in \(text.files.count) files to learn from")
    }
    var trainer = LexiconTrainer(characters: frequentCharacters(), settings)
    let all = settings.passes * batches.count
    for pass in 0..<settings.passes {
      for (done, index) in trainer.shuffled(batches.count).enumerated() {
        for part in batches[index] {
          try Self.bytes(of: part).withUnsafeBufferPointer { bytes in
            for line in Self.lines(of: bytes) { trainer.read(line) }
          }
        }
        trainer.endBatch()
        try report(
          .listening(
            batch: pass * batches.count + done + 1, of: all, entries: trainer.lexicon.count))
      }
    }
    trainer.finish()
    return trainer.lexicon
  }

  /// Finds the batches and counts the characters.
  private mutating func survey(_ report: TrainingReport) throws {
    var current: [Part] = []
    var size = 0
    for file in text.files {
      let mapped = try MappedFile(path: file.path)
      try mapped.withBytes { bytes in
        let text = bytes.bindMemory(to: UInt8.self)
        var start = 0
        var position = 0
        while position < text.count {
          let end = Self.lineEnd(text, from: position)
          count(UnsafeBufferPointer(rebasing: text[position..<end]))
          size += end - position
          position = end
          guard size >= settings.batchBytes || position == text.count else { continue }
          current.append(Part(path: file.path, range: start..<position))
          start = position
          guard size >= settings.batchBytes else { continue }
          batches.append(current)
          current = []
          size = 0
          try report(.reading(bytes: byteCount + position, of: self.text.byteCount))
        }
        byteCount += text.count
      }
    }
    if !current.isEmpty { batches.append(current) }
  }

  private mutating func count(_ line: UnsafeBufferPointer<UInt8>) {
    guard let base = line.baseAddress else { return }
    var position = 0
    while position < line.count {
      if let scalar = UTF8Sequence.scalar(in: base, at: position, end: line.count) {
        characters.add(base + position, count: scalar.length)
        position += scalar.length
      } else {
        position += 1
      }
    }
  }

  /// Characters of the text, the most frequent first: at most half of the entries, so that there is
  /// room for longer ones; the rest are said by their bytes.
  private func frequentCharacters() -> [[UInt8]] {
    (0..<characters.count)
      .sorted { (characters.counts[$0], $1) > (characters.counts[$1], $0) }
      .prefix(settings.size / 2)
      .map { Array(characters.bytes[characters.range($0)]) }
  }

  private static func bytes(of part: Part) throws(FileFault) -> [UInt8] {
    let file = try MappedFile(path: part.path)
    // The file may have changed since it was surveyed.
    return try file.bytes(in: part.range.clamped(to: 0..<file.count))
  }

  private static func lines(
    of text: UnsafeBufferPointer<UInt8>
  ) -> [UnsafeBufferPointer<UInt8>] {
    var lines: [UnsafeBufferPointer<UInt8>] = []
    var position = 0
    while position < text.count {
      let end = lineEnd(text, from: position)
      lines.append(UnsafeBufferPointer(rebasing: text[position..<end]))
      position = end
    }
    return lines
  }

  /// The place after the next line feed, or the end.
  private static func lineEnd(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    (text[start...].firstIndex(of: 0x0A) ?? text.count - 1) + 1
  }
}
