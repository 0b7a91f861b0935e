public import Cells
import Foundation
public import Tokenization

/// The mixture of text that a tokenizer was learned from, as table and JSON.
public struct MixtureReport: Sendable {
  private let tokenizer: String
  private let result: MixtureInference.Result

  /// A report on the tokenizer of that name.
  public init(tokenizer: String, _ result: MixtureInference.Result) {
    self.tokenizer = tokenizer
    self.result = result
  }

  /// A table for people: the shares, the largest first, and the constraints that bind.
  public func table(charset: Charset, columns: Int? = nil) -> String {
    var shares = TextTable(
      [.left("category"), .right("share"), .right("sample")], charset: charset)
    for share in result.shares.sorted(by: { $0.share > $1.share }) {
      shares.add([
        VisibleText.safe(share.name, charset: charset),
        String(format: "%.2f %%", share.share * 100),
        String(format: "%.1f MB", Double(share.byteCount) / 1e6),
      ])
    }
    var bindings = TextTable(
      [.right("merge"), .left("merged"), .left("not"), .right("price")], charset: charset)
    for binding in result.bindings {
      bindings.add([
        "\(binding.step)", pair(binding.merged, charset), pair(binding.other, charset),
        String(format: "%.3g", binding.price),
      ])
    }
    let said = result.stepCount - result.whiteSpaceCount - result.unseenCount
    let dot = charset == .unicode ? "·" : "-"
    return shares.text(columns: columns) + "\n"
      + "\(result.stepCount) merges, \(said) of which say something "
      + "(\(result.whiteSpaceCount) of white space, \(result.unseenCount) in no sample) \(dot) "
      + "\(result.rowCount) constraints, violated by \(String(format: "%.1f", result.cost)) "
      + "occurrences \(dot) \(result.bindingCount) bind\n"
      + (result.bindings.isEmpty ? "" : "\n" + bindings.text(columns: columns))
  }

  private func pair(_ pieces: [[UInt8]], _ charset: Charset) -> String {
    pieces.map { PieceText.visible($0, charset: charset) }.joined(separator: " + ")
  }

  /// One JSON object, in one line.
  public func json() throws -> String { try JSONText.line(Object(tokenizer, result)) }

  private struct Object: Encodable {
    struct Category: Encodable {
      var name: String
      var share: Double
      var sample_bytes: Int
    }

    struct Piece: Encodable {
      var piece: String
      var bytes: [UInt8]

      init(_ bytes: [UInt8]) {
        self.bytes = bytes
        piece = String(decoding: bytes, as: UTF8.self)
      }
    }

    struct Binding: Encodable {
      var merge: Int
      var merged: [Piece]
      var other: [Piece]
      var price: Double
    }

    var tokenizer: String
    var categories: [Category]
    var merges: Int
    var white_space_merges: Int
    var unseen_merges: Int
    var cost: Double
    var constraints: Int
    var rounds: Int
    var binding_constraints: Int
    var binding: [Binding]

    init(_ tokenizer: String, _ result: MixtureInference.Result) {
      self.tokenizer = tokenizer
      categories = result.shares.map {
        Category(name: $0.name, share: $0.share, sample_bytes: $0.byteCount)
      }
      merges = result.stepCount
      white_space_merges = result.whiteSpaceCount
      unseen_merges = result.unseenCount
      cost = result.cost
      constraints = result.rowCount
      rounds = result.roundCount
      binding_constraints = result.bindingCount
      binding = result.bindings.map {
        Binding(
          merge: $0.step, merged: $0.merged.map(Piece.init), other: $0.other.map(Piece.init),
          price: $0.price)
      }
    }
  }
}
