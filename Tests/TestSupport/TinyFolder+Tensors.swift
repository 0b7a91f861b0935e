import ModelFiles

extension TinyFolder {
  /// The names of tensors outside of the blocks.
  private var outside: [String: String] {
    model.family.name == "gpt2"
      ? [
        "token_embd": "wte", "position_embd": "wpe", "output_norm": "ln_f", "output": "lm_head",
      ] : ["token_embd": "embed_tokens", "output_norm": "norm", "output": "lm_head"]
  }

  /// The names of tensors of a block, without those of experts.
  private var parts: [String: String] {
    var parts = [
      "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
      "attn_output": "self_attn.o_proj", "attn_qkv": "self_attn.qkv_proj",
      "attn_q_norm": "self_attn.q_norm", "attn_k_norm": "self_attn.k_norm",
      "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm",
      "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
      "ffn_gate_inp": "mlp.gate", "ffn_gate_inp_shexp": "mlp.shared_expert_gate",
      "ffn_gate_shexp": "mlp.shared_expert.gate_proj", "ffn_up_shexp": "mlp.shared_expert.up_proj",
      "ffn_down_shexp": "mlp.shared_expert.down_proj",
    ]
    if model.family.outputNorms {
      parts["post_attention_norm"] = "post_attention_layernorm"
      parts["post_ffw_norm"] = "post_feedforward_layernorm"
      parts["ffn_norm"] = "pre_feedforward_layernorm"
    }
    if model.family.fusedGate { parts["ffn_up"] = "mlp.gate_up_proj" }
    switch model.family.folderName {
    case "gpt2":
      parts = [
        "attn_norm": "ln_1", "ffn_norm": "ln_2", "attn_qkv": "attn.c_attn",
        "attn_output": "attn.c_proj", "ffn_up": "mlp.c_fc", "ffn_down": "mlp.c_proj",
      ]
    case "mixtral": parts["ffn_gate_inp"] = "block_sparse_moe.gate"
    case "granitemoe", "granitemoeshared":
      parts["ffn_gate_inp"] = "block_sparse_moe.router.layer"
      parts["ffn_down_shexp"] = "shared_mlp.output_linear"
    default: break
    }
    return parts
  }

  /// The tensors as Hugging Face has them.
  public func writer() -> SafetensorsWriter {
    var writer = SafetensorsWriter()
    writer.metadata = [("format", "pt")]
    let gpt2 = model.family.name == "gpt2"
    let before = prefix ?? (gpt2 ? "transformer." : "model.")
    for tensor in model.tensors {
      let dot = tensor.name.lastIndex(of: ".") ?? tensor.name.endIndex
      let (stem, ending) = (String(tensor.name[..<dot]), String(tensor.name[dot...]))
      if let name = outside[stem] {
        writer.add(tensor, name == "lm_head" ? name + ending : before + name + ending, change)
      } else if stem.hasPrefix("blk.") {
        let pieces = stem.split(separator: ".")
        let block = before + (gpt2 ? "h." : "layers.") + pieces[1] + "."
        let part = String(pieces[2])
        if part.hasSuffix("_exps") || part == "ffn_gate_shexp" || part == "ffn_up_shexp" {
          addExperts(part, tensor, block, to: &writer)
        } else if let name = parts[part] {
          writer.add(tensor, block + name + ending, change)
        }
      }
    }
    return writer
  }

  /// Experts one by one, or gate and `up` of all in one tensor.
  private func addExperts(
    _ part: String, _ tensor: GGUFWriter.Tensor, _ block: String,
    to writer: inout SafetensorsWriter
  ) {
    let role = String(part.split(separator: "_")[1])
    let fused = model.family.name == "granitemoe"
    if part.hasSuffix("_shexp"), !fused {
      return writer.add(tensor, block + (parts[part] ?? part) + ".weight", change)
    }
    let count = tensor.shape.count == 3 ? tensor.shape[2] : 1
    let size = tensor.data.count / count
    let pieces = (0..<count).map { Array(tensor.data[$0 * size..<($0 + 1) * size]) }
    guard !fused else {
      let module = part.hasSuffix("_shexp") ? "shared_mlp." : "block_sparse_moe."
      if role == "down" {
        return writer.add(tensor, block + module + "output_linear.weight", change)
      }
      // `up` follows the gate, and is put behind it.
      let name = block + module + "input_linear.weight"
      if role == "gate" { return writer.add(tensor, name, change) }
      guard let place = writer.tensors.lastIndex(where: { $0.name == name }) else { return }
      let gates = writer.tensors[place].data
      writer.tensors[place].data = (0..<count).flatMap {
        gates[$0 * size..<($0 + 1) * size] + pieces[$0]
      }
      writer.tensors[place].shape[writer.tensors[place].shape.count - 2] *= 2
      return
    }
    let mixtral = model.family.folderName == "mixtral"
    let names = ["gate": "w1", "down": "w2", "up": "w3"]
    for (expert, data) in pieces.enumerated() {
      let name =
        mixtral
        ? "block_sparse_moe.experts.\(expert).\(names[role] ?? role)"
        : "mlp.experts.\(expert).\(role)_proj"
      var single = tensor
      single.shape = Array(tensor.shape.prefix(2))
      single.data = data
      writer.add(single, block + name + ".weight", change)
    }
  }

  /// How the numbers of a tensor differ from GGUF's: rows and their order, what norms lack.
  private func change(
    _ tensor: GGUFWriter.Tensor, _ name: String
  ) -> (shape: [Int], data: [UInt8]) {
    let size = BlockType(rawValue: tensor.type)?.blockBytes ?? 1
    let (columns, rows) = (tensor.shape[0], tensor.shape.dropFirst().reduce(1, *))
    let shape = Array(tensor.shape.reversed())
    let part = tensor.name.split(separator: ".").dropLast().last ?? ""
    if model.family.name == "gpt2", tensor.shape.count == 2, tensor.name.hasPrefix("blk.") {
      var data: [UInt8] = []
      for column in 0..<columns {
        for row in 0..<rows {
          data += tensor.data[(row * columns + column) * size..<(row * columns + column + 1) * size]
        }
      }
      return (shape.reversed(), data)
    }
    if model.family.adjacent, part == "attn_q" || part == "attn_k" {
      // Pairs of neighbours become halves.
      let (width, half) = (model.headWidth, model.headWidth / 2)
      let rowBytes = tensor.shape.count == 1 ? size : columns * size
      let count = tensor.data.count / rowBytes
      let data = (0..<count).flatMap { row -> ArraySlice<UInt8> in
        let (head, place) = (row / width, row % width)
        let source = head * width + 2 * (place % half) + place / half
        return tensor.data[source * rowBytes..<(source + 1) * rowBytes]
      }
      return (shape, data)
    }
    if model.family.scalesEmbedding, part.hasSuffix("norm"),
      let type = BlockType(rawValue: tensor.type)
    {
      // Exact: the weights lie between a half and two (Sterbenz's lemma).
      let less = tensor.data.withUnsafeBytes { type.floats($0) }.map { $0 - 1 }
      return (shape, type.blocks(of: less))
    }
    return (shape, tensor.data)
  }
}

extension SafetensorsWriter {
  fileprivate mutating func add(
    _ tensor: GGUFWriter.Tensor, _ name: String,
    _ change: (GGUFWriter.Tensor, String) -> (shape: [Int], data: [UInt8])
  ) {
    let (shape, data) = change(tensor, name)
    tensors.append(
      Tensor(
        name: name, type: BlockType(rawValue: tensor.type)?.name ?? "?", shape: shape, data: data))
  }
}
