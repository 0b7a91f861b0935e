import Foundation
import Inference
import Tokenization

/// What it costs to cut a text at a byte, and to have a model go on from there as one usually does.
///
/// Let x be the text, cut at byte c, and e the end of the text's token that holds the byte at c. Let
/// T be the text's own tokens up to e, S the encoding of x[0..<c] and R the encoding of x[c..<e] on
/// its own. Of a model that goes on after S, the text's continuation has the probability
/// P(S R) / P(S); of one that knows the bytes alone, it has P(T) / P(x[0..<c]), where P of bytes is
/// that of all canonical sequences which begin with them. Both end with a token boundary at e. So
///
///     loss(c) = log₂ ( P(T) / P(x[0..<c]) )  −  log₂ ( P(S R) / P(S) )   bits
///
/// Where the text has no boundary at c, the plain way loses, often much. Where it has one, S R = T
/// and the loss is −log₂ ( P(x[0..<c]) / P(S) ), at most 0: who takes a boundary for granted is
/// better off where there happens to be one.
enum PromptBoundary {
  /// The loss, and how many bytes of the text it depends on.
  static func loss(
    _ covers: ByteCovers, cutAt cut: Int
  ) throws -> (value: Double, reach: Int) {
    let (text, tokenizer) = (covers.spelled.bytes, covers.rule.tokenizer)
    let place = covers.spelled.place(of: cut)
    let own = tokenizer.encode(text).prefix { $0.start <= place }
    guard let end = own.last?.end, end > place else { return (0, .max) }
    let left = tokenizer.encode(Array(text[..<place])).map(\.id)
    let right = tokenizer.encode(Array(text[place..<end])).map(\.id)
    let plain = try covers.logProbability(of: left + right) - covers.logProbability(of: left)
    let exact =
      try covers.logProbability(of: own.map(\.id)) - covers.canonical(at: cut).logProbability
    let reach = covers.spelled.offset(of: reach(of: end, in: text, tokenizer))
    return ((exact - plain) / M_LN2, reach + longestCharacter)
  }

  /// How many bytes of what is spelled have to stay for its tokens up to `end` to stay: up to a
  /// boundary that nothing can move; and the character after it.
  private static func reach(of end: Int, in text: [UInt8], _ tokenizer: Tokenizer) -> Int {
    var position = end
    while position < text.count, !tokenizer.isStableBoundary(position, in: text) { position += 1 }
    return position
  }

  private static let longestCharacter = 4
}

extension Lens {
  /// What a prompt that stops within a token costs.
  static let promptBoundary = Lens(
    id: "prompt-boundary", title: "Prompt boundary", paper: "Phan et al. 2024, by the exact bytes",
    summary:
      "How many bits a prompt cut within each token loses of the rest of the token, at worst.",
    parameters: [
      LensParameter(
        "over", .choice(["worst", "mean", "start"]), standard: "worst",
        "the worst cut before a byte of the token, the mean over them, or the cut at its start")
    ], kind: .tokens, runsModel: true
  ) { bench in
    let scale = ValueScale(unit: "bit", minimum: -16, maximum: 16, kind: .diverging)
    let over = bench.parameters["over"]
    return try bench.byteValues(of: "prompt-boundary", scale: scale) { _, bytes, desk in
      let cuts = over == "start" ? bytes.prefix(1) : bytes
      let losses = try cuts.map { try desk.value(.boundary, at: $0) }
      guard let worst = losses.max() else { return nil }
      return over == "mean" ? losses.reduce(0, +) / Double(losses.count) : worst
    }
  }
}
