import Cells

/// What a terminal sends for its named keys, by its terminfo description.
///
/// Only keys whose sequence says no more than the key are taken from there. Sequences with
/// modifiers in xterm's form (`ESC [ 1 ; 5 A`) follow a rule, which the decoder knows.
struct KeyStrings {
  /// How the beginning of some input compares.
  enum Match: Equatable {
    /// A key, sent in so many bytes.
    case key(Key, length: Int)
    /// All of the input is the beginning of a key.
    case beginning
    case none
  }

  private var keys: [[UInt8]: Key] = [:]
  private var beginnings: Set<[UInt8]> = []
  private var longest = 0

  /// No keys but those that the decoder knows by rule.
  init() {}

  /// The keys of that terminal.
  init(_ description: TerminalDescription) {
    let names: [(String, Key)] =
      [
        ("kcuu1", .named(.up)), ("kcud1", .named(.down)), ("kcub1", .named(.left)),
        ("kcuf1", .named(.right)), ("khome", .named(.home)), ("kend", .named(.end)),
        ("kpp", .named(.pageUp)), ("knp", .named(.pageDown)), ("kich1", .named(.insert)),
        ("kdch1", .named(.delete)), ("kcbt", .named(.backTab)), ("kent", .named(.enter)),
        ("kLFT", Key(.named(.left), shift: true)), ("kRIT", Key(.named(.right), shift: true)),
        ("kri", Key(.named(.up), shift: true)), ("kind", Key(.named(.down), shift: true)),
        ("kHOM", Key(.named(.home), shift: true)), ("kEND", Key(.named(.end), shift: true)),
        ("kPRV", Key(.named(.pageUp), shift: true)), ("kNXT", Key(.named(.pageDown), shift: true)),
        ("kDC", Key(.named(.delete), shift: true)), ("kIC", Key(.named(.insert), shift: true)),
      ]
      + (1...12).map { ("kf\($0)", Key(.function($0))) }
      + Self.modified(description)
    for (name, key) in names {
      let bytes = description.plain(name)
      // A single byte is a character or a control key, whatever else it is called.
      guard bytes.count > 1, bytes.first == 0x1b, keys[bytes] == nil else { continue }
      keys[bytes] = key
      longest = max(longest, bytes.count)
      for count in 1..<bytes.count { beginnings.insert(Array(bytes[..<count])) }
    }
  }

  /// Keys with modifiers, which terminfo numbers 3 (alt) to 7 (control and alt).
  private static func modified(_ description: TerminalDescription) -> [(String, Key)] {
    let bases: [(String, Key.Name)] = [
      ("kUP", .up), ("kDN", .down), ("kLFT", .left), ("kRIT", .right), ("kHOM", .home),
      ("kEND", .end), ("kPRV", .pageUp), ("kNXT", .pageDown), ("kDC", .delete), ("kIC", .insert),
    ]
    return bases.flatMap { name, code in
      (3...7).map { number in
        ("\(name)\(number)", Modifiers(xterm: number).applied(to: .named(code)))
      }
    }
  }

  /// The longest key that `input` begins with.
  func match(_ input: ArraySlice<UInt8>) -> Match {
    for count in stride(from: min(longest, input.count), to: 1, by: -1) {
      if let key = keys[Array(input.prefix(count))] { return .key(key, length: count) }
    }
    return input.count < longest && beginnings.contains(Array(input)) ? .beginning : .none
  }
}

/// Modifier keys as terminals number them.
struct Modifiers {
  var control = false
  var alt = false
  var shift = false

  /// From the parameter of a sequence: one more than 1 for shift, 2 for alt, 4 for control and 8 for
  /// meta; further bits (kitty's lock keys) say nothing here.
  init(xterm parameter: Int) {
    let bits = max(0, parameter - 1)
    shift = bits & 1 != 0
    alt = bits & 10 != 0
    control = bits & 4 != 0
  }

  /// The key with these modifiers besides its own.
  func applied(to key: Key) -> Key {
    var key = key
    key.control = key.control || control
    key.alt = key.alt || alt
    key.shift = key.shift || shift
    return key == Key(.named(.tab), shift: true) ? .named(.backTab) : key
  }
}
