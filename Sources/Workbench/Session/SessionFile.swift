import Foundation

/// Why a session cannot be taken up; its description is one line.
public struct SessionFault: Error, CustomStringConvertible, Sendable, Equatable {
  /// The file.
  public let file: String
  /// The line, from 1.
  public let line: Int
  /// What is wrong.
  public let what: String

  /// One line: file, line, what.
  public var description: String { "\(file), line \(line): \(what)" }
}

/// A session as a file: a header, then an entry a line, each a JSON object.
public struct SessionFile: Sendable {
  /// The first line.
  public struct Header: Sendable, Hashable, Codable {
    /// What the file is: `session`.
    public var tessera = "session"
    /// The version of the format.
    public var version = 1
    /// The model's name or path, as it was asked for.
    public var model: String

    /// The header of a session with this model.
    public init(model: String) { self.model = model }
  }

  /// The first line.
  public let header: Header
  /// What happened, in order.
  public let entries: [SessionEntry]
  /// Whether the last line was cut off, as by a lost machine, and has been left out.
  public let isCutOff: Bool

  /// The most bytes that a session may have.
  public static let longest = 256 << 20

  /// Whether a file says of itself that it is a session.
  public static func looksLikeSession(_ bytes: some Collection<UInt8>) -> Bool {
    let line = Data(bytes.prefix(4096).prefix { $0 != 0x0A })
    return (try? JSONDecoder().decode(Header.self, from: line))?.tessera == "session"
  }

  /// Reads a session.
  ///
  /// - Throws: `SessionFault` with the line that is wrong.
  public init(_ bytes: [UInt8], file: String) throws(SessionFault) {
    let isComplete = bytes.last == 0x0A
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    isCutOff = !isComplete && lines.count > 1
    // What follows the last line feed is either nothing or the part of a line.
    if lines.count > 1 { lines.removeLast() }
    let decoder = JSONDecoder()
    guard let first = lines.first, let header = try? decoder.decode(Header.self, from: Data(first)),
      header.tessera == "session"
    else {
      throw SessionFault(file: file, line: 1, what: "is not the header of a session")
    }
    guard header.version == 1 else {
      throw SessionFault(
        file: file, line: 1, what: "is of version \(header.version); version 1 can be read")
    }
    self.header = header
    var entries: [SessionEntry] = []
    for (index, line) in lines.enumerated().dropFirst() where !line.isEmpty {
      do {
        entries.append(try decoder.decode(SessionEntry.self, from: Data(line)))
      } catch {
        throw SessionFault(file: file, line: index + 1, what: "is not an entry of a session")
      }
    }
    self.entries = entries
  }

  /// The line of a value, with its line feed.
  public static func line(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return [UInt8](try encoder.encode(value)) + [0x0A]
  }
}
