import Foundation
import Testing
import Themes

@testable import Cells

@Suite("Themes")
struct ThemeTests {
  @Test("the bundled themes are read without a warning", arguments: Themes.all.map(\.name))
  func bundled(name: String) throws {
    let toml = try #require(Themes.toml(named: name))
    let (theme, warnings) = try Theme.parse(toml, file: name, name: name)
    #expect(warnings.isEmpty)
    for depth in ColorDepth.allCases {
      for role in Role.allCases { _ = theme.style(role, depth: depth) }
      if depth == .none {
        let cursor = theme.style(.cursor, depth: depth)
        #expect(cursor.background == .terminalDefault && cursor.attributes.contains(.reverse))
      }
    }
  }

  @Test("heat is even to the eye and text on it is legible", arguments: ["ink", "paper"])
  func heat(name: String) throws {
    let (theme, _) = try Theme.parse(
      try #require(Themes.toml(named: name)), file: name, name: name)
    var last: Double?
    let rising = name == "ink" ? 1.0 : -1.0
    for step in 0...40 {
      let color = try #require(theme.heat.color(Double(step) / 40))
      let (r, g, b) = try #require(color.components)
      let lightness = OKLab(red: r, green: g, blue: b).lightness
      if let last, step <= 32 { #expect((lightness - last) * rising > -0.003, "step \(step)") }
      last = lightness
      let style = theme.heat.style(Double(step) / 40, depth: .trueColor)
      let (light, dark) = (
        try #require(style.background.luminance), try #require(style.foreground.luminance)
      )
      #expect((max(light, dark) + 0.05) / (min(light, dark) + 0.05) >= 4.5)
    }
  }

  @Test("the middle of a diverging ramp is neutral", arguments: ["ink", "paper"])
  func diverging(name: String) throws {
    let (theme, _) = try Theme.parse(
      try #require(Themes.toml(named: name)), file: name, name: name)
    let (r, g, b) = try #require(theme.diverging.color(0.5)?.components)
    let middle = OKLab(red: r, green: g, blue: b)
    #expect((middle.a * middle.a + middle.b * middle.b).squareRoot() < 0.03)
    #expect(theme.diverging.shade(0.5, charset: .unicode) == " ")
    #expect(theme.diverging.shade(0, charset: .unicode) == "█")
  }

  @Test("unknown keys and roles are warnings that name them")
  func unknown() throws {
    let (_, warnings) = try Theme.parse(
      "sparkle = 1\n[roles]\nfoo = \"red\"\ntext = { fg = \"red\", blink = true }",
      file: "mine.toml", name: "mine")
    #expect(
      warnings == [
        "mine.toml: roles.foo means nothing, ignored",
        "mine.toml: roles.text.blink means nothing, ignored",
        "mine.toml: sparkle means nothing, ignored",
      ])
  }

  @Test(
    "faults are one line with file and place",
    arguments: [
      ("heat = 3", "mine.toml: heat is not a list of colours"),
      ("heat = [\"red\"]", "mine.toml: heat is not a list of two or more colours"),
      ("[roles]\ntext = \"#12345\"", "mine.toml: roles.text is not a colour: #12345"),
      (
        "[roles]\ntext = { style = \"loud\" }",
        "mine.toml: roles.text.style is not made of bold, dim, italic, underline, reverse"
      ),
      ("roles = 1", "mine.toml: roles is not a table"),
      ("inherits = \"none\"", "mine.toml: inherits none, and there is no such theme"),
    ])
  func faults(toml: String, line: String) {
    #expect(throws: ThemeFault.self) { try Theme.parse(toml, file: "mine.toml", name: "mine") }
    do throws(ThemeFault) {
      _ = try Theme.parse(toml, file: "mine.toml", name: "mine")
    } catch {
      #expect(error.description == line)
    }
  }

  @Test("text that is no TOML is a fault with its line")
  func notTOML() {
    do throws(ThemeFault) {
      _ = try Theme.parse("a = 1\nb = = 2", file: "mine.toml", name: "mine")
      Issue.record("it was accepted")
    } catch {
      #expect(error.line == 2)
      #expect(!error.description.contains("\n"))
    }
  }

  @Test("a theme inherits what it does not say itself, and circles are refused")
  func inheritance() throws {
    let others = ["base": "[palette]\nx = \"#010203\"\n[roles]\ntext = \"x\"\nfaint = \"x\""]
    let (theme, _) = try Theme.parse(
      "inherits = \"base\"\n[roles]\nfaint = \"#040506\"", file: "mine", name: "mine",
      inherited: { others[$0] })
    #expect(theme.style(.text, depth: .trueColor).foreground == .rgb(1, 2, 3))
    #expect(theme.style(.faint, depth: .trueColor).foreground == .rgb(4, 5, 6))
    #expect(throws: ThemeFault.self) {
      try Theme.parse(
        "inherits = \"b\"", file: "a", name: "a",
        inherited: { name in
          name == "b" ? "inherits = \"a\"" : "inherits = \"b\""
        })
    }
  }

  @Test("colours are reduced to what the terminal has")
  func reduction() {
    #expect(Color.rgb(255, 0, 0).reduced(to: .ansi16) == .indexed(9))
    #expect(Color.rgb(255, 0, 0).reduced(to: .ansi256) == .indexed(196))
    #expect(Color.rgb(1, 2, 3).reduced(to: .none) == .terminalDefault)
    #expect(Color.rgb(1, 2, 3).reduced(to: .trueColor) == .rgb(1, 2, 3))
    #expect(Color(hex: "#0a0B0c") == .rgb(10, 11, 12))
    #expect(Color(hex: "#+a0B0c") == nil)
  }
}

@Suite("Layout")
struct LayoutTests {
  @Test("parts never overlap nor leave the screen, at any size")
  func disjoint() {
    for rows in 0...40 {
      for columns in stride(from: 0, through: 220, by: 7) {
        for zoom in [nil, .main, .side(0), .side(2)] as [Layout.Zoom?] {
          let layout = Layout(Size(rows: rows, columns: columns), sidePanes: 3, zoomed: zoom)
          let parts = [layout.title, layout.main, layout.timeline, layout.status] + layout.side
          var cells = 0
          for (index, part) in parts.enumerated() where !part.isEmpty {
            #expect(part.row >= 0 && part.endRow <= rows)
            #expect(part.column >= 0 && part.endColumn <= columns)
            cells += part.rows * part.columns
            for other in parts[(index + 1)...] { #expect(part.intersection(other).isEmpty) }
          }
          #expect(cells == rows * columns, "\(rows) × \(columns): every cell belongs to a part")
        }
      }
    }
  }

  @Test("two panes stand beside the text at 80 columns, three above 140")
  func counts() {
    #expect(Layout(Size(rows: 24, columns: 80), sidePanes: 3).side.count == 2)
    #expect(Layout(Size(rows: 60, columns: 200), sidePanes: 3).side.count == 3)
    #expect(Layout(Size(rows: 5, columns: 20), sidePanes: 3).side.isEmpty)
  }
}

@Suite("Keys")
struct KeyTests {
  @Test("keys are written and read back the same")
  func roundTrip() {
    var keys: [Key] = []
    for code in [
      .character("a"), .character("<"), .character("é"), .named(.left), .named(.space),
      .function(12),
    ] as [Key.Code] {
      for bits in 0..<8 {
        keys.append(
          Key(code, control: bits & 1 != 0, alt: bits & 2 != 0, shift: bits & 4 != 0))
      }
    }
    for key in keys { #expect(Key(parsing: key.description) == key, "\(key)") }
  }

  @Test("what is no key is refused", arguments: ["", "<", "ab", "<>", "<Q-a>", "<F0>", "<C->"])
  func refused(text: String) { #expect(Key(parsing: text) == nil) }
}
