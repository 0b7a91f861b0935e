import TestSupport

@testable import Tokenization

/// Small SentencePiece vocabularies for tests, and slow encoders to compare with.
struct SmallPieces {
  var pieces: [(text: String, score: Float, kind: TokenKind)]
  var parts = SentencePieceParts()

  /// Some `count` random pieces over few characters, with equal scores among them, some unused, unless `allUsed`,
  /// some user-defined; bytes where `fallsBack`.
  init(
    seed: UInt64, algorithm: SentencePieceParts.Algorithm, fallsBack: Bool,
    spacing: SentencePieceParts.Spacing, count: Int = 60, allUsed: Bool = false
  ) {
    var generator = Seeded(seed)
    let letters = ["\u{2581}", "a", "b", "c", "é", "今", "!"]
    pieces = [("<unk>", 0, .unknown), ("<s>", 0, .control), ("<s>b", 0, .control)]
    if fallsBack {
      for byte in UInt8.min...UInt8.max { pieces.append((BytePiece.name(of: byte), 0, .byte)) }
    }
    var known = Set<String>()
    for letter in letters.dropLast(Int.random(in: 0...2, using: &generator)) {
      known.insert(letter)
      pieces.append((letter, Float.random(in: -9 ... -5, using: &generator), .normal))
    }
    while known.count < count {
      var text = ""
      for _ in 0..<Int.random(in: 2...5, using: &generator) {
        text += letters[Int.random(in: 0..<letters.count, using: &generator)]
      }
      guard known.insert(text).inserted else { continue }
      let kind: TokenKind =
        switch Int.random(in: 0..<20, using: &generator) {
        case 0: .userDefined
        case 1, 2: allUsed ? .normal : .unused
        default: .normal
        }
      let score = -Float(Int.random(in: 2...16, using: &generator)) / 2
      pieces.append((text, score, kind))
    }
    parts.algorithm = algorithm
    parts.fallsBackToBytes = fallsBack
    parts.spacing = spacing
    for piece in pieces {
      parts.add(piece.text, piece.score, piece.kind)
    }
  }

  func tokenizer() throws -> Tokenizer {
    try Tokenizer(parts, name: "small", roles: TokenRoles())
  }

  /// The ids of a text of whole characters without extra spaces, by the definition of byte-pair
  /// encoding: over the whole text, no cuts, no memory. `nil` for a character that is no piece.
  func naiveBytePair(_ text: String) -> [TokenID?] {
    var lookup: [String: Int] = [:]
    for (id, piece) in pieces.enumerated()
    where [.normal, .userDefined, .unused].contains(piece.kind) { lookup[piece.text] = id }
    let wholes = pieces.filter { $0.kind == .userDefined }.map(\.text)
      .sorted { $0.utf8.count > $1.utf8.count }
    var symbols: [(text: String, whole: Bool)] = []
    var rest = Substring(escaped(text))
    while !rest.isEmpty {
      if let whole = wholes.first(where: { rest.hasPrefix($0) }) {
        symbols.append((whole, true))
        rest = rest.dropFirst(whole.count)
      } else {
        symbols.append((String(rest.removeFirst()), false))
      }
    }
    var splits: [String: (String, String)] = [:]
    while true {
      var best: (score: Float, index: Int)?
      for index in symbols.indices.dropLast() where !symbols[index].whole {
        guard !symbols[index + 1].whole,
          let id = lookup[symbols[index].text + symbols[index + 1].text]
        else { continue }
        if best.map({ pieces[id].score > $0.score }) ?? true { best = (pieces[id].score, index) }
      }
      guard let (_, index) = best else { break }
      let joined = symbols[index].text + symbols[index + 1].text
      splits[joined] = (symbols[index].text, symbols[index + 1].text)
      symbols.replaceSubrange(index...(index + 1), with: [(joined, false)])
    }
    func parts(_ text: String) -> [TokenID?] {
      guard let id = lookup[text] else { return [nil] }
      guard pieces[id].kind == .unused, let (left, right) = splits[text] else {
        return [TokenID(id)]
      }
      return parts(left) + parts(right)
    }
    return symbols.flatMap { parts($0.text) }
  }

  /// The largest sum of scores over all ways to cut a text, by its definition.
  func bestSum(_ text: String) -> Double {
    let characters = Array(escaped(text))
    let lowest = pieces.filter { $0.kind == .normal }.map(\.score).min() ?? 0
    var best = [Double](repeating: -.infinity, count: characters.count + 1)
    best[0] = 0
    for end in 1...max(characters.count, 1) where end <= characters.count {
      for start in 0..<end {
        if let score = score(String(characters[start..<end]), lowest) {
          best[end] = max(best[end], best[start] + score)
        }
      }
    }
    return best[characters.count]
  }

  /// What a run of characters scores as one piece.
  func score(_ text: String, _ lowest: Float) -> Double? {
    if let piece = pieces.first(where: { $0.text == text && $0.kind == .normal }) {
      return Double(piece.score)
    }
    if pieces.contains(where: { $0.text == text && $0.kind == .userDefined }) {
      return 0.1 * Double(text.utf8.count - 1)
    }
    return text.count == 1 ? Double(lowest) - 10 : nil
  }

  private func escaped(_ text: String) -> String {
    let body = text.map { $0 == " " ? "\u{2581}" : String($0) }.joined()
    return text.isEmpty || !parts.spacing.addsSpace
      ? body : parts.spacing.spaceIsSuffix ? body + "\u{2581}" : "\u{2581}" + body
  }
}

extension SentencePieceParts {
  /// Adds a piece.
  mutating func add(_ piece: String, _ score: Float, _ kind: TokenKind = .normal) {
    pieces.append(piece.utf8)
    scores.append(score)
    kinds.append(kind.rawValue)
  }
}

/// Styles of spaces that models have.
enum SpacingStyles {
  static let all: [SentencePieceParts.Spacing] = {
    var styles: [SentencePieceParts.Spacing] = []
    for (adds, removes, suffix) in [
      (true, true, false), (true, false, false), (false, false, false), (true, true, true),
      (false, true, false), (true, false, true),
    ] {
      var spacing = SentencePieceParts.Spacing()
      spacing.addsSpace = adds
      spacing.removesExtraSpaces = removes
      spacing.spaceIsSuffix = suffix
      styles.append(spacing)
    }
    return styles
  }()
}
