public import Cells
import Foundation
public import Tokenization

/// An entry explained, for people and as JSON.
public struct ExplanationReport: Sendable {
  /// The tokenizer's name.
  public let tokenizer: String
  /// The explanation.
  public let explained: TokenExplanation
  /// The entries.
  public let vocabulary: Vocabulary

  /// A report.
  public init(tokenizer: String, explained: TokenExplanation, vocabulary: Vocabulary) {
    self.tokenizer = tokenizer
    self.explained = explained
    self.vocabulary = vocabulary
  }

  // MARK: Text

  /// For people.
  public func text(charset: Charset) -> String {
    func label(_ id: TokenID) -> String {
      PieceText.visible(vocabulary.bytes(of: id), charset: charset)
    }
    func labels(_ ids: [TokenID]) -> String {
      ids.map { "\(label($0)) \($0)" }.joined(separator: "  ")
    }
    var lines = [
      "\(label(explained.id))  id \(explained.id) of \(VisibleText.safe(tokenizer, charset: charset))",
      "bytes     \(PieceText.hex(explained.bytes, charset: charset))",
      "kind      \(Self.name(explained.kind))",
    ]
    if !explained.isItsOwnEncoding {
      lines.append("encoded   \(labels(explained.encoding))")
      if explained.isReachable == false {
        lines.append("unreachable: no text was found that has it")
      }
    }
    if let tree = explained.tree, case .merge = tree {
      lines.append("merges, with their ranks")
      for (level, node) in tree.nodes {
        let indent = String(repeating: "  ", count: level + 1)
        switch node {
        case .leaf(let id): lines.append(indent + label(id))
        case .merge(let id, let rank, _, _): lines.append("\(indent)\(label(id)) \(rank)")
        }
      }
    }
    func add(_ name: String, _ ids: [TokenID]) {
      if !ids.isEmpty { lines.append(name + labels(ids)) }
    }
    add("like it   ", explained.variants)
    if explained.extensionCount > 0 {
      add("longer    ", explained.extensions)
      lines.append("          \(explained.extensionCount) in all")
    }
    add("before    ", explained.before)
    add("after     ", explained.after)
    return lines.joined(separator: "\n") + "\n"
  }

  static func name(_ kind: TokenKind) -> String {
    switch kind {
    case .normal: "normal"
    case .unknown: "unknown"
    case .control: "control"
    case .userDefined: "user_defined"
    case .unused: "unused"
    case .byte: "byte"
    }
  }

  // MARK: JSON

  private final class Node: Encodable {
    let id: TokenID
    let bytes: [UInt8]
    let rank: Int?
    let left, right: Node?

    init(_ tree: MergeTree, _ vocabulary: Vocabulary) {
      id = tree.id
      bytes = vocabulary.bytes(of: tree.id)
      switch tree {
      case .leaf: (rank, left, right) = (nil, nil, nil)
      case .merge(_, let rank, let left, let right):
        self.rank = rank
        self.left = Node(left, vocabulary)
        self.right = Node(right, vocabulary)
      }
    }
  }

  private struct Entry: Encodable {
    var id: TokenID
    var piece: String
    var bytes: [UInt8]

    init(_ id: TokenID, _ vocabulary: Vocabulary) {
      self.id = id
      piece = vocabulary.text(of: id)
      bytes = vocabulary.bytes(of: id)
    }
  }

  private struct Object: Encodable {
    var tokenizer: String
    var token: Entry
    var kind: String
    var encoding: [TokenID]
    var isItsOwnEncoding: Bool
    var isReachable: Bool?
    var merges: Node?
    var variants, before, after, extensions: [Entry]
    var extensionCount: Int

    private enum CodingKeys: String, CodingKey {
      case tokenizer, token, kind, encoding, merges, variants, before, after, extensions
      case isItsOwnEncoding = "is_its_own_encoding", isReachable = "is_reachable"
      case extensionCount = "extension_count"
    }
  }

  /// One JSON object, in one line.
  public func json() throws -> String {
    func entries(_ ids: [TokenID]) -> [Entry] { ids.map { Entry($0, vocabulary) } }
    return try JSONText.line(
      Object(
        tokenizer: tokenizer, token: Entry(explained.id, vocabulary),
        kind: Self.name(explained.kind), encoding: explained.encoding,
        isItsOwnEncoding: explained.isItsOwnEncoding, isReachable: explained.isReachable,
        merges: explained.tree.map { Node($0, vocabulary) }, variants: entries(explained.variants),
        before: entries(explained.before), after: entries(explained.after),
        extensions: entries(explained.extensions), extensionCount: explained.extensionCount))
  }
}
