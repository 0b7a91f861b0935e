/// A JSON value as a tree, for the small parts of a file: settings, not vocabularies. Each value
/// knows where it stands, so that faults can say it.
public struct JSONValue: Sendable {
  /// What a value holds.
  public indirect enum Content: Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    /// Keys in the order of the file. Of a key that stands there twice the last one counts.
    case object([(key: String, value: JSONValue)])
  }

  /// What it holds.
  public let content: Content
  /// Byte offset in the file.
  public let offset: Int

  /// Values that a tree may have.
  public static let maximumCount = 1 << 20

  /// A value that stands at `offset`.
  public init(_ content: Content, offset: Int) {
    self.content = content
    self.offset = offset
  }

  /// The value of a key; `nil` when this is no object or has no such key.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let fields) = content else { return nil }
    return fields.last { $0.key == key }?.value
  }

  /// The keys and values of an object, in the order of the file; `nil` when this is none.
  public var fields: [(key: String, value: JSONValue)]? {
    guard case .object(let fields) = content else { return nil }
    return fields
  }

  /// What kind of value it is, for a fault.
  public var kindName: String {
    switch content {
    case .null: "null"
    case .bool: "a truth value"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// The keys of an object.
  public var keys: [String] {
    guard case .object(let fields) = content else { return [] }
    return fields.map(\.key)
  }

  /// The elements of an array.
  public var array: [JSONValue]? {
    guard case .array(let values) = content else { return nil }
    return values
  }

  /// The string.
  public var string: String? {
    guard case .string(let text) = content else { return nil }
    return text
  }

  /// The truth value.
  public var bool: Bool? {
    guard case .bool(let value) = content else { return nil }
    return value
  }

  /// The number.
  public var double: Double? {
    guard case .number(let value) = content else { return nil }
    return value
  }

  /// The number, when it is a whole one that fits.
  public var integer: Int? { double.flatMap { Int(exactly: $0) } }

  /// Whether it is `null`.
  public var isNull: Bool {
    if case .null = content { true } else { false }
  }
}

extension JSONReader {
  /// Reads a value of any kind as a tree.
  ///
  /// - Parameter refusesRepeats: whether an object's key that stands there twice is a fault.
  public mutating func value(refusesRepeats: Bool = false) throws(FileFault) -> JSONValue {
    var left = JSONValue.maximumCount
    return try value(&left, refusesRepeats)
  }

  private mutating func value(
    _ left: inout Int, _ refusesRepeats: Bool
  ) throws(FileFault) -> JSONValue {
    guard left > 0 else { throw fault("has more than \(JSONValue.maximumCount) values") }
    left -= 1
    let kind = try kind()
    let start = offset
    var remaining = left
    defer { left = remaining }
    switch kind {
    case .null:
      guard try null() else { throw fault("is no JSON value") }
      return JSONValue(.null, offset: start)
    case .bool: return JSONValue(.bool(try bool()), offset: start)
    case .number: return JSONValue(.number(try double()), offset: start)
    case .string: return JSONValue(.string(try string()), offset: start)
    case .array:
      var values: [JSONValue] = []
      try array { reader throws(FileFault) in
        values.append(try reader.value(&remaining, refusesRepeats))
      }
      return JSONValue(.array(values), offset: start)
    case .object:
      var fields: [(key: String, value: JSONValue)] = []
      var seen: Set<String> = []
      try self.fields { reader, key throws(FileFault) in
        if refusesRepeats, !seen.insert(key).inserted {
          throw reader.fault("the key \(key) occurs twice")
        }
        fields.append((key, try reader.value(&remaining, refusesRepeats)))
      }
      return JSONValue(.object(fields), offset: start)
    }
  }
}
