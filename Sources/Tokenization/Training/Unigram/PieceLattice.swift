import Foundation

/// All ways to cut one word into pieces, and what a Unigram model says of them. A working memory:
/// one lattice serves many words, one after the other.
///
/// Paper: Kudo 2018, "Subword Regularization", section 3.2; the sums over all ways are those of
/// forward-backward.
struct PieceLattice {
  /// A piece from one place of the word to another.
  struct Edge {
    var piece: Int
    var start: Int
    var end: Int
  }

  /// The edges, by where they begin, shorter ones first.
  private(set) var edges: [Edge] = []
  private var length = 0
  private var forward: [Double] = []
  private var backward: [Double] = []
  /// For sums of exponentials: the largest exponent so far, and the sum relative to it.
  private var peaks: [Double] = []
  private var sums: [Double] = []

  /// Finds the pieces of `word`. Every byte must be one.
  mutating func read(_ word: UnsafeBufferPointer<UInt8>, _ trie: SubstringTrie) {
    length = word.count
    edges.removeAll(keepingCapacity: true)
    for start in 0..<length {
      trie.forEachMatch(in: word, at: start) { piece, length in
        edges.append(Edge(piece: piece, start: start, end: start + length))
      }
    }
  }

  /// The natural logarithm of the summed probability of all ways.
  mutating func logLikelihood(_ scores: [Double]) -> Double {
    clearSums()
    forward.removeAll(keepingCapacity: true)
    forward.append(0)
    var next = 0
    for start in 0..<length {
      if start > 0 { forward.append(sum(at: start)) }
      while next < edges.count, edges[next].start == start {
        add(forward[start] + scores[edges[next].piece], at: edges[next].end)
        next += 1
      }
    }
    if length > 0 { forward.append(sum(at: length)) }
    return forward[length]
  }

  /// Adds to `expected` how often each piece is expected in the word, times `times`; gives the log
  /// likelihood.
  mutating func addExpectations(
    _ scores: [Double], times: Double, to expected: inout [Double]
  ) -> Double {
    let total = logLikelihood(scores)
    clearSums()
    backward.removeAll(keepingCapacity: true)
    backward += repeatElement(0, count: length + 1)
    var next = edges.count - 1
    for start in (0..<length).reversed() {
      while next >= 0, edges[next].start == start {
        let edge = edges[next]
        let rest = scores[edge.piece] + backward[edge.end]
        add(rest, at: start)
        expected[edge.piece] += times * exp(forward[start] + rest - total)
        next -= 1
      }
      backward[start] = sum(at: start)
    }
    return total
  }

  /// The pieces of the likeliest way, in order; of equally likely ones that whose last piece is the
  /// longest. A `forbidden` piece is not used.
  mutating func bestPath(_ scores: [Double], without forbidden: Int = -1) -> (
    pieces: [Int], score: Double
  ) {
    var best = [Double](repeating: -.infinity, count: length + 1)
    var last = [Int](repeating: -1, count: length + 1)
    best[0] = 0
    for (index, edge) in edges.enumerated() where edge.piece != forbidden {
      let score = best[edge.start] + scores[edge.piece]
      if score > best[edge.end] {
        best[edge.end] = score
        last[edge.end] = index
      }
    }
    var pieces: [Int] = []
    var end = length
    while end > 0, last[end] >= 0 {
      pieces.append(edges[last[end]].piece)
      end = edges[last[end]].start
    }
    return (pieces.reversed(), best[length])
  }

  private mutating func clearSums() {
    peaks.removeAll(keepingCapacity: true)
    peaks += repeatElement(-.infinity, count: length + 1)
    sums.removeAll(keepingCapacity: true)
    sums += repeatElement(0, count: length + 1)
  }

  @inline(__always)
  private mutating func add(_ exponent: Double, at place: Int) {
    let peak = peaks[place]
    if exponent <= peak {
      sums[place] += exp(exponent - peak)
    } else {
      sums[place] = sums[place] * exp(peak - exponent) + 1
      peaks[place] = exponent
    }
  }

  @inline(__always)
  private func sum(at place: Int) -> Double { peaks[place] + log(sums[place]) }
}
