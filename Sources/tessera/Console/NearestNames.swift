/// Names that somebody may have meant.
enum NearestNames {
  /// The names within a few slips of `word`, nearest first, at most three.
  static func of(_ word: String, in names: [String]) -> [String] {
    let limit = max(2, word.count / 3)
    let ranked = names.map { name -> (name: String, distance: Int) in
      let starts = !word.isEmpty && name.lowercased().hasPrefix(word.lowercased())
      return (name, starts ? 0 : distance(word.lowercased(), name.lowercased()))
    }
    return ranked.filter { $0.distance <= limit }
      .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
      .prefix(3).map(\.name)
  }

  /// "did you mean a or b?", or nil when nothing is near.
  static func question(_ word: String, in names: [String]) -> String? {
    let near = of(word, in: names)
    return near.isEmpty ? nil : "did you mean \(near.joined(separator: " or "))?"
  }

  /// Edits (insert, remove, replace one character) that make `a` into `b`.
  static func distance(_ a: String, _ b: String) -> Int {
    let b = Array(b.prefix(64))
    var row = Array(0...b.count)
    for (i, x) in a.prefix(64).enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let cost = min(row[j + 1] + 1, row[j] + 1, diagonal + (x == y ? 0 : 1))
        diagonal = row[j + 1]
        row[j + 1] = cost
      }
    }
    return row[b.count]
  }
}
