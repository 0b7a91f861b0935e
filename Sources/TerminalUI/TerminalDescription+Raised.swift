import Cells
import CNcurses

extension TerminalDescription {
  /// Colour numbers of the raised true-colour description: below this value palette entries, from it
  /// on this value plus the 24-bit colour.
  static let directBase: Int32 = 1 << 24

  /// The same terminal with as many colours as `depth` says, written the way that every terminal
  /// with that many colours understands (ECMA-48 and xterm's 256-colour sequences; for true colour
  /// `38;2;R;G;B`, as in ISO 8613-6 with the separators that are understood everywhere).
  func raised(to depth: ColorDepth) -> TerminalDescription {
    var raised = self
    let palette =
      "%?%p1%{8}%<%tB%p1%d%e%p1%{16}%<%tF%p1%{8}%-%d%eX8;5;%p1%d%;"
    let direct =
      "%?%p1%{16777216}%<%tPALETTE%eX8;2;%p1%{65536}%/%{255}%&%d;%p1%{256}%/%{255}%&%d;"
      + "%p1%{255}%&%d%;"
    let form: String
    switch depth {
    case .none: return self
    case .ansi16, .ansi256: form = palette
    case .trueColor: form = direct.replacing("PALETTE", with: palette)
    }
    func sequence(base: String, bright: String, extended: String) -> [UInt8] {
      let body = form.replacing("X", with: extended)
        .replacing("%tB%", with: "%t\(base)%").replacing("%tF%", with: "%t\(bright)%")
      return Array("\u{1b}[\(body)m".utf8)
    }
    raised.strings["setaf"] = sequence(base: "3", bright: "9", extended: "3")
    raised.strings["setab"] = sequence(base: "4", bright: "10", extended: "4")
    raised.strings["op"] = Array("\u{1b}[39;49m".utf8)
    for replaced in ["setf", "setb", "initc", "initp", "oc", "scp"] {
      raised.strings[replaced] = nil
    }
    raised.numbers["colors"] =
      switch depth {
      case .none, .ansi16: 16
      case .ansi256: 256
      case .trueColor: Self.directBase * 2
      }
    raised.numbers["pairs"] = 1 << 16
    raised.numbers["ncv"] = nil
    raised.flags.remove("ccc")
    raised.flags.remove("Tc")
    raised.flags.insert("AX")
    if depth == .trueColor { raised.flags.insert("RGB") } else { raised.flags.remove("RGB") }
    return raised
  }

  /// The description in the compiled format of `term(5)`, with 32-bit numbers.
  ///
  /// Extended strings are left out: they are keys, which the input decoder has read already.
  ///
  /// ```
  /// magic · sizes │ names 0 │ flags │ (even) │ numbers │ offsets │ strings
  /// (even) │ sizes │ extended flags │ (even) │ offsets of their names │ names
  /// ```
  func compiled() -> [UInt8] {
    let flagNames = Self.all(tui_flag_name)
    let numberNames = Self.all(tui_number_name)
    let stringNames = Self.all(tui_string_name)

    var table: [UInt8] = []
    let offsets = stringNames.map { name in Self.place(strings[name], in: &table) }
    var writer = CompiledWriter()
    let nameBytes = Array(names.utf8) + [0]
    writer.shorts([
      0x021e, nameBytes.count, flagNames.count, numberNames.count, stringNames.count, table.count,
    ])
    writer.bytes += nameBytes
    writer.bytes += flagNames.map { flags.contains($0) ? 1 : 0 }
    writer.makeEven()
    for name in numberNames { writer.number(numbers[name] ?? -1) }
    writer.shorts(offsets)
    writer.bytes += table

    let extended = Self.extendedFlags.filter(flags.contains).sorted()
    var extendedTable: [UInt8] = []
    let nameOffsets = extended.map { Self.place(Array($0.utf8), in: &extendedTable) }
    writer.makeEven()
    writer.shorts([extended.count, 0, 0, extended.count, extendedTable.count])
    writer.bytes += extended.map { _ in 1 }
    writer.makeEven()
    writer.shorts(nameOffsets)
    writer.bytes += extendedTable
    return writer.bytes
  }

  /// Appends a string with its end and gives its offset, or -1 for none.
  private static func place(_ string: [UInt8]?, in table: inout [UInt8]) -> Int {
    guard let string else { return -1 }
    defer { table += string + [0] }
    return table.count
  }
}

/// Writes the little-endian fields of a compiled description.
private struct CompiledWriter {
  var bytes: [UInt8] = []

  mutating func shorts(_ values: [Int]) {
    for value in values {
      let bits = UInt16(truncatingIfNeeded: value)
      bytes += [UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8)]
    }
  }

  mutating func number(_ value: Int32) {
    for shift in stride(from: 0, to: 32, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> Int32(shift)))
    }
  }

  mutating func makeEven() {
    if bytes.count % 2 == 1 { bytes.append(0) }
  }
}
