/// A way to cut a word into pieces, and the sum of their scores.
public struct Segmentation: Sendable, Hashable {
  /// The pieces; -1 for a character that is none.
  public let pieces: [TokenID]
  /// The sum of their scores: log-probabilities in a Unigram model.
  public let score: Double
}

/// The best ways to cut a word, by the largest sums of scores.
///
/// Paper: Kudo 2018, "Subword Regularization", section 3.1; the n best as in Nagata 1994, by keeping
/// several ways to each place instead of one.
enum BestSegmentations {
  /// The longest word that is cut in several ways, in bytes.
  static let longestWord = 512

  /// The ways of the largest sums, the best first.
  ///
  /// - Parameters:
  ///   - count: bytes of the word.
  ///   - limit: how many ways.
  ///   - pieces: the pieces that begin at a place: id, bytes, score.
  static func best(
    _ count: Int, limit: Int, pieces: (Int) -> [(id: TokenID, length: Int, score: Double)]
  ) -> [Segmentation] {
    var ways = [[Segmentation]](repeating: [], count: count + 1)
    ways[0] = [Segmentation(pieces: [], score: 0)]
    for start in 0..<count where !ways[start].isEmpty {
      // All that leads to this place is known, so only the best need to be kept.
      ways[start] = Array(ways[start].sorted { $0.score > $1.score }.prefix(limit))
      for (id, length, score) in pieces(start) where start + length <= count {
        ways[start + length] += ways[start].map {
          Segmentation(pieces: $0.pieces + [id], score: $0.score + score)
        }
      }
    }
    return Array(ways[count].sorted { $0.score > $1.score }.prefix(limit))
  }
}
