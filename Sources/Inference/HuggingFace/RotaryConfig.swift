import Foundation
import ModelFiles

/// The rotary tables that a `config.json` describes: in `rope_parameters`, perhaps one for each kind
/// of layer, or as older files have it in `rope_theta` and `rope_scaling`.
struct RotaryConfig {
  let config: ConfigFile
  let kind: ModelKind
  let headWidth: Int
  let contextLength: Int

  /// The tables, that of layers with a window second, and the longest text they are made for.
  func tables(windowed: Bool) throws(FileFault) -> (tables: [Rotary], longest: Int) {
    guard !kind.family.parts.contains(.positions) else { return ([], .max) }
    let parameters = try config.nested("rope_parameters")
    let base = try config.positive("rope_theta") ?? kind.rotaryBase
    let full = try parameters?.nested("full_attention")
    let sliding = try parameters?.nested("sliding_attention")
    let scaling = try config.nested("rope_scaling")
    let flat = scaling ?? (full == nil && sliding == nil ? parameters : nil)
    let (global, longest) = try table(scaling ?? full ?? flat, base: base)
    guard full != nil || sliding != nil || kind.family.windowRotaryBase != nil else {
      return ([global], longest)
    }
    let local =
      try config.positive("rope_local_base_freq") ?? kind.family.windowRotaryBase ?? base
    return ([global, try table(sliding, base: local).table], longest)
  }

  private func table(
    _ parameters: ConfigFile?, base usual: Double
  ) throws(FileFault) -> (table: Rotary, longest: Int) {
    let base = try parameters?.positive("rope_theta") ?? usual
    let ownShare = try parameters?.positive("partial_rotary_factor")
    let commonShare = try config.positive("partial_rotary_factor")
    let share = ownShare ?? commonShare ?? 1
    let width = Int(Double(headWidth) * min(share, 2))
    guard share <= 1, width > 0, width % 2 == 0 else {
      throw config.fault(
        "partial_rotary_factor", "is \(share), which does not go with heads of width \(headWidth)")
    }
    guard let parameters else { return (Rotary(base: base, width: width), .max) }
    let (type, oldType) = (try parameters.string("rope_type"), try parameters.string("type"))
    switch type ?? oldType ?? "default" {
    case "default": return (Rotary(base: base, width: width), .max)
    case "linear":
      return (Rotary(base: base, width: width, factor: try factor(parameters)), .max)
    case "llama3":
      let divisors = try llama3(parameters, base: base, width: width)
      return (Rotary(base: base, width: width, divisors: divisors), .max)
    case "longrope", "su": return try long(parameters, base: base, width: width)
    case let other:
      throw FileFault(path: config.path, what: "rotary scaling \(other) cannot be run yet")
    }
  }

  private func factor(_ parameters: ConfigFile) throws(FileFault) -> Double {
    guard let factor = try parameters.positive("factor") else {
      throw parameters.fault("factor", "is missing")
    }
    return factor
  }

  /// The length of the texts that a model was first trained with.
  private func original(_ parameters: ConfigFile) throws(FileFault) -> Int {
    let key = "original_max_position_embeddings"
    let holder = config.has(key) ? config : parameters
    return try holder.dimension(key, default: contextLength)
  }

  /// Llama 3's: low frequencies are divided, high ones are not, and those between gradually.
  private func llama3(
    _ parameters: ConfigFile, base: Double, width: Int
  ) throws(FileFault) -> [Double] {
    let factor = try factor(parameters)
    guard let low = try parameters.positive("low_freq_factor"),
      let high = try parameters.positive("high_freq_factor"), low < high
    else { throw parameters.fault("high_freq_factor", "is not above low_freq_factor") }
    let original = Double(try original(parameters))
    return Rotary(base: base, width: width).frequencies.map { frequency in
      // How often this pair turns round in the texts of the first training.
      let turns = original * frequency / (2 * Double.pi)
      if turns < low { return factor }
      if turns > high { return 1 }
      let share = (turns - low) / (high - low)
      return 1 / ((1 - share) / factor + share)
    }
  }

  /// LongRoPE (Ding et al. 2024), for texts up to the original length.
  private func long(
    _ parameters: ConfigFile, base: Double, width: Int
  ) throws(FileFault) -> (table: Rotary, longest: Int) {
    let original = try original(parameters)
    let divisors = try parameters.positives("short_factor", count: width / 2)
    var rotary = Rotary(base: base, width: width, divisors: divisors)
    let factor =
      try parameters.positive("factor") ?? Double(contextLength) / Double(original)
    if let magnitude = try parameters.positive("attention_factor") {
      rotary.magnitude = magnitude
    } else if factor > 1, original > 1 {
      rotary.magnitude = (1 + log(factor) / log(Double(original))).squareRoot()
    }
    return (rotary, original)
  }
}
