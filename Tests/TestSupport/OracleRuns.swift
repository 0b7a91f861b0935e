import Foundation

/// What a plain float64 forward pass says about the default model on six texts: an oracle computed
/// once with numpy over dequantised weights, kept in `Oracle/smollm2-f64.json`.
public struct OracleRuns: Decodable, Sendable {
  /// The model file the oracle was computed from.
  public let model: String
  /// How it was computed.
  public let compute: String
  /// One run for each text.
  public let runs: [Run]

  /// One text and all that was computed for it.
  public struct Run: Decodable, Sendable, CustomStringConvertible {
    /// The text.
    public let text: String
    /// Its tokens, equal to those of the reference tokenizer and of llama.cpp.
    public let ids: [Int32]
    /// Natural logarithm of the probability of each token given those before; the first has none.
    public let logprobs: [Double?]
    /// Entropy of the distribution after each token, in nats.
    public let entropyNats: [Double]
    /// Rank of each token among the candidates, 0 = likeliest; the first has none.
    public let rank: [Int?]
    /// The 20 largest logits after the last token, each an id and a logit.
    public let lastTop20: [[Double]]
    /// Logarithm of the sum of exponentials of all logits after the last token.
    public let lastLogsumexp: Double
    /// Attention of the last query, averaged over heads, `[layer, key]`; only for some texts.
    public let attentionLastQueryMeanOverHeads: [[Double]]?
    /// Attention of layer 0, head 0, `[query, key]`, each row up to its query; only for some texts.
    public let attentionLayer0Head0: [[Double]]?
    /// Root mean square of the residual stream after each layer at the last token, `[layer]`.
    public let residPostRmsLast: [Double]
    /// The likeliest token of the logit lens at the last token, `[layer]`.
    public let logitLensLastTop1: [Int32]
    /// 24 tokens decoded greedily after the text.
    public let greedy24: [Int32]
    /// The margin between the two largest logits at each of those steps; below about 0.3,
    /// quantised activations may rightly choose the other token.
    public let greedy24Margins: [Double]

    /// The text, quoted.
    public var description: String { text.debugDescription }
  }

  /// Reads the oracle.
  ///
  /// - Throws: when the file in the repository cannot be read.
  public static func load() throws -> OracleRuns {
    let path = RepositoryFolder.path("Tests/TestSupport/Oracle/smollm2-f64.json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(OracleRuns.self, from: Data(contentsOf: URL(filePath: path)))
  }
}
