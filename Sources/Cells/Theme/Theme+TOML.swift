internal import TOMLKit

extension Theme {
  /// Reads a theme file. The format is described in `Themes/ink.toml`.
  ///
  /// - Parameters:
  ///   - toml: the text of the file.
  ///   - file: how to call it in messages.
  ///   - name: the theme's name.
  ///   - inherited: gives the text of the theme that this one inherits from; `nil` when there is none
  ///     of that name.
  /// - Returns: the theme, and a line for each key that means nothing.
  /// - Throws: `ThemeFault` when the text is no TOML, a value is of the wrong type, or themes inherit
  ///   from each other in a circle.
  public static func parse(
    _ toml: String, file: String, name: String,
    inherited: (String) -> String? = { _ in nil }
  ) throws(ThemeFault) -> (theme: Theme, warnings: [String]) {
    var warnings: [String] = []
    var chain: [ThemeSource] = []
    var next: (text: String, file: String, name: String)? = (toml, file, name)
    while let current = next {
      guard !chain.contains(where: { $0.name == current.name }) else {
        throw ThemeFault(
          file: file,
          what: "themes inherit in a circle: "
            + (chain.map(\.name) + [current.name]).joined(separator: " → "))
      }
      let source = try ThemeSource(current.text, file: current.file, name: current.name)
      chain.append(source)
      next = nil
      if let parent = try source.text("inherits") {
        guard let text = inherited(parent) else {
          throw ThemeFault(
            file: current.file, what: "inherits \(parent), and there is no such theme")
        }
        next = (text, parent, parent)
      }
    }
    var palette: [String: Color] = [:]
    var roles: [Role: RoleStyle] = [:]
    var heat: [Color] = []
    var diverging: [Color] = []
    for source in chain.reversed() {
      try source.readPalette(into: &palette)
      try source.readRoles(palette, into: &roles)
      if let stops = try source.colors("heat", palette) { heat = stops }
      if let stops = try source.colors("diverging", palette) { diverging = stops }
      warnings += source.unknownKeys()
    }
    let theme = Theme(
      name: name, heat: HeatRamp(stops: heat),
      diverging: HeatRamp(stops: diverging, diverging: true), roles: roles)
    return (theme, warnings)
  }
}

/// One file of a chain of themes.
private struct ThemeSource {
  let file: String
  let name: String
  let table: TOMLTable

  init(_ text: String, file: String, name: String) throws(ThemeFault) {
    self.file = file
    self.name = name
    do {
      table = try TOMLTable(string: text)
    } catch let error as TOMLParseError {
      throw ThemeFault(file: file, line: error.source.begin.line, what: error.description)
    } catch {
      throw ThemeFault(file: file, what: "is not TOML: \(error)")
    }
  }

  private func wrong(_ key: String, _ wanted: String) -> ThemeFault {
    ThemeFault(file: file, what: "\(key) is not \(wanted)")
  }

  func text(_ key: String) throws(ThemeFault) -> String? {
    guard let value = table[key] else { return nil }
    guard let text = value.string else { throw wrong(key, "a text") }
    return text
  }

  /// `#rrggbb`, a number of the 256 colours, a name of the 16 colours, or a name of the palette.
  private func color(
    _ value: any TOMLValueConvertible, _ palette: [String: Color], key: String
  ) throws(ThemeFault) -> Color {
    if let number = value.int {
      guard let index = UInt8(exactly: number) else { throw wrong(key, "a colour number 0…255") }
      return .indexed(index)
    }
    guard let text = value.string else { throw wrong(key, "a colour") }
    if let color = Color(hex: text) ?? palette[text] { return color }
    if let index = Self.ansiNames.firstIndex(of: text) { return .indexed(UInt8(index)) }
    if text == "default" { return .terminalDefault }
    throw wrong(key, "a colour: \(text)")
  }

  static let ansiNames = [
    "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white", "bright_black",
    "bright_red", "bright_green", "bright_yellow", "bright_blue", "bright_magenta",
    "bright_cyan", "bright_white",
  ]

  private static let attributeNames: [String: Attributes] = [
    "bold": .bold, "dim": .dim, "italic": .italic, "underline": .underline, "reverse": .reverse,
  ]

  func colors(_ key: String, _ palette: [String: Color]) throws(ThemeFault) -> [Color]? {
    guard let value = table[key] else { return nil }
    guard let list = value.array, list.count <= 64 else { throw wrong(key, "a list of colours") }
    var colors: [Color] = []
    for entry in list { colors.append(try color(entry, palette, key: key)) }
    guard colors.isEmpty || colors.count > 1 else {
      throw wrong(key, "a list of two or more colours")
    }
    return colors
  }

  func readPalette(into palette: inout [String: Color]) throws(ThemeFault) {
    guard let value = table["palette"] else { return }
    guard let entries = value.table else { throw wrong("palette", "a table") }
    for key in entries.keys {
      guard let value = entries[key] else { continue }
      palette[key] = try color(value, palette, key: "palette.\(key)")
    }
  }

  func readRoles(
    _ palette: [String: Color], into roles: inout [Role: RoleStyle]
  ) throws(ThemeFault) {
    guard let value = table["roles"] else { return }
    guard let entries = value.table else { throw wrong("roles", "a table") }
    for role in Role.allCases {
      guard let value = entries[role.rawValue] else { continue }
      let key = "roles.\(role.rawValue)"
      var style = RoleStyle()
      if let fields = value.table {
        for (field, path) in Self.colorFields {
          guard let value = fields[field] else { continue }
          style[keyPath: path] = try color(value, palette, key: "\(key).\(field)")
        }
        style.attributes = try attributes(fields["style"], key: "\(key).style") ?? []
        style.mono = try attributes(fields["mono"], key: "\(key).mono")
      } else {
        style.foreground = try color(value, palette, key: key)
      }
      roles[role] = style
    }
  }

  private static var colorFields: [(String, WritableKeyPath<RoleStyle, Color?>)] {
    [
      ("fg", \.foreground), ("bg", \.background), ("ansi16", \.ansi16),
      ("ansi16_bg", \.ansi16Background),
    ]
  }

  /// Names of attributes, separated by spaces.
  private func attributes(
    _ value: (any TOMLValueConvertible)?, key: String
  ) throws(ThemeFault) -> Attributes? {
    guard let value else { return nil }
    guard let text = value.string else { throw wrong(key, "a text") }
    var attributes = Attributes()
    for name in text.split(separator: " ") {
      guard let attribute = Self.attributeNames[String(name)] else {
        throw wrong(key, "made of bold, dim, italic, underline, reverse")
      }
      attributes.formUnion(attribute)
    }
    return attributes
  }

  func unknownKeys() -> [String] {
    let known = Set(["inherits", "palette", "roles", "heat", "diverging"])
    var unknown = table.keys.filter { !known.contains($0) }
    if let roles = table["roles"]?.table {
      let names = Set(Role.allCases.map(\.rawValue))
      let fields = Set(Self.colorFields.map(\.0) + ["style", "mono"])
      for key in roles.keys {
        guard names.contains(key) else {
          unknown.append("roles.\(key)")
          continue
        }
        let extra = roles[key]?.table?.keys.filter { !fields.contains($0) } ?? []
        unknown += extra.map { "roles.\(key).\($0)" }
      }
    }
    return unknown.sorted().map { VisibleText.safe("\(file): \($0) means nothing, ignored") }
  }
}
