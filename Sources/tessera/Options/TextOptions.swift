import ArgumentParser
import Foundation

/// Where a text comes from: `--text`, a file, or standard input.
struct TextOptions: ParsableArguments {
  @Argument(help: "A file with the text (by default standard input).", completion: .file())
  var file: String?

  @Option(help: "The text itself.")
  var text: String?

  /// The most bytes that a text may have.
  static let longest = 64 << 20

  func validate() throws {
    guard file == nil || text == nil else {
      throw ValidationError("give --text or a file, not both")
    }
  }

  /// The bytes of the text.
  func bytes() throws(CommandFault) -> [UInt8] { try Self.bytes(text: text, file: file) }

  /// The bytes of a text that is given, or in a file, or in standard input.
  static func bytes(text: String?, file: String?) throws(CommandFault) -> [UInt8] {
    if let text { return ArgumentBytes.bytes(of: text) }
    if let file, file != "-" {
      let path = ArgumentBytes.text(of: file)
      return try checked(try InputFile.read(path), path)
    }
    return try standardInput()
  }

  /// All of standard input.
  static func standardInput() throws(CommandFault) -> [UInt8] {
    guard isatty(STDIN_FILENO) == 0 else {
      throw CommandFault(.usage, "there is no text: give --text, a file, or standard input")
    }
    do {
      let data = try FileHandle.standardInput.read(upToCount: longest + 1) ?? Data()
      return try checked([UInt8](data), "standard input")
    } catch let fault as CommandFault {
      throw fault
    } catch {
      throw CommandFault(.inputOutput, "standard input: \(error.localizedDescription)")
    }
  }

  private static func checked(_ bytes: [UInt8], _ name: String) throws(CommandFault) -> [UInt8] {
    guard bytes.count <= longest else {
      throw CommandFault(.badData, "\(name): has more than \(longest >> 20) MiB")
    }
    return bytes
  }
}
