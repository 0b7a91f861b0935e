/// What a list of merges reveals about the text it was learned from: the shares of categories of
/// text, such as languages, of which there are samples.
///
/// Paper: Hayase, Liu, Choi, Oh, Smith 2024, "Data Mixture Inference: What do BPE Tokenizers Reveal
/// about their Training Data?" (arXiv 2407.16607). `MixtureProgram` states the linear programme.
///
/// Merges and pairs of white space alone are applied but say nothing here: runs of spaces are often
/// put into a vocabulary by hand.
public enum MixtureInference {
  /// A category and a sample of it.
  public struct Category: Sendable {
    /// What it is called.
    public let name: String
    /// The sample.
    public let text: TrainingText

    /// A category.
    public init(name: String, text: TrainingText) {
      self.name = name
      self.text = text
    }
  }

  /// What was found of one category.
  public struct Share: Sendable, Equatable {
    /// The category.
    public let name: String
    /// Its share of the bytes the merges were learned from, by the best mixture.
    public let share: Double
    /// Bytes of the sample.
    public let byteCount: Int
  }

  /// A row that holds with equality: at this step the other pair could have been merged as well.
  public struct Binding: Sendable, Equatable {
    /// The step, from 0.
    public let step: Int
    /// The bytes of the two tokens that were merged.
    public let merged: [[UInt8]]
    /// The bytes of the two tokens of the other pair.
    public let other: [[UInt8]]
    /// By how much the cost rises for each occurrence by which the merged pair should lead.
    public let price: Double
  }

  /// What was found.
  public struct Result: Sendable {
    /// The categories in the order they were given; their shares are 1 in sum.
    public let shares: [Share]
    /// Merges that were looked at.
    public let stepCount: Int
    /// Of these, merges of white space alone, which say nothing.
    public let whiteSpaceCount: Int
    /// Of these, merges that no sample had occasion for, which say nothing.
    public let unseenCount: Int
    /// Occurrences by which rows are violated in all: 0 when one mixture explains every merge.
    public let cost: Double
    /// Rows that were needed.
    public let rowCount: Int
    /// How often the programme was solved.
    public let roundCount: Int
    /// Rows that bind.
    public let bindingCount: Int
    /// The first of them by price, then by step.
    public let bindings: [Binding]
  }

  /// The most categories that can be told apart.
  public static let maximumCategories = 1000
  /// Rows that bind that are named.
  private static let namedBindings = 20

  /// Infers shares from the first merges of a tokenizer.
  ///
  /// - Parameters:
  ///   - merges: how many merges are looked at, from the first on.
  ///   - unit: what of the samples is cut into words on its own.
  ///   - report: called on the calling thread.
  /// - Throws: `TrainingFault` when the tokenizer is not byte-level BPE, a sample has no text or there
  ///   are fewer than two; `FileFault`; `LinearProgramFault`; what `report` throws.
  public static func infer(
    _ tokenizer: Tokenizer, _ categories: [Category], merges count: Int = 3000,
    unit: TextUnit = .line, threads: Int = 1, report: TrainingReport = { _ in }
  ) throws -> Result {
    guard let model = tokenizer.model as? any MergeListed else {
      throw TrainingFault.text(
        "\(tokenizer.name) is not a tokenizer of byte-level BPE: only merges reveal a mixture")
    }
    guard 2...maximumCategories ~= categories.count,
      Set(categories.map(\.name)).count == categories.count
    else {
      throw TrainingFault.settings(
        "a mixture is of 2 to \(maximumCategories) categories, each with a name of its own")
    }
    let merges = model.mergeList
    guard !merges.list.isEmpty else {
      throw TrainingFault.text("\(tokenizer.name) has no merges: there is nothing to learn from")
    }
    var samples: [WordTable] = []
    var byteCounts: [Int] = []
    for category in categories {
      let words = try WordCounts.count(
        category.text, unit: unit, splitter: model.wordSplitter, threads: threads, report: report)
      guard words.table.count > 0 else {
        throw TrainingFault.text("the category \(category.name) has no text")
      }
      samples.append(words.table)
      byteCounts.append(words.byteCount)
    }
    let history = try PairHistory(samples, merges: merges, stepCount: count, report: report)
    let isWhite = { isWhiteSpace($0, tokenizer.vocabulary) }
    let white = history.joined.map { isWhite(history.keys[Int($0)]) }
    let unseen = (0..<history.stepCount).map { history.changes(of: $0).isEmpty }
    let walk = ViolationWalk(
      history, isTelling: zip(white, unseen).map { !$0 && !$1 },
      mayCompete: history.keys.map { !isWhite($0) })
    let solution = try MixtureProgram(walk, byteCounts: byteCounts).solve(report: report)
    let binding = solution.rows.filter { $0.slack < MixtureProgram.tolerance }
      .sorted { ($0.price, $1.step) > ($1.price, $0.step) }
    let bytes = { (key: UInt64) in
      [TokenPair.left(key), TokenPair.right(key)].map { tokenizer.vocabulary.bytes(of: $0) }
    }
    return Result(
      shares: zip(categories, zip(solution.shares, byteCounts)).map {
        Share(name: $0.name, share: $1.0, byteCount: $1.1)
      },
      stepCount: history.stepCount, whiteSpaceCount: white.count { $0 },
      unseenCount: zip(white, unseen).count { !$0 && $1 }, cost: solution.cost,
      rowCount: solution.rows.count, roundCount: solution.rounds, bindingCount: binding.count,
      bindings: binding.prefix(namedBindings).map {
        Binding(
          step: $0.step, merged: bytes(history.keys[Int(history.joined[$0.step])]),
          other: bytes(history.keys[Int($0.pair)]), price: $0.price)
      })
  }

  private static func isWhiteSpace(_ key: UInt64, _ vocabulary: Vocabulary) -> Bool {
    [TokenPair.left(key), TokenPair.right(key)].allSatisfy { id in
      vocabulary.bytes(of: id).allSatisfy { $0 == 0x20 || 0x09...0x0D ~= $0 }
    }
  }
}

/// A model of byte-level BPE: its merges can be applied one by one to the words of any text.
protocol MergeListed: TokenizerModel {
  /// All merges.
  var mergeList: PairHistory.Merges { get }
  /// How texts are cut.
  var wordSplitter: any WordSplitter { get }
}

extension BytePairModel: MergeListed {
  var wordSplitter: any WordSplitter { splitter }

  var mergeList: PairHistory.Merges {
    let list = tables.merges.list
    let absent = TokenID(vocabulary.count)
    return PairHistory.Merges(
      list: list.map { ($0.left, $0.right, $0.joined) },
      byteTokens: vocabulary.byteTokens.all.map { $0 < 0 ? absent : $0 },
      tokenCount: vocabulary.count + 1)
  }
}
