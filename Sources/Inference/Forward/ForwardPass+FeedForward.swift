import CKernels
import Foundation

extension ForwardPass {
  /// A feed-forward network on some rows of `x`.
  ///
  /// - Returns: the columns of `y` that this member has computed.
  func feed(
    _ network: FeedForward, _ x: Activations, _ tokens: Range<Int>,
    into y: UnsafeMutablePointer<Float>,
    member: ThreadTeam.Member
  ) -> Range<Int> {
    let width = network.width
    // Whole blocks, so that a member has all that it needs to quantise what it has computed.
    let block = Int(CK_BLOCK)
    let rows: Range<Int>
    if let gate = network.gate {
      rows = gate.multiply(
        x, tokens, into: hidden.floats, stride: width, granularity: block, member: member)
      network.up.multiply(
        x, tokens, into: up, stride: width, granularity: block, member: member)
    } else {
      rows = network.up.multiply(
        x, tokens, into: hidden.floats, stride: width, granularity: block, member: member)
    }
    for token in tokens where !rows.isEmpty {
      let offset = token * width + rows.lowerBound
      let factor = network.gate == nil ? nil : up + offset
      activate(hidden.floats + offset, times: factor, count: rows.count)
      hidden.quantise(token, columns: rows, width: width)
    }
    member.barrier()
    return network.down.multiply(hidden, tokens, into: y, stride: shape.width, member: member)
  }

  private func activate(
    _ x: UnsafeMutablePointer<Float>, times factor: UnsafePointer<Float>?, count: Int
  ) {
    switch architecture.family.activation {
    case .silu: ck_silu_product(x, factor, Int32(count))
    case .geluTanh: ck_gelu_tanh_product(x, factor, Int32(count))
    case .geluErf:
      ck_gelu_erf(x, Int32(count))
      if let factor {
        for index in 0..<count { x[index] *= factor[index] }
      }
    }
  }

  /// A mixture of experts: each token goes through those that the router likes best, and through
  /// the shared one. All members work on all `n` tokens of the pass: those of an expert are gathered,
  /// each expert's in the same rows.
  func mix<R: Recorder>(
    _ index: Int, _ layer: ExpertWeights, n: Int, recorder: R, member: ThreadTeam.Member
  ) {
    guard let routing, let described = architecture.experts else { return }
    layer.router.multiply(
      normalised, tokens: 0..<n, into: routing.scores, stride: described.count, member: member)
    let columns = member.share(of: shape.width, granularity: Int(CK_PANEL))
    for token in 0..<n {
      (update + token * shape.width + columns.lowerBound).update(repeating: 0, count: columns.count)
    }
    member.barrier()
    for token in member.share(of: n) {
      routing.choose(token)
      recorder.router(
        layer: index, token: token, experts: routing.chosen(by: token).span,
        weights: routing.weights(of: token).span)
    }
    member.barrier()
    for (expert, network) in layer.experts.enumerated() {
      let users = routing.tokens(of: expert, among: n)
      guard !users.isEmpty else { continue }
      if member.index == 0 {
        for (row, token) in users.enumerated() {
          routing.gathered.copy(row, from: normalised, row: token.index, width: shape.width)
        }
      }
      member.barrier()
      let rows = feed(
        network, routing.gathered, 0..<users.count, into: routing.products, member: member)
      for (row, token) in users.enumerated() {
        ck_axpy(
          token.weight, routing.products + row * shape.width + rows.lowerBound,
          update + token.index * shape.width + rows.lowerBound, Int32(rows.count))
      }
      // The next expert overwrites what this one reads.
      member.barrier()
    }
    if let shared = layer.shared {
      let rows = feed(shared, normalised, 0..<n, into: routing.products, member: member)
      for token in 0..<n {
        var weight: Float = 1
        if let gate = layer.sharedGate {
          let x = normalised.floats + token * shape.width
          weight = 1 / (1 + exp(-ck_dot(gate, x, Int32(shape.width))))
        }
        ck_axpy(
          weight, routing.products + token * shape.width + rows.lowerBound,
          update + token * shape.width + rows.lowerBound, Int32(rows.count))
      }
    }
    add(rows: columns, of: 0..<n, after: nil, member: member)
  }
}

/// Which experts the tokens of a pass use, and memory for gathering tokens.
///
/// Members write the choices of different tokens, and meet at a barrier before they read them.
final class Routing {
  let experts: Experts
  /// The router's logits, then their softmax: `[n, experts]`.
  let scores: UnsafeMutablePointer<Float>
  /// The inputs of one expert's tokens: `[n, d]`.
  let gathered: Activations
  /// What an expert gives: `[n, d]`.
  let products: UnsafeMutablePointer<Float>
  private let choices: UnsafeMutablePointer<Int32>
  private let shares: UnsafeMutablePointer<Float>

  init(_ experts: Experts, tokens: Int, width: Int, members: Int) {
    self.experts = experts
    scores = .zeros(tokens * experts.count)
    gathered = Activations(tokens: tokens, width: width, members: members)
    products = .zeros(tokens * width)
    choices = .allocate(capacity: tokens * experts.used)
    choices.initialize(repeating: 0, count: tokens * experts.used)
    shares = .zeros(tokens * experts.used)
  }

  deinit {
    scores.deallocate()
    products.deallocate()
    choices.deallocate()
    shares.deallocate()
  }

  /// The experts that a token uses, the likeliest first.
  func chosen(by token: Int) -> UnsafeBufferPointer<Int32> {
    UnsafeBufferPointer(start: choices + token * experts.used, count: experts.used)
  }

  /// The weights of the experts that a token uses.
  func weights(of token: Int) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(start: shares + token * experts.used, count: experts.used)
  }

  /// Takes the likeliest experts of a token, ties by ascending index.
  func choose(_ token: Int) {
    let scores = self.scores + token * experts.count
    ck_softmax(scores, Int32(experts.count))
    let best = DistributionSummary.best(
      experts.used, of: UnsafeBufferPointer(start: scores, count: experts.count))
    let sum = experts.normalises ? best.reduce(0) { $0 + scores[$1] } : 1
    for (place, expert) in best.enumerated() {
      choices[token * experts.used + place] = Int32(expert)
      shares[token * experts.used + place] = scores[expert] / sum * experts.scale
    }
  }

  /// The tokens, of the first `n`, that use an expert, with its weight for them.
  func tokens(of expert: Int, among n: Int) -> [(index: Int, weight: Float)] {
    var tokens: [(Int, Float)] = []
    for place in 0..<n * experts.used where choices[place] == expert {
      tokens.append((place / experts.used, shares[place]))
    }
    return tokens
  }
}
