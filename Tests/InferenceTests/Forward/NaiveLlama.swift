import Foundation
import TestSupport

/// The llama architecture written down as plainly as possible, in f64: the oracle of the fast pass.
struct NaiveLlama {
  /// Everything that one evaluation gives.
  struct Result {
    /// `[token][vocabulary]`
    var logits: [[Double]] = []
    /// `[layer][head][query][key]`
    var patterns: [[[[Double]]]]
    /// `[layer][token][width]`, after each layer
    var residuals: [[[Double]]] = []
  }

  let tiny: TinyModel

  init(_ tiny: TinyModel) { self.tiny = tiny }

  private func weight(_ name: String) -> [Double] { tiny.weight(name).map(Double.init) }

  /// `W x` for a row-major matrix with `x.count` columns.
  private func multiply(_ matrix: [Double], _ x: [Double]) -> [Double] {
    (0..<matrix.count / x.count).map { row in
      x.indices.reduce(0) { $0 + matrix[row * x.count + $1] * x[$1] }
    }
  }

  private func norm(_ x: [Double], _ weight: [Double]) -> [Double] {
    let mean = x.reduce(0) { $0 + $1 * $1 } / Double(x.count)
    let scale = 1 / (mean + tiny.epsilon).squareRoot()
    return zip(x, weight).map { $0 * scale * $1 }
  }

  private func rotate(_ x: [Double], position: Int) -> [Double] {
    var x = x
    let width = tiny.headWidth
    for head in 0..<x.count / width {
      for pair in 0..<width / 2 {
        var angle = Double(position) * pow(tiny.rotaryBase, -2 * Double(pair) / Double(width))
        if let (divisors, factor) = tiny.rotaryScaling {
          angle /= Double(divisors[pair]) * Double(factor)
        }
        let (a, b) = (x[head * width + 2 * pair], x[head * width + 2 * pair + 1])
        x[head * width + 2 * pair] = a * cos(angle) - b * sin(angle)
        x[head * width + 2 * pair + 1] = a * sin(angle) + b * cos(angle)
      }
    }
    return x
  }

  func evaluate(_ ids: [Int]) -> Result {
    let width = tiny.headWidth
    let embedding = weight("token_embd.weight")
    let dimension = tiny.width
    var stream = ids.map { Array(embedding[$0 * dimension..<($0 + 1) * dimension]) }
    var result = Result(patterns: [])
    for layer in 0..<tiny.layers {
      let block = "blk.\(layer)."
      let normed = stream.map { norm($0, weight(block + "attn_norm.weight")) }
      let (wq, wk) = (weight(block + "attn_q.weight"), weight(block + "attn_k.weight"))
      let (wv, wo) = (weight(block + "attn_v.weight"), weight(block + "attn_output.weight"))
      let queries = normed.enumerated().map { rotate(multiply(wq, $1), position: $0) }
      let keys = normed.enumerated().map { rotate(multiply(wk, $1), position: $0) }
      let values = normed.map { multiply(wv, $0) }
      var patterns = [[[Double]]](repeating: [], count: tiny.heads)
      for query in ids.indices {
        var mixed = [Double](repeating: 0, count: tiny.heads * width)
        for head in 0..<tiny.heads {
          let shared = head / (tiny.heads / tiny.keyValueHeads)
          let scores = (0...query).map { key in
            (0..<width).reduce(0.0) {
              $0 + queries[query][head * width + $1] * keys[key][shared * width + $1]
            } / Double(width).squareRoot()
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
        stream[query] = zip(stream[query], multiply(wo, mixed)).map(+)
      }
      result.patterns.append(patterns)
      let (gate, up) = (weight(block + "ffn_gate.weight"), weight(block + "ffn_up.weight"))
      let down = weight(block + "ffn_down.weight")
      for token in ids.indices {
        let x = norm(stream[token], weight(block + "ffn_norm.weight"))
        let hidden = zip(multiply(gate, x), multiply(up, x)).map { $0 / (1 + exp(-$0)) * $1 }
        stream[token] = zip(stream[token], multiply(down, hidden)).map(+)
      }
      result.residuals.append(stream)
    }
    let unembedding = tiny.tied ? embedding : weight("output.weight")
    result.logits = stream.map { multiply(unembedding, norm($0, weight("output_norm.weight"))) }
    return result
  }
}
