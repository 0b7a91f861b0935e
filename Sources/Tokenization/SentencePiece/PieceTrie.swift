/// All pieces of text as a tree of bytes, in a double array: the child of a node by a byte is at
/// the node's base plus the byte, if the entry there names the node as its parent.
///
/// Paper: Aoe 1989, "An efficient digital search algorithm by using a double-array structure".
struct PieceTrie: Sendable {
  /// A node of the tree.
  struct Node: BitwiseCopyable, Sendable {
    /// Where the children begin; 0 when there are none.
    var base: UInt32
    /// The parent; `free` where there is no node.
    var parent: UInt32
    /// The piece that ends here; -1 when none does.
    var id: TokenID
    /// The piece's score; infinite for a user-defined piece, which has one of its own.
    var score: Float
  }

  static let free = UInt32.max
  /// The root's parent.
  static let none = UInt32.max - 1
  /// The root's place. No child lies below 257, so a base is never 0.
  static let root: UInt32 = 0

  /// The nodes; at least 256 places lie beyond the highest base.
  let nodes: FrozenArray<Node>

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
    let sorted = ids.sorted { left, right in
      pieces.bytes(of: Int(left)).lexicographicallyPrecedes(pieces.bytes(of: Int(right)))
    }
    var builder = PieceTrieBuilder(pieces: pieces, ids: sorted)
    builder.build(score)
    nodes = FrozenArray(builder.nodes)
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
    Self.forEachMatch(nodes.base, text, in: stretch) { piece, end in
      best = (piece.id, end - stretch.lowerBound)
    }
    return best
  }

  /// All pieces that begin at a place, with their bytes, the shortest first.
  func matches(_ text: [UInt8], from start: Int) -> [(id: TokenID, length: Int)] {
    var found: [(id: TokenID, length: Int)] = []
    text.withUnsafeBufferPointer { bytes in
      guard let text = bytes.baseAddress else { return }
      Self.forEachMatch(nodes.base, text, in: start..<bytes.count) { piece, end in
        found.append((piece.id, end - start))
      }
    }
    return found
  }

  /// Gives the pieces that begin a stretch of a text, each with where it ends, the shortest first.
  @inline(__always)
  static func forEachMatch(
    _ nodes: UnsafePointer<Node>, _ text: UnsafePointer<UInt8>, in stretch: Range<Int>,
    _ body: (_ piece: Node, _ end: Int) -> Void
  ) {
    var node = root
    var position = stretch.lowerBound
    while position < stretch.upperBound {
      // A base has at least 256 places from it on.
      let child = nodes[Int(node)].base &+ UInt32(text[position])
      let found = nodes[Int(child)]
      guard found.parent == node else { return }
      node = child
      position += 1
      if found.id >= 0 { body(found, position) }
    }
  }
}

/// Places the nodes of a tree, those of one parent at once.
private struct PieceTrieBuilder {
  /// Free places at which a node's children are tried before they go to the end.
  private static let tries = 24
  /// Places that are looked at for that.
  private static let reach = 4096

  private let pieces: PieceBytes
  /// The pieces, sorted by their bytes, no two the same.
  private let ids: [TokenID]
  var nodes: [PieceTrie.Node]
  /// No place before this one is free, apart from the first 257.
  private var firstFree = 257
  /// All places from here on are free.
  private var end = 257

  init(pieces: PieceBytes, ids: [TokenID]) {
    self.pieces = pieces
    self.ids = ids
    nodes = [PieceTrie.Node](repeating: Self.empty, count: 1024)
    nodes[Int(PieceTrie.root)].parent = PieceTrie.none
  }

  private static let empty = PieceTrie.Node(base: 0, parent: PieceTrie.free, id: -1, score: 0)

  mutating func build(_ score: (TokenID) -> Float) {
    var stack = [(node: PieceTrie.root, range: ids.indices, depth: 0)]
    while let (node, range, depth) = stack.popLast() {
      var position = range.lowerBound
      if position < range.upperBound, length(position) == depth {
        let id = ids[position]
        nodes[Int(node)].id = id
        nodes[Int(node)].score = score(id)
        position += 1
      }
      var children: [(byte: UInt8, range: Range<Int>)] = []
      while position < range.upperBound {
        let byte = byte(position, depth)
        var next = position + 1
        while next < range.upperBound, self.byte(next, depth) == byte { next += 1 }
        children.append((byte, position..<next))
        position = next
      }
      guard !children.isEmpty else { continue }
      let base = place(children.map(\.byte))
      nodes[Int(node)].base = UInt32(base)
      for child in children {
        nodes[base + Int(child.byte)].parent = node
        stack.append((UInt32(base + Int(child.byte)), child.range, depth + 1))
      }
    }
    let highest = nodes.reduce(0) { max($0, Int($1.base)) }
    if nodes.count < highest + 256 { grow(to: highest + 256) }
  }

  private func length(_ position: Int) -> Int { pieces.length(of: Int(ids[position])) }

  private func byte(_ position: Int, _ depth: Int) -> UInt8 {
    pieces.bytes(of: Int(ids[position]))[depth]
  }

  private mutating func grow(to count: Int) {
    nodes.append(
      contentsOf: repeatElement(Self.empty, count: max(count, nodes.count * 3 / 2) - nodes.count))
  }

  /// A base at which the places of all `bytes`, ascending, are free.
  private mutating func place(_ bytes: [UInt8]) -> Int {
    while firstFree < nodes.count, nodes[firstFree].parent != PieceTrie.free { firstFree += 1 }
    let first = Int(bytes[0])
    var base = end
    var tries = 0
    var candidate = firstFree
    while candidate < min(nodes.count, firstFree + Self.reach), tries < Self.tries {
      if nodes[candidate].parent == PieceTrie.free {
        tries += 1
        let tried = candidate - first
        if tried + 256 <= nodes.count,
          bytes.allSatisfy({ nodes[tried + Int($0)].parent == PieceTrie.free })
        {
          base = tried
          break
        }
      }
      candidate += 1
    }
    end = max(end, base + 256)
    if nodes.count < end { grow(to: end) }
    return base
  }
}
