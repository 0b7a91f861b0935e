internal import TOMLKit

/// Why a key file cannot be used; its description is one line.
public struct KeyFileFault: Error, CustomStringConvertible, Sendable, Equatable {
  /// One line: file, line, what.
  public let description: String

  init(file: String, line: Int? = nil, what: String) {
    description = VisibleText.safe("\(file)\(line.map { ", line \($0)" } ?? ""): \(what)")
  }
}

/// A file that gives keys to commands: a table for each place, its keys as they are pressed.
///
///     [general]
///     "<C-n>" = "token.next"
///     x = ""                  # nothing
///     [next]
///     n = "next.down"
public struct KeyFile: Sendable, Equatable {
  /// An entry.
  public struct Entry: Sendable, Equatable {
    /// Where the key counts: `general`, `insert`, or a pane.
    public let place: String
    /// The key.
    public let key: Key
    /// The command; empty for none.
    public let command: String
  }

  /// How the file is called in messages.
  public let file: String
  /// The entries, by place and key.
  public let entries: [Entry]

  /// Reads a key file.
  ///
  /// - Throws: `KeyFileFault` when the text is no TOML, or a value or key is none.
  public init(_ toml: String, file: String) throws(KeyFileFault) {
    let table: TOMLTable
    do {
      table = try TOMLTable(string: toml)
    } catch let error as TOMLParseError {
      throw KeyFileFault(file: file, line: error.source.begin.line, what: error.description)
    } catch {
      throw KeyFileFault(file: file, what: "is not TOML: \(error)")
    }
    var entries: [Entry] = []
    for place in table.keys.sorted() {
      guard let keys = table[place]?.table else {
        throw KeyFileFault(file: file, what: "\(place) is not a table of keys, as [general]")
      }
      for name in keys.keys.sorted() {
        guard let key = Key(parsing: name) else {
          throw KeyFileFault(file: file, what: "\(place).\(name) is no key, as x, <C-n> or <Enter>")
        }
        guard let command = keys[name]?.string else {
          throw KeyFileFault(file: file, what: "\(place).\(name) is not the name of a command")
        }
        entries.append(Entry(place: place, key: key, command: command))
      }
    }
    self.file = file
    self.entries = entries
  }
}
