import Cells
import Inference
import Lenses

extension WorkbenchState {
  /// After every change: keeps indices within the text, and asks for what is shown but not there.
  mutating func settle() -> [Effect] {
    cursor = max(0, min(cursor, document.tokens.count - 1))
    caret = max(0, min(caret, document.bytes.count))
    chosenBranch = min(chosenBranch, branches.all.count - 1)
    if !visible.contains(focus) { focus = .text }
    if wantsCursorShown {
      scrollToCursor()
      wantsCursorShown = false
    }
    guard model != nil, !isReplaying else { return [] }
    settleComparison()
    return wantEvaluation() + wantBytes() + wantReadings() + wantTokenizers() + wantStudies()
  }

  /// Has the text scrolled so that the cursor is seen, once everything else is done.
  mutating func showCursor() { wantsCursorShown = true }

  private mutating func wantEvaluation() -> [Effect] {
    let wanted = wantedProbe
    if decode.isRunning, decode.strategy != .bytes {
      guard !decode.probe.isSuperset(of: wanted) else { return [] }
      decode.probe.formUnion(wanted)
      return [requestDecode()]
    }
    // The last token of a text that goes on by bytes becomes another with nearly each of them.
    let evaluable = decode.isRunning ? min(evaluable, document.tokens.count - 1) : evaluable
    let isThere = records.count >= evaluable && (evaluable == 0 || probe.isSuperset(of: wanted))
    if isThere {
      guard evaluation.isRunning else { return [] }
      evaluation.isRunning = false
      evaluation.generation += 1
      evaluation.version = version
      evaluation.count = evaluable
      return [.cancel(.evaluate)]
    }
    let isAsked =
      evaluation.version == version && evaluation.count == evaluable
      && evaluation.probe.isSuperset(of: wanted)
    guard !isAsked else { return [] }
    evaluation.generation += 1
    evaluation.isRunning = true
    evaluation.version = version
    evaluation.count = evaluable
    evaluation.probe = wanted
    if let model, document.tokens.count > model.context {
      tell(
        "\(document.tokens.count.grouped) tokens, the context holds \(model.context): "
          + "the rest is not evaluated", isError: true)
    }
    return [
      .evaluate(
        EvaluationRequest(
          generation: evaluation.generation, ids: Array(document.ids.prefix(evaluable)),
          probe: wanted))
    ]
  }

  /// Asks for the readings of what is shown, once for each text and setting.
  private mutating func wantReadings() -> [Effect] {
    var effects: [Effect] = []
    for key in ReadingKey.allCases {
      let inputs = wantedInputs(key)
      let had = readings.wanted[key]
      if readings.want(key, inputs), let inputs, let trace {
        effects.append(.read(ReadingRequest(key: key, inputs: inputs, trace: trace)))
      } else if inputs == nil, had != nil {
        effects.append(.cancel(.read(key)))
      }
    }
    return effects
  }

  private func wantedInputs(_ key: ReadingKey) -> ReadingInputs? {
    guard let last = records.last else { return nil }
    let here = records[safe: cursor]
    switch key {
    case .heat:
      // Surprisal, entropy and rank are read off the records while drawing.
      guard let lens, let kind = Command.heats.first(where: { $0.id == lens }) else { return nil }
      if lens == "attention-from", let here {
        return attentionInputs(from: here, last: last)
      }
      return kind.runsModel ? inputs(lens, ["token": "\(cursor)"], [last], kind.needs) : nil
    case .next:
      guard visible.contains(.next), !decode.isRunning, let here else { return nil }
      let following = records[safe: cursor + 1]
      return inputs(
        "next", ["token": "\(cursor)"], [here] + (following.map { [$0] } ?? []), [],
        sampler: decode.sampler)
    case .heads:
      guard visible.contains(.attention), !attention.showsMap else { return nil }
      return inputs("attention", ["score": attention.score], [last], .attention)
    case .map:
      guard visible.contains(.attention), attention.showsMap, let head = attention.head,
        let window = AttentionPane.window(self), let end = records[safe: window.upperBound]
      else { return nil }
      let values = [
        "layer": "\(head.layer)", "head": "\(head.head)", "from": "\(window.lowerBound)",
        "to": "\(window.upperBound)",
      ]
      return inputs("attention-head", values, [end], .attention)
    case .looks:
      guard visible.contains(.attention), let here else { return nil }
      return attentionInputs(from: here, last: here)
    case .layers:
      guard visible.contains(.layers), let window = LayersPane.window(self),
        let end = records[safe: window.upperBound]
      else { return nil }
      return inputs(
        "logit-lens", ["from": "\(window.lowerBound)", "to": "\(window.upperBound)"], [end],
        .residual)
    }
  }

  private func attentionInputs(from here: TokenRecord, last: TokenRecord) -> ReadingInputs? {
    var values = ["token": "\(cursor)"]
    if let head = attention.head {
      values["layer"] = "\(head.layer)"
      values["head"] = "\(head.head)"
    }
    return inputs("attention-from", values, here === last ? [here] : [here, last], .attention)
  }

  private func inputs(
    _ lens: String, _ values: [String: String], _ involved: [TokenRecord], _ needs: Probe,
    sampler: SamplerSettings? = nil
  ) -> ReadingInputs? {
    guard probe.isSuperset(of: needs), let lens = try? LensCatalog.lens(lens) else { return nil }
    var parameters = LensParameters(of: lens)
    for (name, value) in values { parameters.offer(name, value) }
    return ReadingInputs(
      lens: lens.id, parameters: parameters, sampler: sampler,
      records: involved.map { RecordIdentity(record: $0) })
  }
}
