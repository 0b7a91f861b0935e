public import Foundation

/// A date and time of day, for templates that tell the model what day it is.
public struct ChatDate: Sendable, Hashable {
  /// Years, months (1 to 12), days (1 to 31), hours, minutes, seconds.
  public let year, month, day, hour, minute, second: Int
  /// Days since Sunday.
  public let weekday: Int
  /// Days of the year, from 1.
  public let dayOfYear: Int

  /// A moment as the calendar on the wall shows it in a time zone.
  public init(_ moment: Date, in zone: TimeZone = .current) {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    let parts = calendar.dateComponents(
      [.year, .month, .day, .hour, .minute, .second, .weekday], from: moment)
    year = parts.year ?? 1970
    month = parts.month ?? 1
    day = parts.day ?? 1
    hour = parts.hour ?? 0
    minute = parts.minute ?? 0
    second = parts.second ?? 0
    weekday = (parts.weekday ?? 1) - 1
    dayOfYear = calendar.ordinality(of: .day, in: .year, for: moment) ?? 1
  }

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
  private static let weekdays = [
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
  ]

  /// The date as `strftime` writes it in English; `%-d` leaves out the leading zero.
  func formatted(_ format: Scalars, at offset: Int) throws(TemplateFault) -> Scalars {
    var out: Scalars = []
    var rest = format[...]
    while let scalar = rest.popFirst() {
      guard scalar == "%" else {
        out.append(scalar)
        continue
      }
      let isBare = rest.first == "-"
      if isBare { rest.removeFirst() }
      guard let letter = rest.popFirst(), let text = part(letter, isBare: isBare) else {
        throw TemplateFault(
          .unsupported, "the date format \(format.text) cannot be written", at: offset)
      }
      out += Scalars(text)
    }
    return out
  }

  private func part(_ letter: Unicode.Scalar, isBare: Bool) -> String? {
    func padded(_ number: Int, _ width: Int = 2, with pad: String = "0") -> String {
      let digits = "\(number)"
      guard !isBare else { return digits }
      return String(repeating: pad, count: max(0, width - digits.count)) + digits
    }
    let halfDayHour = hour % 12 == 0 ? 12 : hour % 12
    return switch letter {
    case "Y": padded(year, 4)
    case "y": padded(year % 100)
    case "m": padded(month)
    case "d": padded(day)
    case "e": padded(day, with: " ")
    case "H": padded(hour)
    case "I": padded(halfDayHour)
    case "M": padded(minute)
    case "S": padded(second)
    case "j": padded(dayOfYear, 3)
    case "w": "\(weekday)"
    case "p": hour < 12 ? "AM" : "PM"
    case "B": Self.months[(month - 1) % 12]
    case "b", "h": String(Self.months[(month - 1) % 12].prefix(3))
    case "A": Self.weekdays[weekday % 7]
    case "a": String(Self.weekdays[weekday % 7].prefix(3))
    case "F": "\(padded(year, 4))-\(padded(month))-\(padded(day))"
    case "T": "\(padded(hour)):\(padded(minute)):\(padded(second))"
    case "%": "%"
    case "n": "\n"
    case "t": "\t"
    default: nil
    }
  }
}
