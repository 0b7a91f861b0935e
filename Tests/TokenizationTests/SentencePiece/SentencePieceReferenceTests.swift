import Testing

@testable import Tokenization

/// The reference implementation, `sentencepiece`, with real models on more than 20 MB and with small
/// ones of every kind: ids, and where each token begins and ends.
@Suite struct SentencePieceReferenceTests {
  private func compare(_ name: String) throws -> Int {
    try DigestedReference(TrainedPieces.path(name + ".digests"))
      .compare(with: TrainedPieces.tokenizer(name), parsesSpecials: false)
  }

  @Test(
    "ids and offsets equal those of the reference with real models on at least 20 MB each",
    arguments: ["mistral-v1", "mistral-v3", "mistral-v7"])
  func real(name: String) throws {
    #expect(try compare(name) >= 20_000_000)
  }

  @Test(
    "ids and offsets equal those of the reference, whatever the kind of model",
    arguments: [
      "unigram-nfkc", "unigram-bytes", "unigram-suffix", "unigram-runs", "bpe-nfkc", "bpe-bytes",
      "bpe-suffix", "bpe-runs",
    ])
  func trained(name: String) throws {
    #expect(try compare(name) >= 10_000_000)
  }
}
