import Testing

@Suite("House rules")
struct HouseRuleTests {
  static let longest = 450

  @Test("no source file is longer than 450 lines")
  func length() throws {
    let files = try SourceTree.files(
      in: ["Sources", "Tests", "Themes"], endings: [".swift", ".c", ".h"])
    #expect(!files.isEmpty)
    for file in files {
      #expect(file.lines.count <= Self.longest, "\(file.path) has \(file.lines.count) lines")
    }
  }

  @Test("nothing is left for later in a comment")
  func leftovers() throws {
    // Put together here, so that this file does not find itself.
    let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
    let files = try SourceTree.files(
      in: ["Sources", "Tests", "Themes", "Scripts"], endings: [".swift", ".c", ".h", ".sh", "need"])
    for file in files {
      for (number, line) in file.lines.enumerated() {
        let found = marks.filter { mark in
          line.split { !$0.isLetter }.contains(Substring(mark))
        }
        #expect(found.isEmpty, "\(file.path):\(number + 1): \(found)")
      }
    }
  }
}
