/// Values given to a function, filter, test or macro.
struct TemplateArguments {
  var positional: [TemplateValue] = []
  var named: [(name: String, value: TemplateValue)] = []
  /// Where the call stands.
  let offset: Int

  /// The values in the order of the parameters; `nil` for those not given.
  ///
  /// - Parameters:
  ///   - function: its name, for faults.
  ///   - parameters: their names.
  ///   - required: how many must be given.
  ///   - byName: whether values can be given by name.
  func bound(
    _ function: String, _ parameters: [String], required: Int = 0, byName: Bool = true
  ) throws(TemplateFault) -> [TemplateValue?] {
    guard positional.count <= parameters.count else {
      throw TemplateFault(
        .value, "\(function) takes at most \(parameters.count) values, not \(positional.count)",
        at: offset)
    }
    var bound: [TemplateValue?] = positional
    bound += [TemplateValue?](repeating: nil, count: parameters.count - positional.count)
    for (name, value) in named {
      guard byName, let place = parameters.firstIndex(of: name), bound[place] == nil else {
        throw TemplateFault(.value, "\(function) cannot take the value \(name)", at: offset)
      }
      bound[place] = value
    }
    for place in 0..<required where bound[place] == nil {
      throw TemplateFault(.value, "\(function) needs the value \(parameters[place])", at: offset)
    }
    return bound
  }

  /// Refuses any value.
  func none(_ function: String) throws(TemplateFault) { _ = try bound(function, []) }
}
