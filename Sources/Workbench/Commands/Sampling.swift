import Inference

extension Command {
  /// How tokens are drawn.
  static let sampling: [Command] =
    [
      Command("sampler.cooler", "Lower temperature", .sampling, keys: ["t"], isLogged: false) {
        state, _ in
        let value = max(0, state.decode.sampler.temperature - 0.1)
        return state.perform("sampler.temperature", Decimals.text(Double(value), places: 2))
      },
      Command("sampler.warmer", "Higher temperature", .sampling, keys: ["T"], isLogged: false) {
        state, _ in
        let value = min(100, state.decode.sampler.temperature + 0.1)
        return state.perform("sampler.temperature", Decimals.text(Double(value), places: 2))
      },
      Command("sampler.greedy", "Always the likeliest token", .sampling) { state, _ in
        state.decode.sampler.temperature = 0
        return []
      },
    ] + numbers.map(\.command) + [
      Command("sampler.seed", "Set the seed", .sampling, asks: "seed") { state, input in
        guard let seed = input.flatMap({ UInt64($0) }) else {
          state.tell("a seed is a whole number from 0", isError: true)
          return []
        }
        state.decode.sampler.seed = seed
        return []
      },
      Command("stop.text", "Stop decoding at a text (none: never)", .sampling, asks: "stop text") {
        state, input in
        state.decode.stop.texts = input.flatMap { $0.isEmpty ? nil : [Array($0.utf8)] } ?? []
        return []
      },
      Command("stop.limit", "Stop decoding after so many tokens", .sampling, asks: "tokens") {
        state, input in
        guard let limit = input.flatMap({ Int($0) }), limit > 0 else {
          state.tell("a limit is a whole number from 1", isError: true)
          return []
        }
        state.decode.stop.limit = limit
        return []
      },
      Command("stop.end", "Stop, or not, where the model ends its text", .sampling) { state, _ in
        state.decode.stop.atEnd.toggle()
        return []
      },
    ]

  /// A number of the sampler.
  struct Setting: Sendable {
    let name: String
    let title: String
    let range: ClosedRange<Float>
    let get: @Sendable (SamplerSettings) -> Float
    let set: @Sendable (inout SamplerSettings, Float) -> Void

    fileprivate var command: Command {
      Command("sampler.\(name)", "Set \(title)", .sampling, asks: name) { state, input in
        guard let value = input.flatMap({ Float($0) }), range.contains(value) else {
          let (low, high) = (Decimals.short(range.lowerBound), Decimals.short(range.upperBound))
          state.tell("\(name) is a number from \(low) to \(high)", isError: true)
          return []
        }
        set(&state.decode.sampler, value)
        state.tell("\(name) \(Decimals.short(value))")
        return []
      }
    }
  }

  /// The numbers of the sampler, in the order of its stages.
  static let numbers: [Setting] = [
    Setting(
      name: "repetition", title: "repetition penalty (1: none)", range: 0.01...10,
      get: { $0.repetitionPenalty }, set: { $0.repetitionPenalty = $1 }),
    Setting(
      name: "frequency", title: "frequency penalty (0: none)", range: -10...10,
      get: { $0.frequencyPenalty }, set: { $0.frequencyPenalty = $1 }),
    Setting(
      name: "presence", title: "presence penalty (0: none)", range: -10...10,
      get: { $0.presencePenalty }, set: { $0.presencePenalty = $1 }),
    Setting(
      name: "top-k", title: "top-k (0: all)", range: 0...1_000_000, get: { Float($0.topK) },
      set: { $0.topK = Int($1) }),
    Setting(
      name: "typical", title: "locally typical sampling (1: all)", range: 0...1,
      get: { $0.typicalP }, set: { $0.typicalP = $1 }),
    Setting(
      name: "top-p", title: "top-p (1: all)", range: 0...1, get: { $0.topP }, set: { $0.topP = $1 }),
    Setting(
      name: "min-p", title: "min-p (0: all)", range: 0...1, get: { $0.minP }, set: { $0.minP = $1 }),
    Setting(
      name: "temperature", title: "temperature (0: greedy)", range: 0...100,
      get: { $0.temperature }, set: { $0.temperature = $1 }),
  ]
}

/// Numbers for people.
enum Decimals {
  /// With so many places.
  static func text(_ value: Double, places: Int) -> String {
    guard value.isFinite else { return "–" }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let scaled = (value * scale).rounded()
    guard abs(scaled) < 1e15 else { return "\(value)" }
    let whole = Int(abs(scaled))
    let sign = scaled < 0 ? "-" : ""
    guard places > 0 else { return "\(sign)\(whole)" }
    let digits = String(whole % Int(scale))
    let padding = String(repeating: "0", count: places - digits.count)
    return "\(sign)\(whole / Int(scale)).\(padding)\(digits)"
  }

  /// As short as it can be, with at most three places.
  static func short(_ value: Float) -> String {
    var text = text(Double(value), places: 3)
    guard text.contains(".") else { return text }
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }

  /// A share as per cent, in five columns and the sign: `41.2 %`, `0.03 %`.
  static func percent(_ share: Double) -> String {
    let value = share * 100
    let places = value >= 9.995 ? 1 : 2
    return text(value, places: places) + " %"
  }
}
