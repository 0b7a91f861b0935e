import Inference

extension Command {
  /// How the text goes on while decoding.
  static let strategies: [Command] = [
    Command(
      "decode.next-strategy", "Decode plainly, healed, or by bytes", .decoding, keys: ["b"],
      isLogged: false
    ) { state, _ in
      let all = DecodeStrategy.allCases
      let index = all.firstIndex(of: state.decode.strategy) ?? 0
      return state.perform("decode.strategy", all[(index + 1) % all.count].rawValue)
    },
    Command(
      "decode.strategy", "Choose how to decode", .decoding, asks: "plain, heal or bytes",
      isListed: false
    ) { state, input in
      guard let strategy = input.flatMap(DecodeStrategy.init) else {
        state.tell("decoding is plain, heal or bytes", isError: true)
        return []
      }
      let effects = state.pause()
      state.decode.strategy = strategy
      // Steps of tokens and of bytes are not shown together.
      (state.decode.steps, state.decode.byteSteps) = ([], [])
      state.tell(strategy.summary)
      return effects
    },
    Command(
      "ensemble.combination", "Choose how models decode together", .decoding,
      asks: "mixture or product"
    ) { state, input in
      guard let combination = input.flatMap(ByteDecoder.Combination.init) else {
        state.tell("models decode together as a mixture or a product", isError: true)
        return []
      }
      guard state.hasCompanions else { return [] }
      let effects = state.pause()
      state.decode.ensemble.combination = combination
      return effects
    },
    Command(
      "ensemble.weights", "Set the weights of models decoding together", .decoding,
      asks: "weights, as 2 1"
    ) { state, input in
      guard state.hasCompanions else { return [] }
      let weights = (input ?? "").split(separator: " ").map { Double($0) ?? -1 }
      let count = state.decode.ensemble.models.count
      guard weights.count == count, weights.allSatisfy({ $0 >= 0 && $0.isFinite }),
        weights.reduce(0, +) > 0
      else {
        state.tell("\(count) numbers from 0 are wanted, one of them above 0", isError: true)
        return []
      }
      let effects = state.pause()
      let sum = weights.reduce(0, +)
      state.decode.ensemble.weights = weights.map { $0 / sum }
      return effects
    },
  ]
}

extension WorkbenchState {
  /// Whether several models decode together; says how they can where they do not.
  fileprivate var hasCompanions: Bool {
    mutating get {
      guard decode.ensemble.models.count < 2 else { return true }
      tell("one model is open: tessera --model A --model B opens two", isError: true)
      return false
    }
  }
}

extension DecodeStrategy {
  /// What the status line says of it.
  fileprivate var summary: String {
    switch self {
    case .plain: "decoding goes on after the last token"
    case .heal: "decoding takes a written text's last token back first"
    case .bytes: "decoding goes byte by byte, from the exact distribution"
    }
  }
}
