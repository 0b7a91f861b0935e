/// All pieces of text as a tree of characters, in a double array: the child of a node by a character is
/// at the node's base plus the character's number, if the entry there names the node as its parent.
///
/// Paper: Aoe 1989, "An efficient digital search algorithm by using a double-array structure".
struct PieceTrie: Sendable {
  /// A node of the tree. Most nodes that are looked at are looked at in vain, so what is not needed for
  /// that lies elsewhere.
  struct Node: BitwiseCopyable, Sendable {
    /// Where the children begin, 0 when there are none or it is there; the highest bit tells whether a piece ends here.
    var link: UInt32
    /// The parent; `free` where there is no node.
    var parent: UInt32

    static let isPiece: UInt32 = 1 << 31
    static let empty = Node(link: 0, parent: PieceTrie.free)

    @inline(__always)
    var base: UInt32 { link & ~Self.isPiece }
  }

  /// The piece that ends at a node.
  struct Piece: BitwiseCopyable, Sendable {
    var id: TokenID
    /// The piece's score; infinite for a user-defined piece, which has one of its own.
    var score: Float
  }

  static let free = UInt32.max
  /// The root's parent.
  static let none = UInt32.max - 1
  /// The root's place.
  static let root: UInt32 = 0

  /// From the highest base on there is a place for every character.
  let nodes: FrozenArray<Node>
  /// For each node.
  private let pieces: FrozenArray<Piece>
  private let alphabet: CharacterAlphabet

  /// The tree of all pieces that texts may be cut into.
  init(_ pieces: SentencePieces) {
    let ids = (0..<pieces.written.count).filter {
      SentencePieces.isText(pieces.kinds[$0])
        && pieces.kinds[$0] != UInt8(TokenKind.unused.rawValue)
    }
    self.init(pieces.written, ids: ids.map { TokenID($0) }) { id in
      pieces.kinds[Int(id)] == UInt8(TokenKind.userDefined.rawValue)
        ? .infinity : pieces.scores[Int(id)]
    }
  }

  /// The tree of some pieces, of which none is empty and no two are the same.
  init(_ pieces: PieceBytes, ids: [TokenID], score: (TokenID) -> Float) {
    alphabet = CharacterAlphabet(of: pieces, ids: ids)
    var builder = PieceTrieBuilder(pieces: pieces, ids: ids, alphabet: alphabet)
    builder.build(score)
    nodes = FrozenArray(builder.nodes)
    self.pieces = FrozenArray(builder.found)
  }

  /// The longest piece that begins at a place, and its bytes.
  func longestMatch(_ text: [UInt8], from start: Int) -> (id: TokenID, length: Int)? {
    text.withUnsafeBufferPointer { longestMatch($0, in: start..<text.count) }
  }

  /// The longest piece that begins a stretch of a text, and its bytes.
  func longestMatch(
    _ text: UnsafeBufferPointer<UInt8>, in stretch: Range<Int>
  ) -> (id: TokenID, length: Int)? {
    guard let text = text.baseAddress else { return nil }
    var best: (TokenID, Int)?
    walker.forEachMatch(text, in: stretch) { piece, end in
      best = (piece.id, end - stretch.lowerBound)
    }
    return best
  }

  /// All pieces that begin at a place, with their bytes, the shortest first.
  func matches(_ text: [UInt8], from start: Int) -> [(id: TokenID, length: Int)] {
    var found: [(id: TokenID, length: Int)] = []
    text.withUnsafeBufferPointer { bytes in
      guard let text = bytes.baseAddress else { return }
      walker.forEachMatch(text, in: start..<bytes.count) { piece, end in
        found.append((piece.id, end - start))
      }
    }
    return found
  }

  /// What inner loops walk the tree with; the tree must be kept meanwhile.
  var walker: Walker {
    Walker(nodes: nodes.base, pieces: pieces.base, characters: alphabet.reader)
  }

  /// The tree as plain pointers.
  struct Walker: BitwiseCopyable {
    fileprivate let nodes: UnsafePointer<Node>
    fileprivate let pieces: UnsafePointer<Piece>
    /// Reads the characters of a text for the tree.
    let characters: CharacterAlphabet.Reader

    /// Gives the pieces that begin a stretch of a text, each with where it ends, the shortest first.
    @inline(__always)
    func forEachMatch(
      _ text: UnsafePointer<UInt8>, in stretch: Range<Int>, _ body: (Piece, _ end: Int) -> Void
    ) {
      var node = (place: root, link: nodes[Int(root)].link)
      var position = stretch.lowerBound
      while position < stretch.upperBound {
        let (code, length) = characters.character(
          in: text, at: position, end: stretch.upperBound)
        guard step(&node, code) else { return }
        position += length
        if node.link & Node.isPiece != 0 { body(pieces[Int(node.place)], position) }
      }
    }

    /// The same for a text whose characters have been read: places count characters.
    @inline(__always)
    func forEachMatch(
      characters: UnsafePointer<UInt32>, in stretch: Range<Int>,
      _ body: (Piece, _ end: Int) -> Void
    ) {
      var node = (place: root, link: nodes[Int(root)].link)
      var position = stretch.lowerBound
      while position < stretch.upperBound, step(&node, characters[position]) {
        position += 1
        if node.link & Node.isPiece != 0 { body(pieces[Int(node.place)], position) }
      }
    }

    /// Goes on by a character; tells whether there is such a child.
    @inline(__always)
    private func step(_ node: inout (place: UInt32, link: UInt32), _ code: UInt32) -> Bool {
      let child = (node.link & ~Node.isPiece) &+ code
      let found = nodes[Int(child)]
      guard found.parent == node.place else { return false }
      node = (child, found.link)
      return true
    }
  }
}

/// Places the nodes of a tree, those of one parent at once.
private struct PieceTrieBuilder {
  /// Free places at which a node's children are tried among the first.
  private static let tries = 24
  /// Places that are looked at for that.
  private static let reach = 4096

  /// The characters of the pieces, one after the other, and where each piece begins, and the last ends.
  private let codes: [UInt32]
  private let starts: [Int]
  private let ids: [TokenID]
  /// The pieces by their characters, no two the same.
  private var order: [Int]
  private let alphabet: Int
  var nodes: [PieceTrie.Node]
  var found: [PieceTrie.Piece]
  /// No place before this one is free, apart from the first.
  private var firstFree = 1
  /// Before it there are too few free places for several children. How far apart these are is up to
  /// the vocabulary, so that to put them behind all others would waste memory without bound.
  private var frontier = 1
  /// How far the frontier stays behind the children that were placed last.
  private static let slack = 64

  init(pieces: PieceBytes, ids: [TokenID], alphabet: CharacterAlphabet) {
    self.ids = ids
    self.alphabet = alphabet.count
    var codes: [UInt32] = []
    var starts = [0]
    for id in ids {
      alphabet.append(pieces.bytes(of: Int(id)), to: &codes)
      starts.append(codes.count)
    }
    self.codes = codes
    self.starts = starts
    order = codes.withUnsafeBufferPointer { codes in
      ids.indices.sorted { left, right in
        UnsafeBufferPointer(rebasing: codes[starts[left]..<starts[left + 1]])
          .lexicographicallyPrecedes(
            UnsafeBufferPointer(rebasing: codes[starts[right]..<starts[right + 1]]))
      }
    }
    nodes = [PieceTrie.Node](repeating: .empty, count: 1024)
    found = []
    nodes[Int(PieceTrie.root)].parent = PieceTrie.none
  }

  mutating func build(_ score: (TokenID) -> Float) {
    var ends: [(node: Int, piece: PieceTrie.Piece)] = []
    var stack = [(node: PieceTrie.root, range: order.indices, depth: 0)]
    while let (node, range, depth) = stack.popLast() {
      var position = range.lowerBound
      if position < range.upperBound, length(position) == depth {
        let id = ids[order[position]]
        nodes[Int(node)].link |= PieceTrie.Node.isPiece
        ends.append((Int(node), PieceTrie.Piece(id: id, score: score(id))))
        position += 1
      }
      var children: [(code: UInt32, range: Range<Int>)] = []
      while position < range.upperBound {
        let code = code(position, depth)
        var next = position + 1
        while next < range.upperBound, self.code(next, depth) == code { next += 1 }
        children.append((code, position..<next))
        position = next
      }
      guard !children.isEmpty else { continue }
      let base = place(children.map(\.code))
      nodes[Int(node)].link |= UInt32(base)
      for child in children {
        nodes[base + Int(child.code)].parent = node
        stack.append((UInt32(base + Int(child.code)), child.range, depth + 1))
      }
    }
    let highest = nodes.reduce(0) { max($0, Int($1.base)) }
    if nodes.count < highest + alphabet { grow(to: highest + alphabet) }
    found = [PieceTrie.Piece](
      repeating: PieceTrie.Piece(id: -1, score: 0), count: nodes.count)
    for (node, piece) in ends { found[node] = piece }
  }

  private func length(_ position: Int) -> Int {
    starts[order[position] + 1] - starts[order[position]]
  }

  private func code(_ position: Int, _ depth: Int) -> UInt32 {
    codes[starts[order[position]] + depth]
  }

  private mutating func grow(to count: Int) {
    nodes.append(
      contentsOf: repeatElement(.empty, count: max(count, nodes.count * 3 / 2) - nodes.count))
  }

  /// A base at which the places of all `codes`, ascending, are free.
  private mutating func place(_ codes: [UInt32]) -> Int {
    while firstFree < nodes.count, !isFree(firstFree) { firstFree += 1 }
    let first = Int(codes[0])
    var candidate = max(firstFree, first)
    let limit = candidate + Self.reach
    var tries = 0
    while candidate < limit, tries < Self.tries, !fits(codes, candidate - first) {
      if isFree(candidate) { tries += 1 }
      candidate += 1
    }
    if candidate == limit || tries == Self.tries {
      candidate = max(frontier, first)
      while !fits(codes, candidate - first) { candidate += 1 }
      frontier = max(frontier, candidate - Self.slack)
    }
    let base = candidate - first
    let end = base + Int(codes[codes.count - 1]) + 1
    if nodes.count < end { grow(to: end) }
    return base
  }

  private func isFree(_ place: Int) -> Bool {
    place >= nodes.count || nodes[place].parent == PieceTrie.free
  }

  private func fits(_ codes: [UInt32], _ base: Int) -> Bool {
    codes.allSatisfy { isFree(base + Int($0)) }
  }
}
