import Tokenization

/// What the compare pane shows: the model's tokenizer, and others laid beside it.
public struct CompareView: Sendable {
  /// A tokenizer beside the model's.
  struct Entry: Sendable {
    /// What was asked for: an installed name or a path.
    let source: String
    /// What it is called.
    var name: String
    /// How far opening it is.
    var opening: Opening
  }

  /// How far opening a tokenizer is.
  enum Opening: Sendable {
    case wanted, asked
    case open(Tokenizer)
  }

  /// The others, in the order in which they were added.
  private(set) var entries: [Entry] = []
  /// The text under all of those that are open.
  private(set) var comparison: TokenizerComparison?
  /// The numbers of each.
  private(set) var measures: [TokenizerComparison.Measures] = []
  /// Where those in the comparison come from; the model's own is the first.
  private var sources: [String] = []
  /// The version of the text that was compared.
  private var version = -1
  /// How the text is changed, to see which boundaries stay.
  var perturbation: Perturbation? {
    didSet { if perturbation != oldValue { stability = nil } }
  }
  /// How the boundaries of each bear it; `nil` until it is computed.
  private(set) var stability: [BoundaryStability]?
  /// The first byte that is shown.
  var top = 0

  /// The beginning of a text that is perturbed, so that typing stays fluid: 16 KiB.
  static let perturbedBytes = 16 << 10

  /// Whether one more has room.
  var hasRoom: Bool { entries.count < TokenizerComparison.most - 1 }

  /// Those that are not open yet, and were not asked for; they are from now on.
  mutating func takeWanted() -> [String] {
    entries.indices.compactMap { index in
      guard case .wanted = entries[index].opening else { return nil }
      entries[index].opening = .asked
      return entries[index].source
    }
  }

  /// Adds a tokenizer that is to be opened.
  mutating func add(_ source: String) {
    entries.append(Entry(source: source, name: source, opening: .wanted))
  }

  /// Takes one out.
  mutating func remove(at index: Int) { entries.remove(at: index) }

  /// Takes a tokenizer that was opened.
  mutating func opened(_ source: String, name: String, _ tokenizer: Tokenizer) {
    for index in entries.indices where entries[index].source == source {
      entries[index].name = name
      entries[index].opening = .open(tokenizer)
    }
  }

  /// The number of a tokenizer; the model's own is 1.
  func number(of source: String) -> Int? {
    entries.firstIndex { $0.source == source }.map { $0 + 2 }
  }

  /// Compares the present text, as far as that has not been done.
  mutating func settle(_ text: [UInt8], version: Int, model: ModelFacts) {
    var wanted = [(source: "", name: model.name, tokenizer: model.tokenizer)]
    for entry in entries {
      if case .open(let tokenizer) = entry.opening {
        wanted.append((entry.source, entry.name, tokenizer))
      }
    }
    let isSameText = self.version == version && comparison?.text.count == text.count
    guard sources != wanted.map(\.source) || !isSameText else { return settleStability() }
    self.version = version
    var next = comparison ?? TokenizerComparison(text)
    // Nothing else may hold the tokens, so that they are changed in place.
    comparison = nil
    let kept = zip(sources, wanted).prefix { $0 == $1.source }.count
    for index in next.sides.indices.dropFirst(kept).reversed() { next.remove(at: index) }
    next.setText(text)
    for (_, name, tokenizer) in wanted.dropFirst(kept) { next.add(tokenizer, name: name) }
    sources = wanted.map(\.source)
    measures = next.measures()
    comparison = next
    stability = nil
    settleStability()
  }

  private mutating func settleStability() {
    guard let perturbation, let comparison, stability == nil else { return }
    let changed = perturbation.apply(to: Array(comparison.text.prefix(Self.perturbedBytes)))
    stability = comparison.sides.map { BoundaryStability($0.tokenizer, changed) }
  }
}
