import Testing

/// The walls of the house. SwiftPM lets any module import any other that happens to be built, so
/// they are kept here: what a module may import, its own modules and those of the system.
@Suite("Import walls")
struct ImportWallTests {
  static let system: Set = ["Foundation", "FoundationEssentials"]
  static let machine: Set = ["Glibc", "Musl", "Darwin", "Synchronization", "Dispatch"]

  /// Downward only. `machine` (files, threads, clocks) is for the modules that touch the machine;
  /// C comes in by `Inference`, `LinearProgramming`, `TerminalUI` and, for a hint to the processor,
  /// `Tokenization` alone.
  static let walls: [String: Set<String>] = [
    "ModelFiles": system.union(machine),
    "LinearProgramming": ["CGLPK"],
    "Tokenization": system.union([
      "CPrefetch", "LinearProgramming", "ModelFiles", "Synchronization",
    ]),
    "Inference": system.union(machine).union(["CKernels", "ModelFiles", "Tokenization"]),
    "Lenses": system.union(["Inference", "Tokenization"]),
    "Cells": system.union(["TOMLKit"]),
    "Reports": system.union(["Lenses", "Inference", "Tokenization", "Cells"]),
    "Workbench": system.union(["Lenses", "Inference", "Tokenization", "Cells", "Reports"]),
    "TerminalUI": system.union(machine).union(["Cells", "CNcurses"]),
    "Themes": [],
    "tessera": system.union(machine).union([
      "LinearProgramming", "ModelFiles", "Tokenization", "Inference", "Lenses", "Cells", "Reports",
      "Workbench", "TerminalUI", "Themes", "ArgumentParser",
    ]),
  ]

  @Test("every import of every source file is allowed by the table")
  func imports() throws {
    for file in try SourceTree.files(in: ["Sources", "Themes"], endings: [".swift"]) {
      let folders = file.path.split(separator: "/").map(String.init)
      let module = folders[0] == "Sources" ? folders[1] : folders[0]
      let wall = try #require(Self.walls[module], "module \(module) is not in the table")
      let strangers = SourceTree.imports(of: file.lines).filter { !wall.contains($0) }
      #expect(strangers.isEmpty, "\(file.path) may not import \(strangers)")
    }
  }

  @Test("the workbench knows no terminal, no thread and no clock")
  func pureWorkbench() throws {
    let machinery =
      /\b(Thread|Task|DispatchQueue|ContinuousClock|SuspendingClock|ProcessInfo|FileHandle|isatty|usleep)\b|\bDate\(\)|\bDate\.now\b/
    for file in try SourceTree.files(in: ["Sources/Workbench"], endings: [".swift"]) {
      for (number, line) in file.lines.enumerated() where !line.contains("//") {
        #expect(
          line.firstMatch(of: machinery) == nil, "\(file.path):\(number + 1): \(line)")
      }
    }
  }

  @Test(
    "every way to write an import is seen",
    arguments: [
      ("import A", ["A"]),
      ("public import A", ["A"]),
      ("@preconcurrency import A", ["A"]),
      ("@testable import A", ["A"]),
      ("  internal import struct A.B", ["A"]),
      ("@_spi(X) private import A", ["A"]),
      ("// import A", []),
      ("let text = \"import A\"", []),
    ])
  func parsing(line: String, modules: [String]) {
    #expect(SourceTree.imports(of: [line]) == modules)
  }
}
