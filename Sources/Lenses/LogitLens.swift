import Foundation
import Inference
import Tokenization

extension LensBench {
  /// The evaluator.
  ///
  /// - Throws: `LensFault.needsModel`.
  func model(for lens: String) throws(LensFault) -> Evaluator {
    guard let evaluator else { throw .needsModel(lens: lens) }
    return evaluator
  }
}

extension Lens {
  /// What each layer would say.
  static let logitLens = Lens(
    id: "logit-lens", title: "Logit lens", paper: "nostalgebraist 2020",
    summary: "What each layer would say next if it were the last: layers by tokens.",
    parameters: [
      .firstToken, .lastToken,
      LensParameter(
        "measure", .choice(["top", "final", "entropy"]), standard: "top",
        "the probability of the layer's own favourite, or of the last layer's, or the entropy"),
    ], needs: .residual, kind: .grid, runsModel: true
  ) { bench in
    let stretch = try bench.stretch()
    let evaluator = try bench.model(for: "logit-lens")
    let measure = bench.parameters["measure"]
    let columns = Array(bench.pieces[stretch])
    let layers = bench.trace.shape.layers
    var values = [Float](repeating: .nan, count: layers * columns.count)
    var texts = [String](repeating: "", count: values.count)
    let scale =
      measure == "entropy"
      ? ValueScale(unit: "bit", minimum: 0, maximum: 16) : ValueScale.probability
    func reading() -> Reading {
      .grid(
        GridReading(
          scale: scale, rows: bench.layerLabels, columns: columns, values: values, texts: texts))
    }
    // From the end: that is where someone looks first.
    for index in stretch.reversed() {
      let distributions = try evaluator.layerDistributions(
        at: CollectionOfOne(index), in: bench.trace)[0]
      guard let favourite = distributions.last?.top.first?.id else { continue }
      let column = index - stretch.lowerBound
      for (layer, distribution) in distributions.enumerated() {
        guard let best = distribution.top.first else { continue }
        let place = layer * columns.count + column
        texts[place] = bench.vocabulary.text(of: best.id)
        values[place] =
          switch measure {
          case "entropy": distribution.entropy / Float(M_LN2)
          case "final":
            try distribution.top.first { $0.id == favourite }?.probability
              ?? probability(
                of: favourite, relativeTo: best,
                among: evaluator.lensLogits(layer: layer, at: index, in: bench.trace))
          default: best.probability
          }
      }
      bench.progress(Double(stretch.upperBound - index + 1) / Double(stretch.count))
      if index > stretch.lowerBound { bench.partial(reading()) }
    }
    return reading()
  }

  /// The probability of a candidate that is not among those that are kept, from one that is.
  private static func probability(
    of id: TokenID, relativeTo known: Candidate, among logits: [Float]
  ) -> Float {
    known.probability * exp(logits[Int(id)] - known.logit)
  }

  /// Where the decision falls.
  static let predictionDepth = Lens(
    id: "prediction-depth", title: "Prediction depth",
    paper: "Baldock, Maennel and Neyshabur 2021, by the logit lens",
    summary: "The layer from which on all layers say what the last one says.",
    needs: .residual, kind: .tokens, runsModel: true
  ) { bench in
    let evaluator = try bench.model(for: "prediction-depth")
    let count = bench.trace.records.count
    let scale = ValueScale(
      unit: "layer", minimum: 0, maximum: Double(bench.trace.shape.layers - 1))
    var values = [Double?](repeating: nil, count: count)
    for index in (0..<count).reversed() {
      let distributions = try evaluator.layerDistributions(
        at: CollectionOfOne(index), in: bench.trace)[0]
      values[index] = Double(depth(of: distributions.map { $0.top.first?.id }))
      bench.progress(Double(count - index) / Double(count))
      if index > 0 { bench.partial(.tokens(TokenValues(scale: scale, values: values))) }
    }
    return .tokens(TokenValues(scale: scale, values: values))
  }

  /// The first index from which on all elements equal the last.
  static func depth<Element: Equatable>(of elements: [Element]) -> Int {
    let different = elements.lastIndex { $0 != elements.last }
    return different.map { $0 + 1 } ?? 0
  }
}
