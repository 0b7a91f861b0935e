import Inference
public import ModelFiles

extension TinyModel {
  /// The file, ready to be written, or to be broken first.
  public func writer() -> GGUFWriter {
    var writer = GGUFWriter()
    let (pieces, merges) = Self.vocabulary
    let kinds = pieces.indices.map { Int32($0 < pieces.count - 3 ? 1 : 3) }
    writer.metadata = [
      ("general.architecture", .string(family.name)),
      ("general.name", .string("tiny")),
      (family.name + ".block_count", .uint32(UInt32(layers))),
      (family.name + ".context_length", .uint32(UInt32(context))),
      (family.name + ".embedding_length", .uint32(UInt32(width))),
      (family.name + ".feed_forward_length", .uint32(UInt32(feedForwardWidth))),
      (family.name + ".attention.head_count", .uint32(UInt32(heads))),
      (family.name + ".attention.head_count_kv", .uint32(UInt32(keyValueHeads))),
      (family.name + ".rope.freq_base", .float32(Float(rotaryBase))),
      (
        family.name
          + (family.layerNorm
            ? ".attention.layer_norm_epsilon" : ".attention.layer_norm_rms_epsilon"),
        .float32(Float(epsilon))
      ),
      (family.name + ".vocab_size", .uint32(UInt32(vocabularySize))),
      (family.name + ".rope.dimension_count", .uint32(UInt32(headWidth))),
      ("tokenizer.ggml.model", .string("gpt2")),
      ("tokenizer.ggml.pre", .string("smollm")),
      ("tokenizer.ggml.tokens", .strings(pieces)),
      ("tokenizer.ggml.token_type", .int32s(kinds)),
      ("tokenizer.ggml.merges", .strings(merges)),
      ("tokenizer.ggml.bos_token_id", .uint32(298)),
      ("tokenizer.ggml.eos_token_id", .uint32(299)),
      (
        "tokenizer.chat_template",
        .string(
          "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + "
            + "message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}")
      ),
    ]
    writer.metadata += familyMetadata
    if beginsTexts { writer.metadata.append(("tokenizer.ggml.add_bos_token", .bool(true))) }
    writer.tensors = tensors
    if let rotaryScaling {
      writer.metadata += [
        (family.name + ".rope.scaling.type", .string("linear")),
        (family.name + ".rope.scaling.factor", .float32(rotaryScaling.factor)),
      ]
      writer.tensors.append(
        .init(
          name: "rope_freqs.weight", shape: [rotaryScaling.divisors.count],
          type: BlockType.f32.rawValue,
          data: BlockType.f32.blocks(of: rotaryScaling.divisors)))
    }
    return writer
  }

  /// What only some kinds of models say of themselves.
  private var familyMetadata: [(String, GGUFWriter.Value)] {
    var entries: [(String, GGUFWriter.Value)] = []
    func number(_ key: String, _ value: Double?) {
      if let value { entries.append((family.name + "." + key, .float32(Float(value)))) }
    }
    func count(_ key: String, _ value: Int?) {
      if let value { entries.append((family.name + "." + key, .uint32(UInt32(value)))) }
    }
    count("attention.key_length", family.headWidth)
    count("attention.value_length", family.headWidth)
    count("attention.sliding_window", family.window?.size)
    number("attn_logit_softcapping", family.attentionCap)
    number("final_logit_softcapping", family.logitCap)
    if let multipliers = family.multipliers {
      number("embedding_scale", multipliers.embedding)
      number("residual_scale", multipliers.residual)
      number("attention.scale", multipliers.attention)
      number("logit_scale", multipliers.logits)
    }
    if let experts = family.experts {
      count("expert_count", experts.count)
      count("expert_used_count", experts.used)
      count("expert_feed_forward_length", experts.width)
      if experts.shared > 0 { count("expert_shared_feed_forward_length", experts.shared) }
    }
    if let long = family.long {
      entries.append((family.name + ".rope.scaling.type", .string("longrope")))
      count("rope.scaling.original_context_length", 64)
      number("rope.scaling.attn_factor", long.magnitude)
    }
    return entries
  }
}

extension TinyModel {
  /// Stores the matrices, as they are now, in another type.
  public mutating func restore(as type: BlockType) {
    for index in tensors.indices where tensors[index].shape.count > 1 {
      let numbers = weight(tensors[index].name)
      tensors[index] = .init(
        name: tensors[index].name, shape: tensors[index].shape, type: type.rawValue,
        data: type.blocks(of: numbers))
    }
  }

  /// Overwrites a number of a tensor of 32-bit floats.
  public mutating func spoil(_ name: String, with number: Float) {
    guard let index = tensors.firstIndex(where: { $0.name == name }) else { return }
    tensors[index].data.replaceSubrange(8..<12, with: BlockType.f32.blocks(of: [number]))
  }
}
