public import Inference
public import Lenses
public import Tokenization

/// An evaluation of the text that is wanted.
public struct EvaluationRequest: Sendable {
  /// Answers carry it; those of an older one are dropped.
  public let generation: Int
  /// The tokens; no more than the context holds.
  public let ids: [TokenID]
  /// What to record.
  public let probe: Probe
}

/// How the text goes on while decoding.
public enum DecodeStrategy: String, Sendable, CaseIterable {
  /// Token by token, after the text's last token.
  case plain
  /// The same, but a text that was written has its last token taken back, and the first one drawn
  /// must begin with its bytes.
  case heal
  /// Byte by byte, from the exact distribution of the next byte; with several models from all of
  /// theirs.
  case bytes
}

/// How several models decode together.
public struct EnsembleSettings: Sendable, Hashable {
  /// The models' names; the first is that of the text.
  public var models: [String]
  /// How their distributions become one.
  public var combination: ByteDecoder.Combination
  /// The weight of each.
  public var weights: [Double]

  /// Settings; by default all models weigh the same.
  public init(
    models: [String], combination: ByteDecoder.Combination = .mixture, weights: [Double]? = nil
  ) {
    self.models = models
    self.combination = combination
    self.weights = weights ?? models.map { _ in 1 / Double(models.count) }
  }
}

/// Decoding that is wanted.
public struct DecodeRequest: Sendable {
  /// Answers carry it; those of an older one are dropped.
  public let generation: Int
  /// The text so far.
  public let ids: [TokenID]
  /// The same as bytes.
  public internal(set) var text: [UInt8] = []
  /// How the text goes on.
  public internal(set) var strategy = DecodeStrategy.plain
  /// Whether the last token is taken back first.
  public internal(set) var heals = false
  /// Which models decode together, where they do.
  public internal(set) var ensemble = EnsembleSettings(models: [])
  /// What to record.
  public let probe: Probe
  /// How tokens are drawn; for one token see ``settings(at:)``.
  public let sampler: SamplerSettings
  /// When to stop.
  public let stop: StopConditions
  /// Whether it is one step only.
  public internal(set) var isStep = false

  /// How the token at an index is drawn, or the byte at an offset. Its seed follows from the settings' and the index, so that
  /// a run gives the same tokens whether it is paused, stepped through or taken up again.
  public func settings(at index: Int) -> SamplerSettings {
    var settings = sampler
    settings.seed = sampler.seed &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(index)
    return settings
  }
}

/// What a reading is wanted for: there is one at a time of each.
public enum ReadingKey: String, Sendable, CaseIterable, Hashable {
  /// The heat on the text.
  case heat
  /// The distribution at the cursor.
  case next
  /// The heads at a glance.
  case heads
  /// One head as a map.
  case map
  /// Where the cursor's token looks.
  case looks
  /// The logit lens.
  case layers
}

/// What a reading depends on: as long as it is the same, so is the reading.
public struct ReadingInputs: Sendable, Hashable {
  /// The lens.
  public let lens: String
  /// Its parameters.
  public let parameters: LensParameters
  /// The sampler, where the lens shows it.
  public let sampler: SamplerSettings?
  /// The evaluated tokens that it is about. A record belongs to all of the text before it.
  public let records: [RecordIdentity]
}

/// A record as the one that it is.
public struct RecordIdentity: Sendable, Hashable {
  /// The record; it is kept, so that no other can take its place.
  public let record: TokenRecord

  /// Whether it is the same one.
  public static func == (a: Self, b: Self) -> Bool { a.record === b.record }

  /// By identity.
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(record)) }
}

/// A reading that is wanted.
public struct ReadingRequest: Sendable {
  /// What for.
  public let key: ReadingKey
  /// What it depends on; answers carry it.
  public let inputs: ReadingInputs
  /// The evaluated text.
  public let trace: Trace
}

/// When decoding stops by itself.
public struct StopConditions: Sendable, Hashable {
  /// After so many tokens.
  public var limit: Int
  /// When the generated text contains one of these.
  public var texts: [[UInt8]]
  /// At an end-of-generation token.
  public var atEnd: Bool

  /// Conditions.
  public init(limit: Int = 256, texts: [[UInt8]] = [], atEnd: Bool = true) {
    self.limit = limit
    self.texts = texts
    self.atEnd = atEnd
  }

  /// Why to stop after the tokens that a run has generated so far; `nil` to go on.
  public func reason(
    generated: [TokenID], vocabulary: Vocabulary, total: Int, context: Int
  ) -> StopReason? {
    if atEnd, let last = generated.last, vocabulary.endOfGeneration.contains(last) {
      return .endOfText(String(decoding: vocabulary.bytes(of: last), as: UTF8.self))
    }
    if !texts.isEmpty {
      let longest = texts.map(\.count).max() ?? 0
      // A stop text may begin in an earlier token.
      var tail: [UInt8] = []
      for id in generated.reversed() {
        tail = vocabulary.bytes(of: id) + tail
        if tail.count >= longest + vocabulary.longestTokenBytes { break }
      }
      if let text = texts.first(where: { tail.contains($0) }) {
        return .stopText(String(decoding: text, as: UTF8.self))
      }
    }
    if generated.count >= limit { return .limit(limit) }
    return total >= context ? .contextFull(context) : nil
  }

  /// How many bytes a run by bytes takes at most: about as much text as ``limit`` tokens.
  public var byteLimit: Int { limit * 4 }

  /// Why to stop after the bytes that a run has generated so far; `nil` to go on.
  ///
  /// - Parameter ended: whether the text came to its end.
  public func reason(generated: [UInt8], ended: Bool, limit: Int) -> StopReason? {
    if ended { return .endOfText("") }
    if let text = texts.first(where: { generated.suffix($0.count).elementsEqual($0) }) {
      return .stopText(String(decoding: text, as: UTF8.self))
    }
    return generated.count >= limit ? .byteLimit(limit) : nil
  }
}

/// Why decoding stopped.
public enum StopReason: Sendable, Hashable {
  /// The model ended its text, with this token; empty where it went by bytes.
  case endOfText(String)
  /// A stop text came.
  case stopText(String)
  /// As many tokens as were asked for.
  case limit(Int)
  /// As many bytes as were asked for.
  case byteLimit(Int)
  /// The context is full.
  case contextFull(Int)
  /// Somebody paused it.
  case paused
  /// It failed.
  case failed

  /// For reading.
  public var title: String {
    switch self {
    case .endOfText(let token): "the model ended \(token.isEmpty ? "the text" : "with \(token)")"
    case .stopText(let text): "came to the stop text \"\(text)\""
    case .limit(let count): "\(count) tokens, as many as asked"
    case .byteLimit(let count): "\(count) bytes, as many as asked"
    case .contextFull(let count): "the context of \(count) tokens is full"
    case .paused: "paused"
    case .failed: "failed"
    }
  }
}
