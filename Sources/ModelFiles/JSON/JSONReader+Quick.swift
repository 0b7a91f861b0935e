extension JSONReader {
  /// Reads a number as the JSON reader of Hugging Face's libraries does, `serde_json`: all digits make
  /// one whole number of 64 bits, which one power of ten then multiplies or divides. The result is
  /// the nearest number, or the one beside it; who adds such numbers up, and compares the sums, finds
  /// ties where the reference does.
  ///
  /// - Throws: `FileFault` where there is no number, or none that is finite.
  public mutating func quickDouble() throws(FileFault) -> Double {
    let range = try number()
    var digits = Digits()
    var place = range.lowerBound
    if base[place] == UInt8(ascii: "-") { place += 1 }
    while place < range.upperBound {
      switch base[place] {
      case UInt8(ascii: "."): digits.isFraction = true
      case UInt8(ascii: "e"), UInt8(ascii: "E"):
        digits.raise(by: exponent(place + 1..<range.upperBound))
        place = range.upperBound
      case let byte: digits.add(UInt64(byte - UInt8(ascii: "0")))
      }
      place += 1
    }
    guard let value = digits.value else {
      throw fault("a number is out of range", at: range.lowerBound)
    }
    return base[range.lowerBound] == UInt8(ascii: "-") ? -value : value
  }

  /// The exponent in `range`, or as much of it as makes a difference.
  private func exponent(_ range: Range<Int>) -> Int {
    var value = 0
    for place in range where (0x30...0x39).contains(base[place]) {
      value = min(value * 10 + Int(base[place] - 0x30), 1 << 40)
    }
    return base[range.lowerBound] == UInt8(ascii: "-") ? -value : value
  }
}

/// The digits of a number as far as they fit into 64 bits, and the power of ten that belongs to them.
private struct Digits {
  private var significand: UInt64 = 0
  private var exponent = 0
  private var isFull = false
  /// Whether the digits that follow stand behind the point.
  var isFraction = false {
    // A whole part that is too long does not keep the first digits behind it out.
    didSet { isFull = false }
  }

  private static let powers = (0...308).map { Double("1e\($0)") ?? .infinity }

  mutating func add(_ digit: UInt64) {
    if !isFull {
      let (scaled, isTooLarge) = significand.multipliedReportingOverflow(by: 10)
      let (sum, overflows) = scaled.addingReportingOverflow(digit)
      isFull = isTooLarge || overflows
      if !isFull { significand = sum }
    }
    switch (isFull, isFraction) {
    case (true, false): exponent += 1
    case (false, true): exponent -= 1
    case (true, true), (false, false): break
    }
  }

  mutating func raise(by count: Int) { exponent += count }

  /// The number; `nil` where it is not finite.
  var value: Double? {
    var value = Double(significand)
    var exponent = exponent
    while exponent < -308, value != 0 {
      value /= Self.powers[308]
      exponent += 308
    }
    guard value != 0 else { return 0 }
    guard exponent <= 308 else { return nil }
    value = exponent >= 0 ? value * Self.powers[exponent] : value / Self.powers[-exponent]
    return value.isFinite ? value : nil
  }
}
