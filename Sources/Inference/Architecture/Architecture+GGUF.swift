import ModelFiles

extension Architecture {
  /// Reads and checks what the metadata of a GGUF file say.
  ///
  /// - Throws: `FileFault` naming the key that is missing or out of range, or the architecture when
  ///   it is not known.
  init(_ file: GGUFFile) throws(FileFault) {
    let name = try file.string("general.architecture")
    guard let family = Family.known[name] else {
      throw FileFault(
        path: file.path, what: "models of the architecture \(name) cannot be run yet",
        remedy: "this version runs \(Family.knownNames)")
    }
    let keys = GGUFKeys(file: file, prefix: name)
    let layers = try keys.dimension("block_count")
    let width = try keys.dimension("embedding_length")
    let heads = try keys.dimension("attention.head_count")
    let keyValueHeads = try keys.dimension("attention.head_count_kv", default: heads)
    guard keyValueHeads <= heads, heads % keyValueHeads == 0 else {
      throw FileFault(
        path: file.path,
        what: "\(heads) heads cannot share \(keyValueHeads) key and value heads evenly")
    }
    guard keys.has("attention.key_length") || width % heads == 0 else {
      throw FileFault(
        path: file.path, what: "\(heads) heads do not divide the width of \(width)")
    }
    let headWidth = try keys.dimension("attention.key_length", default: max(1, width / heads))
    guard try keys.dimension("attention.value_length", default: headWidth) == headWidth else {
      throw FileFault(
        path: file.path, what: "keys and values of different width cannot be run yet")
    }
    guard let embedding = file.tensor(named: "token_embd.weight"), embedding.shape.count == 2 else {
      throw FileFault(path: file.path, what: "the tensor token_embd.weight is missing")
    }
    let window =
      family.windowPeriod == nil ? nil : try keys.optionalDimension("attention.sliding_window")
    let rotaries = try Self.rotaries(keys, family: family, headWidth: headWidth)
    let feedForwardWidth = try keys.dimension("feed_forward_length")

    self.family = family
    self.rotaries = rotaries.tables
    epsilon = try keys.epsilon(
      family.norm == .layer
        ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon")
    shape = ModelShape(
      architecture: name, layers: layers, width: width, heads: heads,
      keyValueHeads: keyValueHeads, headWidth: headWidth, feedForwardWidth: feedForwardWidth,
      vocabularySize: embedding.shape[1],
      contextLength: min(try keys.dimension("context_length"), rotaries.longest),
      attentionScale: try keys.optionalNumber("attention.scale")
        ?? Self.attentionScale(name, layers: layers, width: width, heads: heads),
      attentionSoftcap: try keys.optionalNumber("attn_logit_softcapping"),
      windows: try window.map { window throws(FileFault) in
        let period = try keys.dimension(
          "attention.sliding_window_pattern", default: family.windowPeriod ?? 1)
        return Self.windows(window, period: period, layers: layers)
      } ?? [])
    if name.hasPrefix("gemma") { embeddingScale = Float(width).squareRoot() }
    if let scale = try keys.optionalNumber("embedding_scale") { embeddingScale = scale }
    if let scale = try keys.optionalNumber("residual_scale") { residualScale = scale }
    if let scale = try keys.optionalNumber("logit_scale") { logitScale = 1 / scale }
    logitSoftcap = try keys.optionalNumber("final_logit_softcapping")
    experts = try Self.experts(keys, family: family, feedForwardWidth: feedForwardWidth)
  }

  /// The largest models of Gemma 2 and 3 scale attention by the width that a head would have if
  /// heads shared the model's width; the files do not say so.
  private static func attentionScale(
    _ name: String, layers: Int, width: Int, heads: Int
  ) -> Float? {
    guard (name, layers) == ("gemma2", 46) || (name, layers) == ("gemma3", 62) else { return nil }
    return 1 / Float(width / heads).squareRoot()
  }

  /// Windows of all layers but every `period`-th; of all when that is 1.
  static func windows(_ window: Int, period: Int, layers: Int) -> [Int?] {
    (0..<layers).map { period == 1 || ($0 + 1) % period != 0 ? window : nil }
  }

  /// The rotary tables, and the longest text they are made for.
  private static func rotaries(
    _ keys: GGUFKeys, family: Family, headWidth: Int
  ) throws(FileFault) -> (tables: [Rotary], longest: Int) {
    guard !family.parts.contains(.positions) else { return ([], .max) }
    let width = try keys.dimension("rope.dimension_count", default: headWidth)
    guard width <= headWidth, width % 2 == 0 else {
      throw keys.fault("rope.dimension_count", "is \(width), of a head of width \(headWidth)")
    }
    func base(_ key: String, default value: Double) throws(FileFault) -> Double {
      let base = try keys.has(key) ? keys.number(key) : value
      guard base > 0 else { throw keys.fault(key, "is \(base), out of range") }
      return base
    }
    let longest = try keys.optionalDimension("rope.scaling.original_context_length") ?? .max
    let short = try keys.divisors("rope_factors_short.weight", count: width / 2)
    var factor = 1.0
    let kind =
      keys.has("rope.scaling.type") ? try keys.string("rope.scaling.type") : "none"
    switch kind {
    case "none": break
    case "longrope" where short != nil: break
    case "linear":
      factor = try keys.number("rope.scaling.factor")
      guard factor > 0 else {
        throw keys.fault("rope.scaling.factor", "is \(factor), out of range")
      }
    default:
      throw FileFault(path: keys.file.path, what: "rotary scaling \(kind) cannot be run yet")
    }
    // Llama 3.1 and later divide each frequency by a factor of its own.
    let divisors = try keys.divisors("rope_freqs.weight", count: width / 2) ?? short
    var global = Rotary(
      base: try base("rope.freq_base", default: 10_000), width: width, factor: factor,
      divisors: divisors)
    if short != nil, let magnitude = try keys.optionalNumber("rope.scaling.attn_factor") {
      global.magnitude = Double(magnitude)
    }
    guard let local = family.windowRotaryBase else {
      return ([global], short == nil ? .max : longest)
    }
    return (
      [global, Rotary(base: try base("rope.freq_base_swa", default: local), width: width)], .max
    )
  }

  private static func experts(
    _ keys: GGUFKeys, family: Family, feedForwardWidth: Int
  ) throws(FileFault) -> Experts? {
    guard keys.has("expert_count"), try keys.integer("expert_count") > 0 else { return nil }
    guard family.parts.contains(.gate), family.parts.isDisjoint(with: .outputNorms) else {
      throw keys.fault("expert_count", "is set: experts of this architecture cannot be run yet")
    }
    let count = try keys.dimension("expert_count")
    let used = try keys.dimension("expert_used_count")
    guard used <= count, count <= Experts.most else {
      throw keys.fault("expert_used_count", "is \(used) of \(count) experts")
    }
    if keys.has("expert_gating_func"), try keys.integer("expert_gating_func") > 1 {
      throw keys.fault("expert_gating_func", "is no softmax, which cannot be run yet")
    }
    let shared = keys.file.tensor(named: "blk.0.ffn_up_shexp.weight")
    var experts = Experts(
      count: count, used: used,
      width: try keys.dimension("expert_feed_forward_length", default: feedForwardWidth),
      sharedWidth: shared?.shape.last ?? 0, normalises: family.normalisesExperts)
    if keys.has("expert_weights_norm") {
      experts.normalises = try keys.file.bool(keys.name("expert_weights_norm"))
    }
    if let scale = try keys.optionalNumber("expert_weights_scale"), scale != 0 {
      experts.scale = scale
    }
    return experts
  }
}

/// The keys of one architecture in a GGUF file, checked as they are read.
private struct GGUFKeys {
  let file: GGUFFile
  let prefix: String

  /// No dimension of a model that this program could run is larger.
  private static let largestDimension = 1 << 24

  func name(_ key: String) -> String { "\(prefix).\(key)" }
  func has(_ key: String) -> Bool { file.has(name(key)) }
  func string(_ key: String) throws(FileFault) -> String { try file.string(name(key)) }
  func integer(_ key: String) throws(FileFault) -> Int { try file.integer(name(key)) }

  func fault(_ key: String, _ what: String) -> FileFault {
    FileFault(path: file.path, what: "\(name(key)) \(what)")
  }

  func dimension(_ key: String, default value: Int? = nil) throws(FileFault) -> Int {
    if let value, !has(key) { return value }
    let found = try integer(key)
    guard found > 0, found <= Self.largestDimension else {
      throw fault(key, "is \(found), out of range")
    }
    return found
  }

  func optionalDimension(_ key: String) throws(FileFault) -> Int? {
    has(key) ? try dimension(key) : nil
  }

  func number(_ key: String) throws(FileFault) -> Double {
    let number = try file.number(name(key))
    guard number.isFinite else { throw fault(key, "is \(number), out of range") }
    return number
  }

  /// A positive number; `nil` where there is none, or where it is zero, which files write for none.
  func optionalNumber(_ key: String) throws(FileFault) -> Float? {
    guard has(key) else { return nil }
    let number = Float(try self.number(key))
    guard number >= 0, number.isFinite else { throw fault(key, "is \(number), out of range") }
    return number == 0 ? nil : number
  }

  func epsilon(_ key: String) throws(FileFault) -> Float {
    let epsilon = try number(key)
    guard epsilon >= 0, epsilon < 1 else { throw fault(key, "is \(epsilon), out of range") }
    return Float(epsilon)
  }

  /// Divisors of rotary frequencies, which are stored as a tensor; `nil` where there is none.
  func divisors(_ name: String, count: Int) throws(FileFault) -> [Double]? {
    guard let info = file.tensor(named: name) else { return nil }
    guard info.shape == [count] else {
      throw FileFault(
        path: file.path, offset: info.offset,
        what: "the tensor \(name) has shape \(info.shape), the metadata call for [\(count)]")
    }
    let divisors = try file.dequantised(info)
    guard divisors.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw FileFault(
        path: file.path, offset: info.offset,
        what: "the tensor \(name) holds numbers out of range")
    }
    return divisors.map(Double.init)
  }
}
