import Foundation

/// A colour in the OKLab space (Ottosson 2020), in which equal steps look equally large.
struct OKLab: Sendable, Hashable {
  /// Lightness, 0…1.
  var lightness: Double
  var a: Double
  var b: Double

  /// The colour of sRGB components 0…255.
  init(red: UInt8, green: UInt8, blue: UInt8) {
    func linear(_ component: UInt8) -> Double {
      let c = Double(component) / 255
      return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4)
    }
    let (r, g, b) = (linear(red), linear(green), linear(blue))
    let l = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    let m = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    let s = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    lightness = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s
    a = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s
    self.b = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s
  }

  init(lightness: Double, a: Double, b: Double) {
    self.lightness = lightness
    self.a = a
    self.b = b
  }

  /// The nearest sRGB colour.
  var color: Color {
    let l = pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3)
    let m = pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3)
    let s = pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3)
    func component(_ linear: Double) -> UInt8 {
      let c = max(0, min(1, linear))
      let encoded = c <= 0.0031308 ? c * 12.92 : 1.055 * pow(c, 1 / 2.4) - 0.055
      return UInt8((encoded * 255).rounded())
    }
    return .rgb(
      component(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
      component(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
      component(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s))
  }

  /// The colour a part of the way to another, 0…1.
  func mixed(with other: OKLab, _ part: Double) -> OKLab {
    OKLab(
      lightness: lightness + (other.lightness - lightness) * part, a: a + (other.a - a) * part,
      b: b + (other.b - b) * part)
  }

  /// How different two colours look.
  func distance(to other: OKLab) -> Double {
    let d = (lightness - other.lightness, a - other.a, b - other.b)
    return (d.0 * d.0 + d.1 * d.1 + d.2 * d.2).squareRoot()
  }
}

extension Color {
  /// Red, green and blue of a colour that has them; palette entries by xterm's defaults; `nil` for
  /// the terminal's own.
  public var components: (red: UInt8, green: UInt8, blue: UInt8)? {
    switch self {
    case .terminalDefault: return nil
    case .rgb(let red, let green, let blue): return (red, green, blue)
    case .indexed(let index): return Self.xterm(index)
    }
  }

  /// A colour from `#rrggbb`; `nil` when the text is no such thing.
  public init?(hex: String) {
    guard hex.utf8.count == 7, hex.hasPrefix("#"), hex.dropFirst().allSatisfy(\.isHexDigit),
      let value = UInt32(hex.dropFirst(), radix: 16)
    else { return nil }
    self = .rgb(
      UInt8(value >> 16), UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value))
  }

  /// Black or white, whichever reads better on this colour, with a contrast ratio of at least 4.5
  /// (Web Content Accessibility Guidelines 2.2); the terminal's own on the terminal's own.
  public var readable: Color {
    guard let luminance else { return .terminalDefault }
    return (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05)
      ? .rgb(0, 0, 0) : .rgb(255, 255, 255)
  }

  /// Relative luminance, 0…1, as the guidelines define it; `nil` for the terminal's own colours.
  public var luminance: Double? {
    guard let (red, green, blue) = components else { return nil }
    func linear(_ component: UInt8) -> Double {
      let c = Double(component) / 255
      return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  }

  /// The colour as it can be shown with that many colours.
  public func reduced(to depth: ColorDepth) -> Color {
    guard case .rgb(let red, let green, let blue) = self else {
      switch (self, depth) {
      case (_, .none): return .terminalDefault
      case (.indexed(let index), .ansi16) where index > 15:
        return Self.nearest(to: self, in: 0...15)
      default: return self
      }
    }
    switch depth {
    case .none: return .terminalDefault
    case .trueColor: return self
    case .ansi256: return Self.nearest(to: .rgb(red, green, blue), in: 16...255)
    case .ansi16: return Self.nearest(to: .rgb(red, green, blue), in: 0...15)
    }
  }

  private static func nearest(to color: Color, in range: ClosedRange<UInt8>) -> Color {
    guard let (r, g, b) = color.components else { return color }
    let wanted = OKLab(red: r, green: g, blue: b)
    let best = range.min {
      palette[Int($0)].distance(to: wanted) < palette[Int($1)].distance(to: wanted)
    }
    return .indexed(best ?? range.lowerBound)
  }

  private static let palette: [OKLab] = (0...255).map { index in
    let (r, g, b) = xterm(UInt8(index))
    return OKLab(red: r, green: g, blue: b)
  }

  /// xterm's 256 colours: 16 of the system, a cube of 6 × 6 × 6, and 24 greys.
  private static func xterm(_ index: UInt8) -> (red: UInt8, green: UInt8, blue: UInt8) {
    let system: [(UInt8, UInt8, UInt8)] = [
      (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205),
      (0, 205, 205), (229, 229, 229), (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0),
      (92, 92, 255), (255, 0, 255), (0, 255, 255), (255, 255, 255),
    ]
    if index < 16 { return system[Int(index)] }
    if index >= 232 {
      let grey = 8 + 10 * (index - 232)
      return (grey, grey, grey)
    }
    let steps: [UInt8] = [0, 95, 135, 175, 215, 255]
    let cube = Int(index) - 16
    return (steps[cube / 36], steps[cube / 6 % 6], steps[cube % 6])
  }
}
