import Foundation
import TestSupport

/// A transformer written down as plainly as possible, in f64: the oracle of the fast pass.
struct NaiveTransformer {
  /// Everything that one evaluation gives.
  struct Result {
    /// `[token][vocabulary]`
    var logits: [[Double]] = []
    /// `[layer][head][query][key]`
    var patterns: [[[[Double]]]] = []
    /// `[layer][token][width]`, after each layer
    var residuals: [[[Double]]] = []
    /// `[layer][token]`: the experts used, by ascending index
    var experts: [[[Int]]] = []
  }

  let tiny: TinyModel
  private var family: TinyFamily { tiny.family }

  init(_ tiny: TinyModel) { self.tiny = tiny }

  /// The weights that have been read: they are asked for at every token.
  private final class Store {
    var weights: [String: [Double]] = [:]
  }

  private let store = Store()

  private func weight(_ name: String) -> [Double] {
    if let known = store.weights[name] { return known }
    let values = tiny.weight(name).map(Double.init)
    store.weights[name] = values
    return values
  }

  /// `W x` for a row-major matrix with `x.count` columns.
  private func multiply(_ matrix: [Double], _ x: [Double]) -> [Double] {
    matrix.withUnsafeBufferPointer { matrix in
      (0..<matrix.count / x.count).map { row in
        var sum = 0.0
        for column in x.indices { sum += matrix[row * x.count + column] * x[column] }
        return sum
      }
    }
  }

  /// `W x + b`, where there is a bias.
  private func linear(_ name: String, _ x: [Double]) -> [Double] {
    let product = multiply(weight(name + ".weight"), x)
    let bias = weight(name + ".bias")
    return bias.isEmpty ? product : zip(product, bias).map(+)
  }

  private func norm(_ x: [Double], _ name: String) -> [Double] {
    let (weight, bias) = (weight(name + ".weight"), weight(name + ".bias"))
    let mean = family.layerNorm ? x.reduce(0, +) / Double(x.count) : 0
    let square = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    let scale = 1 / (square + tiny.epsilon).squareRoot()
    return x.indices.map {
      (x[$0] - mean) * scale * weight[$0] + (bias.isEmpty ? 0 : bias[$0])
    }
  }

  /// A norm of queries or keys, of each head or of all.
  private func headNorm(_ x: [Double], _ name: String) -> [Double] {
    if family.wideNorms { return norm(x, name) }
    guard family.headNorms else { return x }
    return stride(from: 0, to: x.count, by: tiny.headWidth).flatMap {
      norm(Array(x[$0..<$0 + tiny.headWidth]), name)
    }
  }

  private func rotate(_ x: [Double], position: Int, base: Double) -> [Double] {
    guard !family.positions else { return x }
    var x = x
    let width = tiny.headWidth
    let magnitude = family.long?.magnitude ?? 1
    for head in 0..<x.count / width {
      for pair in 0..<width / 2 {
        var angle = Double(position) * pow(base, -2 * Double(pair) / Double(width))
        if let (divisors, factor) = tiny.rotaryScaling {
          angle /= Double(divisors[pair]) * Double(factor)
        }
        if let long = family.long { angle /= Double(long.divisors[pair]) }
        let first = head * width + (family.adjacent ? 2 * pair : pair)
        let second = family.adjacent ? first + 1 : first + width / 2
        let (a, b) = (x[first], x[second])
        x[first] = (a * cos(angle) - b * sin(angle)) * magnitude
        x[second] = (a * sin(angle) + b * cos(angle)) * magnitude
      }
    }
    return x
  }

  private func activation(_ x: Double) -> Double {
    guard family.gelu else { return x / (1 + exp(-x)) }
    return 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
  }

  private func queriesKeysValues(
    _ block: String, _ x: [Double]
  ) -> (q: [Double], k: [Double], v: [Double]) {
    let (query, keyValue) = (
      tiny.heads * tiny.headWidth, tiny.keyValueHeads * tiny.headWidth
    )
    guard family.fusedAttention else {
      return (
        linear(block + "attn_q", x), linear(block + "attn_k", x), linear(block + "attn_v", x)
      )
    }
    let all = linear(block + "attn_qkv", x)
    return (
      Array(all[..<query]), Array(all[query..<query + keyValue]), Array(all[(query + keyValue)...])
    )
  }

  private func feedForward(_ block: String, _ x: [Double]) -> [Double] {
    var gate: [Double]
    var up: [Double] = []
    if family.fusedGate {
      let both = linear(block + "ffn_up", x)
      (gate, up) = (
        Array(both[..<tiny.feedForwardWidth]), Array(both[tiny.feedForwardWidth...])
      )
    } else if family.gate {
      (gate, up) = (linear(block + "ffn_gate", x), linear(block + "ffn_up", x))
    } else {
      gate = linear(block + "ffn_up", x)
    }
    gate = gate.map(activation)
    return linear(block + "ffn_down", up.isEmpty ? gate : zip(gate, up).map(*))
  }

  private func expert(_ name: (String) -> [Double], _ x: [Double]) -> [Double] {
    let hidden = zip(multiply(name("gate"), x).map(activation), multiply(name("up"), x)).map(*)
    return multiply(name("down"), hidden)
  }

  private func mixture(
    _ block: String, _ experts: TinyFamily.Experts, _ x: [Double]
  ) -> (sum: [Double], used: [Int]) {
    let scores = multiply(weight(block + "ffn_gate_inp.weight"), x).map(exp)
    let total = scores.reduce(0, +)
    let used = scores.indices.sorted { scores[$0] > scores[$1] }.prefix(experts.used).sorted()
    let kept = used.reduce(0) { $0 + scores[$1] }
    var sum = [Double](repeating: 0, count: x.count)
    for index in used {
      let size = experts.width * x.count
      let y = expert(
        {
          Array(weight(block + "ffn_\($0)_exps.weight")[index * size..<(index + 1) * size])
        }, x)
      let share = scores[index] / (experts.normalises ? kept : total)
      sum = zip(sum, y).map { $0 + share * $1 }
    }
    if experts.shared > 0 {
      let y = expert({ weight(block + "ffn_\($0)_shexp.weight") }, x)
      var share = 1.0
      if experts.sharedGate {
        let gate = weight(block + "ffn_gate_inp_shexp.weight")
        share = 1 / (1 + exp(-zip(gate, x).reduce(0) { $0 + $1.0 * $1.1 }))
      }
      sum = zip(sum, y).map { $0 + share * $1 }
    }
    return (sum, used)
  }

  /// Adds what a block gives to the stream.
  private func add(_ y: [Double], _ norm: String, to stream: inout [Double]) {
    let y = family.outputNorms ? self.norm(y, norm) : y
    let scale = family.multipliers?.residual ?? 1
    stream = zip(stream, y).map { $0 + scale * $1 }
  }

  func evaluate(_ ids: [Int]) -> Result {
    let width = tiny.headWidth
    let embedding = weight("token_embd.weight")
    let positions = weight("position_embd.weight")
    let dimension = tiny.width
    let scale =
      family.multipliers?.embedding
      ?? (family.scalesEmbedding ? Double(dimension).squareRoot() : 1)
    var stream = ids.enumerated().map { position, id in
      (0..<dimension).map {
        embedding[id * dimension + $0] * scale
          + (positions.isEmpty ? 0 : positions[position * dimension + $0])
      }
    }
    var result = Result()
    for layer in 0..<tiny.layers {
      let block = "blk.\(layer)."
      var window: Int?
      if let (size, period) = family.window, period == 1 || layer % period != period - 1 {
        window = size
      }
      let base = window == nil ? tiny.rotaryBase : family.windowBase ?? tiny.rotaryBase
      let normed = stream.map { family.inputNorms ? norm($0, block + "attn_norm") : $0 }
      let projections = normed.map { queriesKeysValues(block, $0) }
      let queries = projections.enumerated().map {
        rotate(headNorm($1.q, block + "attn_q_norm"), position: $0, base: base)
      }
      let keys = projections.enumerated().map {
        rotate(headNorm($1.k, block + "attn_k_norm"), position: $0, base: base)
      }
      let values = projections.map(\.v)
      var patterns = [[[Double]]](repeating: [], count: tiny.heads)
      for query in ids.indices {
        var mixed = [Double](repeating: 0, count: tiny.heads * width)
        for head in 0..<tiny.heads {
          let shared = head / (tiny.heads / tiny.keyValueHeads)
          let scores = (0...query).map { key -> Double in
            if let window, query - key >= window { return -.infinity }
            var score =
              (0..<width).reduce(0.0) {
                $0 + queries[query][head * width + $1] * keys[key][shared * width + $1]
              } * (family.multipliers?.attention ?? 1 / Double(width).squareRoot())
            if let cap = family.attentionCap { score = cap * tanh(score / cap) }
            return score
          }
          let most = scores.max() ?? 0
          let weights = scores.map { exp($0 - most) }
          let sum = weights.reduce(0, +)
          patterns[head].append(weights.map { $0 / sum })
          for key in 0...query {
            for c in 0..<width {
              mixed[head * width + c] += weights[key] / sum * values[key][shared * width + c]
            }
          }
        }
        add(
          linear(block + "attn_output", mixed), block + "post_attention_norm", to: &stream[query])
      }
      result.patterns.append(patterns)
      var experts: [[Int]] = []
      for token in ids.indices {
        let x = family.inputNorms ? norm(stream[token], block + "ffn_norm") : stream[token]
        if let described = family.experts {
          let (sum, used) = mixture(block, described, x)
          experts.append(used)
          add(sum, block + "post_ffw_norm", to: &stream[token])
        } else {
          add(feedForward(block, x), block + "post_ffw_norm", to: &stream[token])
        }
      }
      result.experts.append(experts)
      result.residuals.append(stream)
    }
    let unembedding = tiny.tied ? embedding : weight("output.weight")
    result.logits = stream.map { x in
      multiply(unembedding, norm(x, "output_norm")).map { logit in
        let logit = logit / (family.multipliers?.logits ?? 1)
        return family.logitCap.map { $0 * tanh(logit / $0) } ?? logit
      }
    }
    return result
  }
}
