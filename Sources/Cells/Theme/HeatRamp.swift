/// Colours for values from low to high, even to the eye, and what stands for them without colour.
public struct HeatRamp: Sendable, Hashable {
  /// The colours that the theme names, in order.
  public let stops: [Color]
  /// Whether the middle is neutral, as for differences.
  public let diverging: Bool

  /// A ramp through some colours; one colour or none gives no heat.
  public init(stops: [Color], diverging: Bool = false) {
    self.stops = stops
    self.diverging = diverging
  }

  /// How many distinct steps there are in 16 colours and in none.
  public static let shades = 5

  /// The colour for a value, 0…1 of the ramp; `nil` when the theme has no colours.
  public func color(_ fraction: Double) -> Color? {
    let labs = stops.compactMap(\.components).map {
      OKLab(red: $0.red, green: $0.green, blue: $0.blue)
    }
    guard labs.count > 1, fraction.isFinite else { return nil }
    let place = max(0, min(1, fraction)) * Double(labs.count - 1)
    let index = min(Int(place), labs.count - 2)
    return labs[index].mixed(with: labs[index + 1], place - Double(index)).color
  }

  /// The style of text with a value behind it: the ramp as background, legible text on it. With 16
  /// colours or none, backgrounds would drown the text: bold, underline and reverse stand in.
  public func style(_ fraction: Double, depth: ColorDepth, base: Style = .plain) -> Style {
    guard fraction.isFinite else { return base }
    switch depth {
    case .trueColor, .ansi256:
      guard let color = color(fraction) else { return base }
      let background = color.reduced(to: depth)
      return Style(
        foreground: background.readable.reduced(to: depth), background: background,
        attributes: base.attributes)
    case .ansi16, .none:
      let levels: [Attributes] = [[.dim], [], [.bold], [.bold, .underline], [.bold, .reverse]]
      return base.adding(levels[Self.shade(of: intensity(fraction))])
    }
  }

  /// A shading character for a value: ` ░▒▓█`, or digits where those cannot be drawn.
  public func shade(_ fraction: Double, charset: Charset) -> Character {
    guard fraction.isFinite else { return " " }
    let index = Self.shade(of: intensity(fraction))
    if charset == .ascii {
      let digit = Int((max(0, min(1, fraction)) * 9).rounded())
      return Character(String(digit))
    }
    return [" ", "░", "▒", "▓", "█"][index]
  }

  /// How far a value is from neutral, 0…1.
  private func intensity(_ fraction: Double) -> Double {
    diverging ? abs(fraction - 0.5) * 2 : fraction
  }

  private static func shade(of intensity: Double) -> Int {
    min(shades - 1, Int(max(0, min(1, intensity)) * Double(shades)))
  }
}
