/// Finding a command by some of its letters.
enum FuzzyMatch {
  /// How well a query fits a text: higher is better, `nil` not at all. All letters have to occur in
  /// order; those at the start of a word, and those that stand together, count more.
  static func score(_ query: String, _ text: String) -> Int? {
    let wanted = Array(query.lowercased().filter { $0 != " " })
    guard !wanted.isEmpty else { return 0 }
    let text = Array(text.lowercased())
    var best: Int?
    // Each place where the first letter stands is tried, the rest is taken as early as possible.
    for start in text.indices where text[start] == wanted[0] {
      var score = 0
      var place = start
      var matched = 0
      var last = start - 1
      while place < text.count, matched < wanted.count {
        if text[place] == wanted[matched] {
          let startsWord = place == 0 || !text[place - 1].isLetter
          score += (startsWord ? 8 : 1) + (place == last + 1 && matched > 0 ? 5 : 0)
          last = place
          matched += 1
        }
        place += 1
      }
      if matched == wanted.count {
        score -= (last - start) / 4
        best = max(best ?? score, score)
      }
    }
    return best
  }

  /// The commands that fit, best first.
  static func commands(_ query: String) -> [Command] {
    let listed = CommandTable.all.filter { command in
      command.isListed && command.scope != .insert
    }
    let scored = listed.enumerated().compactMap { place, command -> (Int, Int, Command)? in
      let scores = [score(query, command.title), score(query, command.id)].compactMap { $0 }
      return scores.max().map { ($0, place, command) }
    }
    return scored.sorted { $0.0 == $1.0 ? $0.1 < $1.1 : $0.0 > $1.0 }.map(\.2)
  }
}
