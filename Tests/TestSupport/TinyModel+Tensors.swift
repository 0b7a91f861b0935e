import Inference
import ModelFiles

extension TinyModel {
  /// The tensors, with seeded numbers. Those of a plain llama come in the order in which they were
  /// first drawn, which tests and pictures rest on.
  func makeTensors() -> [GGUFWriter.Tensor] {
    var generator = SeededGenerator(seed: seed)
    func tensor(
      _ name: String, _ shape: [Int], _ type: BlockType, _ draw: () -> Float
    ) -> GGUFWriter.Tensor {
      let values = (0..<shape.reduce(1, *)).map { _ in draw() }
      return .init(
        name: name, shape: shape, type: type.rawValue, data: type.blocks(of: values))
    }
    func matrix(
      _ name: String, _ rows: Int, _ columns: Int, scale: Double, count: Int? = nil,
      as type: BlockType? = nil
    ) -> GGUFWriter.Tensor {
      tensor(name + ".weight", [columns, rows] + (count.map { [$0] } ?? []), type ?? self.type) {
        Float((generator.nextUnit() * 2 - 1) * scale / Double(columns).squareRoot())
      }
    }
    func norm(_ name: String, _ width: Int) -> [GGUFWriter.Tensor] {
      let weight = tensor(name + ".weight", [width], vectorType) {
        Float(0.5 + generator.nextUnit())
      }
      return family.layerNorm ? [weight, bias(name, width)] : [weight]
    }
    func bias(_ name: String, _ width: Int) -> GGUFWriter.Tensor {
      tensor(name + ".bias", [width], vectorType) { Float(generator.nextUnit() - 0.5) }
    }

    let (query, keyValue) = (heads * headWidth, keyValueHeads * headWidth)
    var tensors = [matrix("token_embd", vocabularySize, width, scale: 8)]
    tensors += norm("output_norm", width)
    if !tied { tensors.append(matrix("output", vocabularySize, width, scale: 4)) }
    if family.positions { tensors.append(matrix("position_embd", context, width, scale: 4)) }
    if let long = family.long {
      for (name, factor) in [("short", Float(1)), ("long", 2)] {
        var divisors = long.divisors.map { $0 * factor }
        tensors.append(
          tensor("rope_factors_\(name).weight", [divisors.count], .f32) { divisors.removeFirst() })
      }
    }
    for layer in 0..<layers {
      let block = "blk.\(layer)."
      if family.inputNorms { tensors += norm(block + "attn_norm", width) }
      if family.fusedAttention {
        tensors.append(matrix(block + "attn_qkv", query + 2 * keyValue, width, scale: 3))
        if family.biases { tensors.append(bias(block + "attn_qkv", query + 2 * keyValue)) }
      } else {
        tensors += [
          matrix(block + "attn_q", query, width, scale: 3),
          matrix(block + "attn_k", keyValue, width, scale: 3),
          matrix(block + "attn_v", keyValue, width, scale: 2),
        ]
        if family.biases {
          tensors += [
            bias(block + "attn_q", query), bias(block + "attn_k", keyValue),
            bias(block + "attn_v", keyValue),
          ]
        }
      }
      tensors.append(matrix(block + "attn_output", width, query, scale: 2))
      if family.otherBiases { tensors.append(bias(block + "attn_output", width)) }
      if family.headNorms {
        tensors += norm(block + "attn_q_norm", headWidth) + norm(block + "attn_k_norm", headWidth)
      }
      if family.wideNorms {
        tensors += norm(block + "attn_q_norm", query) + norm(block + "attn_k_norm", keyValue)
      }
      if family.outputNorms { tensors += norm(block + "post_attention_norm", width) }
      if family.inputNorms { tensors += norm(block + "ffn_norm", width) }
      if let experts = family.experts {
        tensors += [
          matrix(block + "ffn_gate_inp", experts.count, width, scale: 4, as: vectorType),
          matrix(block + "ffn_gate_exps", experts.width, width, scale: 2, count: experts.count),
          matrix(block + "ffn_up_exps", experts.width, width, scale: 2, count: experts.count),
          matrix(block + "ffn_down_exps", width, experts.width, scale: 2, count: experts.count),
        ]
        if experts.shared > 0 {
          tensors += [
            matrix(block + "ffn_gate_shexp", experts.shared, width, scale: 2),
            matrix(block + "ffn_up_shexp", experts.shared, width, scale: 2),
            matrix(block + "ffn_down_shexp", width, experts.shared, scale: 2),
          ]
        }
        if experts.sharedGate {
          tensors += [
            tensor(block + "ffn_gate_inp_shexp.weight", [width], vectorType) {
              Float(generator.nextUnit() - 0.5)
            }
          ]
        }
      } else {
        if family.fusedGate {
          tensors.append(matrix(block + "ffn_up", 2 * feedForwardWidth, width, scale: 2))
        } else {
          if family.gate {
            tensors.append(matrix(block + "ffn_gate", feedForwardWidth, width, scale: 2))
          }
          tensors.append(matrix(block + "ffn_up", feedForwardWidth, width, scale: 2))
        }
        tensors.append(matrix(block + "ffn_down", width, feedForwardWidth, scale: 2))
        if family.otherBiases {
          if family.gate { tensors.append(bias(block + "ffn_gate", feedForwardWidth)) }
          tensors.append(bias(block + "ffn_up", feedForwardWidth))
          tensors.append(bias(block + "ffn_down", width))
        }
      }
      if family.outputNorms { tensors += norm(block + "post_ffw_norm", width) }
    }
    return tensors
  }
}
