/// Numbers out of text, as Python reads them.
enum PythonNumber {
  private static func digits(_ text: Scalars) -> String? {
    let stripped = PythonText.strip(text, .both)
    // An underscore stands between two digits only.
    for (index, scalar) in stripped.enumerated() where scalar == "_" {
      let neighbours = [index - 1, index + 1]
      guard
        neighbours.allSatisfy({
          stripped.indices.contains($0) && ("0"..."9").contains(stripped[$0])
        })
      else { return nil }
    }
    return Scalars(stripped.filter { $0 != "_" }).text
  }

  /// An integer; `nil` when it is none, or beyond 64 bits.
  static func integer(_ text: Scalars) -> Int? { digits(text).flatMap { Int($0) } }

  /// A floating-point number; `nil` when it is none.
  static func float(_ text: Scalars) -> Double? {
    guard let digits = digits(text) else { return nil }
    let body = digits.lowercased().drop { $0 == "+" || $0 == "-" }
    guard digits.count - body.count <= 1 else { return nil }
    switch body {
    case "inf", "infinity": return digits.hasPrefix("-") ? -.infinity : .infinity
    case "nan": return .nan
    default: break
    }
    // Python knows no hexadecimal numbers here, but a bare point at either end.
    guard !body.isEmpty, body.allSatisfy({ "0123456789.e+-".contains($0) }),
      body.contains(where: \.isNumber), !body.hasPrefix("e")
    else { return nil }
    var plain = String(body)
    if plain.hasPrefix(".") { plain = "0" + plain }
    plain = plain.replacing(".e", with: ".0e")
    if plain.hasSuffix(".") { plain += "0" }
    return Double(plain).map { digits.hasPrefix("-") ? -$0 : $0 }
  }
}
