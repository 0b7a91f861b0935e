import CKernels

extension ForwardPass {
  /// Attention: `stream += W_O softmax(scale · q kᵀ) v`, from `normalised`.
  ///
  /// - Parameters:
  ///   - tokens: those that `member` works on, alone or with others.
  ///   - connected: the same thread among all that meet before tokens attend to each other; at least
  ///     those that `member` works with, since they share the heads of a token.
  func attend<R: Recorder>(
    _ index: Int, _ layer: LayerWeights, _ batch: Batch, _ tokens: Range<Int>, _ caches: Caches,
    recorder: R, member: ThreadTeam.Member, connected: ThreadTeam.Member
  ) {
    let own = member.share(of: tokens)
    let keyValueWidth = shape.keyValueWidth

    // q, k, v: [n, q], [n, k], [n, k].
    layer.query.multiply(
      normalised, tokens, into: queries, stride: shape.queryWidth, member: member)
    layer.key.multiply(normalised, tokens, into: keys, stride: keyValueWidth, member: member)
    layer.value.multiply(normalised, tokens, into: values, stride: keyValueWidth, member: member)
    member.barrier()

    for token in own {
      let q = queries + token * shape.queryWidth
      let k = keys + token * keyValueWidth
      if let norm = layer.queryNorm { normalise(q, heads: shape.heads, by: norm) }
      if let norm = layer.keyNorm { normalise(k, heads: shape.keyValueHeads, by: norm) }
      if !architecture.rotaries.isEmpty {
        let table = architecture.rotary(ofLayer: index)
        rotate(q, heads: shape.heads, token: token, table: table)
        rotate(k, heads: shape.keyValueHeads, token: token, table: table)
      }
      caches.target.store(
        layer: index, position: caches.first + token, keys: k,
        values: values + token * keyValueWidth)
      recorder.queriesAndKeys(
        layer: index, token: token, queries: floats(q, shape.queryWidth).span,
        keys: floats(k, keyValueWidth).span)
    }
    connected.barrier()

    // Who has whole blocks of columns need not wait for the others before it quantises them.
    let wholeBlocks = shape.headWidth.isMultiple(of: Int(CK_BLOCK))
    let n = tokens.count
    let wholeTokens = n.isMultiple(of: member.count) || n >= 8 * member.count
    // Rows of weights of the heads that share keys: [heads, position + 1].
    let rows = self.row + member.place * headsOfGroup * context
    batch.slots.withUnsafeBufferPointer { slots in
      let pairs = member.share(of: n * shape.heads, granularity: wholeTokens ? shape.heads : 1)
      var pair = pairs.lowerBound
      while pair < pairs.upperBound {
        let (token, head) = (tokens.lowerBound + pair / shape.heads, pair % shape.heads)
        let end = min(pairs.upperBound, pair - head % headsOfGroup + headsOfGroup)
        let heads = head..<head + (end - pair)
        let length = score(
          index, heads: heads, token: token, batch, slots: slots, caches, into: rows)
        if recorder.wantsAttention {
          for (place, head) in heads.enumerated() {
            recorder.attention(
              layer: index, head: head, token: token,
              weights: floats(rows + place * context, length).span)
          }
        }
        bring(index, heads: heads, token: token, batch, slots: slots, caches, weights: rows)
        if wholeBlocks {
          let columns = heads.lowerBound * shape.headWidth..<heads.upperBound * shape.headWidth
          mixed.quantise(token, columns: columns, width: shape.queryWidth)
        }
        pair = end
      }
    }
    if !wholeBlocks {
      if !wholeTokens { member.barrier() }
      mixed.quantise(own, width: shape.queryWidth)
    }
    member.barrier()
    let columns = layer.output.multiply(
      mixed, tokens, into: update, stride: shape.width, member: member)
    add(rows: columns, of: tokens, after: layer.attentionOutputNorm, member: member)
    member.barrier()
    normaliseStream(own, by: layer.attentionStreamNorm)
  }

  /// A norm of each head's vector, or, where its weights are as many as all heads', of all together.
  private func normalise(_ x: UnsafeMutablePointer<Float>, heads: Int, by weight: [Float]) {
    for place in stride(from: 0, to: heads * shape.headWidth, by: weight.count) {
      ck_rmsnorm(x + place, weight, architecture.epsilon, Int32(weight.count), x + place)
    }
  }

  private func rotate(_ x: UnsafeMutablePointer<Float>, heads: Int, token: Int, table: Int) {
    let pairs = architecture.rotaries[table].frequencies.count
    let cosines = angles[table].cosines + token * pairs
    let sines = angles[table].sines + token * pairs
    let (heads, width, rotated) = (Int32(heads), Int32(shape.headWidth), Int32(2 * pairs))
    switch architecture.family.pairing {
    case .adjacent: ck_rotate_pairs(x, heads, width, rotated, cosines, sines)
    case .halves: ck_rotate_halves(x, heads, width, rotated, cosines, sines)
    }
  }

  /// How many heads share keys and values.
  private var headsOfGroup: Int { shape.heads / shape.keyValueHeads }

  /// A row of attention weights for each of some heads that share keys, `context` floats apart, in
  /// the order of positions; zero outside the layer's window.
  ///
  /// - Returns: how many there are in a row.
  private func score(
    _ layer: Int, heads: Range<Int>, token: Int, _ batch: Batch, slots: UnsafeBufferPointer<Int32>,
    _ caches: Caches, into row: UnsafeMutablePointer<Float>
  ) -> Int {
    let width = shape.headWidth
    let source = shape.keyValueHead(ofHead: heads.lowerBound)
    let query = queries + token * shape.queryWidth + heads.lowerBound * width
    let count = Int32(heads.count)
    let prefix = batch.prefixes[token]
    let own = batch.firstSlot[token]..<batch.firstSlot[token + 1]
    let length = prefix + own.count
    let first = shape.firstAttended(layer: layer, from: batch.positions[token])
    for place in 0..<heads.count { (row + place * context).update(repeating: 0, count: first) }
    if first < prefix {
      ck_attention_scores(
        query, count, caches.text.keys(layer: layer, head: source, from: first), nil,
        Int32(prefix - first), Int32(width), shape.attentionScale, row + first, context)
    }
    let skipped = max(0, first - prefix)
    if skipped < own.count {
      ck_attention_scores(
        query, count, caches.target.keys(layer: layer, head: source),
        slots.baseAddress.map { $0 + own.lowerBound + skipped }, Int32(own.count - skipped),
        Int32(width), shape.attentionScale, row + prefix + skipped, context)
    }
    for place in 0..<heads.count {
      let weights = row + place * context + first
      if let cap = shape.attentionSoftcap { ck_softcap(weights, Int32(length - first), cap) }
      ck_softmax(weights, Int32(length - first))
    }
    return length
  }

  /// The values that rows of attention weights of heads that share them bring to their token.
  private func bring(
    _ layer: Int, heads: Range<Int>, token: Int, _ batch: Batch, slots: UnsafeBufferPointer<Int32>,
    _ caches: Caches, weights row: UnsafePointer<Float>
  ) {
    let width = shape.headWidth
    let source = shape.keyValueHead(ofHead: heads.lowerBound)
    let target = mixed.floats + token * shape.queryWidth + heads.lowerBound * width
    let count = Int32(heads.count)
    let prefix = batch.prefixes[token]
    let own = batch.firstSlot[token]..<batch.firstSlot[token + 1]
    let first = shape.firstAttended(layer: layer, from: batch.positions[token])
    target.update(repeating: 0, count: heads.count * width)
    if first < prefix {
      ck_attention_values(
        row + first, context, count, caches.text.values(layer: layer, head: source, from: first),
        nil, Int32(prefix - first), Int32(width), target)
    }
    let skipped = max(0, first - prefix)
    if skipped < own.count {
      ck_attention_values(
        row + prefix + skipped, context, count, caches.target.values(layer: layer, head: source),
        slots.baseAddress.map { $0 + own.lowerBound + skipped }, Int32(own.count - skipped),
        Int32(width), target)
    }
  }
}
