import Foundation
import ModelFiles
import Testing

@Suite struct JSONReaderTests {
  /// Whether a tree holds what Foundation read.
  private static func same(_ value: JSONValue, _ other: Any) -> Bool {
    switch value.content {
    case .null: return other is NSNull
    case .bool(let value): return other as? Bool == value
    case .number(let value):
      // Foundation rounds long numbers twice; `numbers` compares with the standard library.
      guard let other = (other as? NSNumber)?.doubleValue else { return false }
      return abs(other - value) <= 2 * value.ulp
    case .string(let value): return (other as? String).map { Array($0.utf8) } == Array(value.utf8)
    case .array(let values):
      guard let others = other as? [Any], others.count == values.count else { return false }
      return zip(values, others).allSatisfy(same)
    case .object(let fields):
      guard let others = other as? [String: Any] else { return false }
      let last = Dictionary(fields.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
      return last.count == others.count
        && last.allSatisfy { key, value in others[key].map { same(value, $0) } ?? false }
    }
  }

  private func tree(_ bytes: [UInt8]) throws -> JSONValue {
    try JSONReader.read(bytes, path: "test") { reader throws(FileFault) in try reader.value() }
  }

  private static let sample = """
    {"a": [1, -2.5e3, 0.125, 12345678901234567890, 1e-7], "b": {"ü": "\\u00e4\\ud83d\\ude00\\n\\"x\\\\"},
     "c": [true, false, null, [], {}, ""], "d": "今日は", "e": 9007199254740993, "f": -0.0}
    """

  @Test("trees equal those of Foundation, on a sample and on thousands of mutations of it")
  func foundation() throws {
    var generator = SeededBits(7)
    let sample = Array(Self.sample.utf8)
    var agreed = 0
    for round in 0..<6_000 {
      var bytes = sample
      if round > 0 {
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
          let place = Int.random(in: 0..<bytes.count, using: &generator)
          switch Int.random(in: 0..<4, using: &generator) {
          case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
          case 1: bytes.remove(at: place)
          case 2:
            bytes.insert(sample[Int.random(in: 0..<sample.count, using: &generator)], at: place)
          default: bytes.removeLast(min(bytes.count - 1, place))
          }
          if bytes.isEmpty { bytes = [0x20] }
        }
      }
      guard let found = try? tree(bytes) else { continue }
      // What ours accepts Foundation accepts too, with the same values.
      let expected = try JSONSerialization.jsonObject(
        with: Data(bytes), options: [.fragmentsAllowed])
      #expect(Self.same(found, expected), "\(String(decoding: bytes, as: UTF8.self))")
      agreed += 1
    }
    #expect(agreed > 300)
  }

  @Test(
    "what is no JSON is a fault with its place",
    arguments: [
      ("{\"a\": 1,}", 8), ("[1 2]", 3), ("[1,]", 3), ("01", 1), ("1.", 2), ("-", 1), ("nul", 0),
      ("\"\\x\"", 1), ("\"\\ud800\"", 1), ("\"\\udc00 \"", 1), ("\"a", 0), ("\"a\nb\"", 2),
      ("{} x", 3), ("{\"a\" 1}", 5), ("1e999", 0), ("[", 1), ("\"\\u12", 1), ("{1:2}", 1),
    ])
  func faults(text: String, offset: Int) {
    #expect { try tree(Array(text.utf8)) } throws: { ($0 as? FileFault)?.offset == offset }
  }

  @Test("bytes that are not UTF-8 are a fault where they stand")
  func notUTF8() {
    for broken: [UInt8] in [[0xC0, 0x80], [0xED, 0xA0, 0x80], [0xFF], [0xF4, 0x90, 0x80, 0x80]] {
      #expect { try tree([0x22, 0x61] + broken + [0x22]) } throws: {
        ($0 as? FileFault)?.offset == 2
      }
      #expect { try tree([0x22, 0x5C, 0x6E] + broken + [0x22]) } throws: {
        ($0 as? FileFault)?.offset == 3
      }
    }
  }

  @Test("nesting beyond the limit is a fault, however deep it goes")
  func nesting() throws {
    let deep = JSONReader.maximumDepth
    _ = try tree(
      Array((String(repeating: "[", count: deep) + String(repeating: "]", count: deep)).utf8))
    #expect(throws: FileFault.self) { try tree(Array(String(repeating: "[", count: 1 << 20).utf8)) }
    let objects = String(repeating: "{\"a\":", count: 100_000)
    #expect(throws: FileFault.self) {
      try JSONReader.read(Array(objects.utf8), path: "test") { reader throws(FileFault) in
        try reader.skip()
      }
    }
  }

  @Test("numbers are those of the standard library")
  func numbers() throws {
    var generator = SeededBits(9)
    for _ in 0..<20_000 {
      let bits = Double(bitPattern: UInt64.random(in: .min ... .max, using: &generator))
      let short = Double(Int.random(in: -99_999_999...99_999_999, using: &generator)) / 1e5
      for number in [bits, short, Double.random(in: -20...0, using: &generator)]
      where number.isFinite {
        #expect(try tree(Array("\(number)".utf8)).double == number)
      }
    }
  }

  @Test("whole numbers are read exactly, and nothing else as one")
  func integers() throws {
    func integer(_ text: String) throws -> Int {
      try JSONReader.read(Array(text.utf8), path: "test") { reader throws(FileFault) in
        try reader.integer()
      }
    }
    for value in [0, -1, 42, .max, .min, 9_007_199_254_740_993] {
      #expect(try integer("\(value)") == value)
    }
    for text in ["9223372036854775808", "-9223372036854775809", "1.0", "1e3", "true", "\"1\""] {
      #expect(throws: FileFault.self) { try integer(text) }
    }
  }

  private func quick(_ text: String) throws -> Double {
    try JSONReader.read(Array(text.utf8), path: "test") { reader throws(FileFault) in
      try reader.quickDouble()
    }
  }

  /// What `tokenizers` 0.23 writes for a score after it has read it.
  @Test(
    "numbers read quickly are those that the reference reads",
    arguments: [
      ("-7.2125101300561765", -7.212510130056176), ("-7.2292570251211865", -7.229257025121187),
      ("0.1", 0.1), ("-1e-05", -1e-05), ("1.7976931348623157e308", 1.7976931348623157e+308),
      ("123456789012345678901234.5e-3", 1.2345678901234567e+20),
      ("18446744073709551616.25", 1.8446744073709552e+19),
      ("0.30000000000000004", 0.30000000000000004), ("4.9e-324", .leastNonzeroMagnitude),
      ("2.2250738585072011e-308", 2.2250738585072014e-308),
      ("-6.413254130345284", -6.413254130345284), ("9007199254740993", 9007199254740992.0),
      ("1e-400", 0.0), ("12345678901234567890123", 1.2345678901234568e+22),
      ("0.000000000000000000000000000000000123456789012345678901", 1.2345678901234568e-34),
      ("1E+2", 100.0),
    ])
  func quickNumbers(text: String, wanted: Double) throws {
    #expect(try quick(text) == wanted)
  }

  @Test(
    "numbers read quickly that are none or not finite are refused",
    arguments: ["1e309", "-1e999999999999999999999", "1e", "x", "-"])
  func quickFaults(text: String) {
    #expect(throws: FileFault.self) { try quick(text) }
  }
}

/// A small generator with a seed (SplitMix64).
private struct SeededBits: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
