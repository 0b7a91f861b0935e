import Foundation

/// Files that people name on the command line.
enum InputFile {
  /// The most bytes that are read of one.
  static let longest = 256 << 20

  /// The bytes of a file.
  ///
  /// - Throws: `CommandFault`: `noInput` when there is none, `badData` when it is too long.
  static func read(_ path: String) throws(CommandFault) -> [UInt8] {
    try ModelStore.checkReadable(path)
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw CommandFault(.noInput, "\(path): cannot be opened")
    }
    do {
      let data = try handle.read(upToCount: longest + 1) ?? Data()
      guard data.count <= longest else {
        throw CommandFault(.badData, "\(path): has more than \(longest >> 20) MiB")
      }
      return [UInt8](data)
    } catch let fault as CommandFault {
      throw fault
    } catch {
      throw CommandFault(.noInput, "\(path): \(error.localizedDescription)")
    }
  }
}
