import Foundation
import TestSupport
import Testing

@testable import ModelFiles
@testable import Tokenization

@Suite("The text to learn from")
struct WordCountsTests {
  /// Distinct words and how often each occurs, as a dictionary.
  private func counts(
    _ paths: [String], unit: TextUnit = .line, threads: Int = 2
  ) throws -> [[UInt8]: Int] {
    let words = try WordCounts.count(
      TrainingText(paths: paths), unit: unit, splitter: TrainingWords.smollm.splitter,
      threads: threads
    ) { _ in }
    return Dictionary(
      uniqueKeysWithValues: (0..<words.table.count).map {
        (Array(words.table.bytes[words.table.range($0)]), words.table.counts[$0])
      })
  }

  /// The words of each unit, cut alone, counted in a dictionary.
  private func naive(_ units: [[UInt8]]) -> [[UInt8]: Int] {
    var counts: [[UInt8]: Int] = [:]
    let splitter = TrainingWords.smollm.splitter
    for unit in units {
      unit.withUnsafeBufferPointer { bytes in
        guard let base = bytes.baseAddress else { return }
        var position = 0
        while position < bytes.count {
          var list = WordList()
          position = splitter.cut(
            base, section: 0..<bytes.count, from: position, safe: bytes.count, into: &list)
          for word in list.spans { counts[Array(bytes[word]), default: 0] += 1 }
        }
      }
    }
    return counts
  }

  private func lines(_ text: [UInt8]) -> [[UInt8]] {
    var lines: [[UInt8]] = [[]]
    for byte in text {
      lines[lines.count - 1].append(byte)
      if byte == 0x0A { lines.append([]) }
    }
    return lines
  }

  @Test("words are counted alike on one thread and on three, however long the lines are")
  func threads() throws {
    let folder = try TemporaryFolder()
    var generator = Seeded(3)
    var text: [UInt8] = []
    // Lines that lie across the places where the file is divided, one of them all of a part.
    for length in [10, 5_000_000, 3, 0, 4_000_000, 200_000, 70_000] {
      for _ in 0..<length {
        text.append(Array(" etaoin7'\u{C3}\u{A9}".utf8)[Int(generator.next() % 11)])
      }
      text.append(0x0A)
    }
    text += Array("the end".utf8)
    let path = try folder.write(text, to: "long")
    let expected = naive(lines(text))
    #expect(try counts([path], threads: 1) == expected)
    #expect(try counts([path], threads: 3) == expected)
    #expect(try counts([path], unit: .file) == naive([text]))
  }

  @Test("bytes that are no UTF-8 are counted as they are; empty files add nothing")
  func bytes() throws {
    let folder = try TemporaryFolder()
    let broken: [UInt8] = [0xFF, 0xFE, 0x61, 0xC3, 0x0A, 0x00, 0xE2, 0x82]
    let paths = [try folder.write(broken, to: "a"), try folder.write([], to: "b")]
    #expect(try counts(paths) == naive(lines(broken)))
  }

  @Test("a folder is its regular text files: no loops, no binary or hidden files, nothing twice")
  func folders() throws {
    let folder = try TemporaryFolder()
    let manager = FileManager.default
    try manager.createDirectory(
      atPath: folder.file("a/b"), withIntermediateDirectories: true)
    try manager.createSymbolicLink(
      atPath: folder.file("a/loop"), withDestinationPath: folder.path)
    let text = try folder.write(Array("text\n".utf8), to: "a/b/text")
    try manager.createSymbolicLink(atPath: folder.file("again"), withDestinationPath: text)
    _ = try folder.write([0x7F, 0x45, 0, 1], to: "a/binary")
    _ = try folder.write(Array("no".utf8), to: ".hidden")
    let first = try folder.write(Array("first".utf8), to: "1")
    mkfifo(folder.file("pipe"), 0o600)
    let found = try TrainingText(paths: [folder.path])
    #expect(found.files.map(\.path) == [first, text])
    #expect(found.binaryCount == 1)
    #expect(found.byteCount == 10)
    // Named itself, a link is followed and a binary file is read.
    #expect(try TrainingText(paths: [folder.file("again")]).byteCount == 5)
    #expect(try TrainingText(paths: [folder.file("a/binary")]).byteCount == 4)
    for path in ["pipe", "nothing"] {
      #expect(throws: FileFault.self) { try TrainingText(paths: [folder.file(path)]) }
    }
  }

  @Test("words beyond the longest entry are left out and counted")
  func longWords() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      Array(String(repeating: "a", count: 70_000).utf8) + Array(" b".utf8), to: "long")
    let words = try WordCounts.count(
      TrainingText(paths: [path]), unit: .line, splitter: TrainingWords.smollm.splitter,
      threads: 1
    ) { _ in }
    #expect(words.longWords == 1)
    #expect(words.table.count == 1)
  }

  @Test("settings that cannot give a tokenizer, and texts without text, are faults of one line")
  func faults() throws {
    let folder = try TemporaryFolder()
    let empty = try TrainingText(paths: [folder.write([], to: "empty")])
    let full = try TrainingText(paths: [folder.write(Array("a text".utf8), to: "full")])
    func fault(_ text: TrainingText, _ change: (inout TrainingSettings) -> Void) -> TrainingFault? {
      var settings = TrainingSettings()
      change(&settings)
      do {
        _ = try TokenizerTraining.train(text, settings)
        return nil
      } catch { return error as? TrainingFault }
    }
    for kind in TrainedKind.allCases {
      #expect(fault(empty) { $0.kind = kind }?.isAboutSettings == false)
      #expect(
        fault(full) {
          $0.kind = kind; $0.vocabularySize = 255
        }?.isAboutSettings == true)
      #expect(
        fault(full) {
          $0.kind = kind; $0.vocabularySize = .max
        }?.isAboutSettings == true)
      #expect(
        fault(full) {
          $0.kind = kind; $0.vocabularySize = -1
        }?.isAboutSettings == true)
      #expect(
        fault(full) {
          $0.kind = kind; $0.vocabularySize = 256
        } == nil)
    }
    #expect(fault(full) { $0.specialTokens = ["x", "x"] }?.isAboutSettings == true)
    #expect(fault(full) { $0.specialTokens = [""] }?.isAboutSettings == true)
    #expect(
      fault(full) {
        $0.kind = .lib; $0.specialTokens = ["<s>"]
      }?.isAboutSettings == true)
    #expect(
      fault(full) {
        $0.specialTokens = ["<s>"]; $0.vocabularySize = 256
      } != nil)
  }

  @Test("a file is written whole or not at all")
  func wholeFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("new")
    try WholeFile.write([1, 2, 3], to: path)
    try WholeFile.write([4], to: path)
    #expect(try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) == [4])
    #expect(throws: FileFault.self) { try WholeFile.write([5], to: folder.file("no/such")) }
    #expect(throws: FileFault.self) { try WholeFile.check(folder.path) }
    #expect(throws: FileFault.self) { try WholeFile.check(folder.file("no/such")) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["new"])
  }
}
