public import Tokenization

/// A look through a vocabulary that is wanted.
public struct VocabularyRequest: Sendable {
  /// What is wanted.
  public enum Study: Sendable, Hashable {
    /// The index of neighbours and spellings.
    case index
    /// The entries that a query means.
    case search(VocabularyQuery)
    /// The measures of the entries.
    case measures
  }

  /// Answers carry it; those of an older one are dropped.
  public let generation: Int
  /// What is wanted.
  public let study: Study
  /// The tokenizer.
  public let tokenizer: Tokenizer
}

/// What was found in a vocabulary.
public enum VocabularyAnswer: Sendable {
  /// The index.
  case index(generation: Int, VocabularyIndex)
  /// Entries that a query means, in order, after those of earlier answers.
  case found(generation: Int, [TokenID], finished: Bool)
  /// The measures, and how many entries no text was found for.
  case measures(generation: Int, VocabularyMeasures, unreachable: [TokenID])
}

/// What the tokenizer pane shows.
public struct BrowserView: Sendable {
  /// What can be shown.
  enum Page: String, Sendable, CaseIterable {
    /// The token at the cursor, or an entry that was chosen, explained.
    case token
    /// The entries.
    case entries
    /// What the vocabulary is like.
    case quality
  }

  /// What is shown.
  var page = Page.token
  /// What is searched for.
  private(set) var query: VocabularyQuery?
  /// What is wrong with the last query.
  private(set) var fault: String?
  /// The entries found; `nil` means all.
  private(set) var found: [TokenID]?
  /// Whether more may be found.
  private(set) var isSearching = false
  /// The chosen entry.
  private(set) var chosen: TokenID = 0
  /// The entry that is explained; `nil` for the token at the cursor.
  private(set) var explained: TokenID?
  /// Neighbours and spellings.
  private(set) var index: VocabularyIndex?
  /// The measures of the entries.
  private(set) var measures: VocabularyMeasures?
  /// Entries that no text was found for.
  private(set) var unreachable: [TokenID] = []
  private var generation = 0
  private var asked: Set<VocabularyRequest.Study> = []

  /// How many entries are listed.
  func count(_ vocabulary: Vocabulary) -> Int { found?.count ?? vocabulary.count }

  /// An entry of the list.
  func entry(at place: Int, _ vocabulary: Vocabulary) -> TokenID? {
    guard place >= 0, place < count(vocabulary) else { return nil }
    return found.map { $0[place] } ?? TokenID(place)
  }

  /// The place of the chosen entry in the list, or of the next one that is in it.
  func place(_ vocabulary: Vocabulary) -> Int {
    guard let found else { return Int(chosen) }
    var (low, high) = (0, found.count)
    while low < high {
      let middle = (low + high) / 2
      if found[middle] < chosen { low = middle + 1 } else { high = middle }
    }
    return max(0, min(low, found.count - 1))
  }

  /// Begins a search.
  mutating func search(_ text: String) {
    do throws(VocabularyQueryFault) {
      let query = try VocabularyQuery(text)
      fault = nil
      page = .entries
      chosen = 0
      generation += 1
      self.query = text.isEmpty ? nil : query
      found = text.isEmpty ? nil : []
      isSearching = !text.isEmpty
      asked = asked.filter { if case .search = $0 { false } else { true } }
    } catch {
      fault = error.description
    }
  }

  /// Chooses an entry; where the query does not mean it, all are listed.
  mutating func choose(_ id: TokenID, _ vocabulary: Vocabulary) {
    if let query, query.matches(in: vocabulary, id..<id + 1).isEmpty { search("") }
    page = .entries
    chosen = id
  }

  /// Explains an entry instead of the token at the cursor; `nil` goes back to that.
  mutating func explain(_ id: TokenID?) {
    explained = id
    page = .token
    if let id { chosen = id }
  }

  /// What is to be looked for, and has not been asked for.
  mutating func takeWanted(_ tokenizer: Tokenizer) -> [VocabularyRequest] {
    var wanted: [VocabularyRequest.Study] = [.index]
    if let query, isSearching { wanted.append(.search(query)) }
    if page == .quality { wanted.append(.measures) }
    return wanted.filter { asked.insert($0).inserted }.map {
      VocabularyRequest(generation: generation, study: $0, tokenizer: tokenizer)
    }
  }

  /// Takes an answer.
  mutating func take(_ answer: VocabularyAnswer) {
    switch answer {
    case .index(_, let index): self.index = index
    case .measures(_, let measures, let unreachable):
      self.measures = measures
      self.unreachable = unreachable
    case .found(let generation, let ids, let finished):
      guard generation == self.generation, isSearching else { return }
      found = (found ?? []) + ids
      isSearching = !finished
    }
  }
}

extension WorkbenchState {
  /// Asks for what the tokenizer pane shows and is not there.
  mutating func wantStudies() -> [Effect] {
    guard visible.contains(.tokenizer), let tokenizer = model?.tokenizer else { return [] }
    return browser.takeWanted(tokenizer).map { .study($0) }
  }

  /// Moves the choice among the entries; on the page of a token, the cursor. What is written into the
  /// session is where that leads.
  mutating func moveEntry(by step: Int) -> [Effect] {
    guard let vocabulary = model?.vocabulary else { return [] }
    if browser.page == .token, browser.explained == nil {
      return perform(step > 0 ? "token.next" : "token.previous")
    }
    let last = browser.count(vocabulary) - 1
    let place = max(0, min(browser.place(vocabulary) + step, last))
    guard let id = browser.entry(at: place, vocabulary) else { return [] }
    return perform(browser.page == .token ? "vocabulary.explain" : "vocabulary.go", "\(id)")
  }
}
