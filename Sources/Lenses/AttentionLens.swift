import Inference

extension LensParameter {
  /// The token whose attention is read.
  static let queryToken = LensParameter(
    "token", .token, standard: "-1", "the token that looks")
  /// One layer, or the mean over all.
  static let oneLayer = LensParameter(
    "layer", .layer(orAll: true), standard: "all", "one layer, or the mean over all")
  /// One head, or the mean over all.
  static let oneHead = LensParameter(
    "head", .head(orAll: true), standard: "all", "one head, or the mean over all")
  /// Where a stretch of the text begins.
  static let firstToken = LensParameter(
    "from", .token, standard: "0", "the first token that is shown")
  /// Where a stretch of the text ends.
  static let lastToken = LensParameter(
    "to", .token, standard: "-1", "the last token that is shown")
}

extension LensBench {
  /// The stretch of the text that `from` and `to` name.
  ///
  /// - Throws: `LensFault.noTokens`, `.outOfRange`, or `.badValue` when it would end before it begins.
  func stretch() throws(LensFault) -> ClosedRange<Int> {
    let from = try parameters.token("from", count: trace.records.count)
    let to = try parameters.token("to", count: trace.records.count)
    guard from <= to else {
      throw .badValue(parameter: "to", value: "\(to)", wanted: "not before from=\(from)")
    }
    return from...to
  }

  /// Attention of one token, averaged over the layers and heads that the parameters name: `[key]`.
  ///
  /// - Throws: `LensFault.outOfRange`, `.notRecorded`.
  func attentionRow(query: Int) throws(LensFault) -> [Float] {
    let shape = trace.shape
    let layer = try parameters.part("layer", count: shape.layers)
    let head = try parameters.part("head", count: shape.heads)
    let layers = layer.map { $0...$0 } ?? 0...shape.layers - 1
    let heads = head.map { $0...$0 } ?? 0...shape.heads - 1
    var sum = [Float](repeating: 0, count: query + 1)
    for layer in layers {
      for head in heads {
        guard let row = trace.pattern(layer: layer, head: head, query: query) else {
          throw .notRecorded("attention")
        }
        for key in row.indices { sum[key] += row[key] }
      }
    }
    let count = Float(layers.count * heads.count)
    return sum.map { $0 / count }
  }
}

extension Lens {
  /// Heads at a glance.
  static let attention = Lens(
    id: "attention", title: "Attention heads", paper: "Vaswani et al. 2017; Olsson et al. 2022",
    summary: "How much each head does of one thing, or of what it does most: layers by heads.",
    parameters: [
      LensParameter(
        "score", .choice(["strongest"] + HeadKind.allCases.map(\.rawValue)), standard: "strongest",
        "the share of attention on a kind's keys; strongest is the most of any but sink")
    ], needs: .attention, kind: .grid
  ) { bench in
    guard bench.trace.records.allSatisfy(\.hasAttention) else {
      throw LensFault.notRecorded("attention")
    }
    let shape = bench.trace.shape
    let means = HeadKind.means(bench.trace)
    let cells = 0..<shape.layers * shape.heads
    let (rows, columns) = (bench.layerLabels, bench.headLabels)
    guard let score = bench.parameters["score"], let kind = HeadKind(rawValue: score) else {
      let named = cells.map { HeadKind.name(of: $0, means: means) }
      // Resting on the first token is no work: it would drown all else.
      let working = means.filter { $0.key != .sink }
      let strongest = cells.map { index in working.values.map { $0[index] }.max() ?? .nan }
      return .grid(
        GridReading(
          scale: .probability, rows: rows, columns: columns, values: strongest,
          texts: named.map { $0?.rawValue ?? "" }))
    }
    let values = means[kind] ?? cells.map { _ in .nan }
    return .grid(GridReading(scale: .probability, rows: rows, columns: columns, values: values))
  }

  /// One head as a map.
  static let attentionHead = Lens(
    id: "attention-head", title: "Attention map", paper: "Vaswani et al. 2017",
    summary: "Which tokens each token looks at: a row for each, its weights sum to 1.",
    parameters: [.oneLayer, .oneHead, .firstToken, .lastToken], needs: .attention, kind: .matrix
  ) { bench in
    let stretch = try bench.stretch()
    var values: [Float] = []
    for query in stretch {
      try bench.checkCancellation()
      let row = try bench.attentionRow(query: query)
      values += row[stretch.lowerBound...query]
      values += [Float](repeating: .nan, count: stretch.upperBound - query)
      bench.progress(Double(query - stretch.lowerBound + 1) / Double(stretch.count))
    }
    let labels = Array(bench.pieces[stretch])
    return .matrix(
      MatrixReading(scale: .share, rows: labels, columns: labels, values: values))
  }

  /// Where one token looks.
  static let attentionFrom = Lens(
    id: "attention-from", title: "Attention from a token", paper: "Vaswani et al. 2017",
    summary: "How much one token looks at each token before it; sums to 1.",
    parameters: [.queryToken, .oneLayer, .oneHead], needs: .attention, kind: .tokens
  ) { bench in
    let count = bench.trace.records.count
    let query = try bench.parameters.token("token", count: count)
    let row = try bench.attentionRow(query: query)
    let nothing = [Double?](repeating: nil, count: count - row.count)
    return .tokens(TokenValues(scale: .share, values: row.map { Double($0) } + nothing))
  }
}
