import ModelFiles

/// A JSON file of settings in a model folder, its values checked as they are read.
struct ConfigFile {
  let path: String
  let object: [String: JSONValue]
  /// Where in the file the object stands, for errors: `text_config.` for a nested one.
  private let prefix: String

  /// No dimension of a model that this program could run is larger.
  private static let largestDimension = 1 << 24
  /// The most bytes of such a file.
  private static let largestFile = 1 << 24

  init(path: String, object: [String: JSONValue], prefix: String = "") {
    self.path = path
    self.object = object
    self.prefix = prefix
  }

  /// Opens a file.
  ///
  /// - Throws: `FileFault` when it cannot be read, is no JSON, or no object.
  static func read(path: String) throws(FileFault) -> ConfigFile {
    let tree = try tree(path)
    guard let fields = tree.fields else {
      throw FileFault(path: path, offset: tree.offset, what: "is no JSON object")
    }
    return ConfigFile(path: path, object: Self.members(fields))
  }

  /// Opens a file that is a list of objects.
  ///
  /// - Throws: `FileFault` when it cannot be read, is no JSON, or no such list.
  static func readList(path: String) throws(FileFault) -> [ConfigFile] {
    let tree = try tree(path)
    let objects = tree.array?.compactMap(\.fields) ?? []
    guard objects.count == tree.array?.count else {
      throw FileFault(path: path, offset: tree.offset, what: "is no list of JSON objects")
    }
    return objects.map { ConfigFile(path: path, object: Self.members($0)) }
  }

  private static func tree(_ path: String) throws(FileFault) -> JSONValue {
    let file = try MappedFile(path: path)
    guard file.count <= largestFile else {
      throw FileFault(path: path, what: "has more than \(largestFile >> 20) MiB")
    }
    return try JSONReader.read(file) { reader throws(FileFault) in
      try reader.value(refusesRepeats: true)
    }
  }

  private static func members(
    _ fields: [(key: String, value: JSONValue)]
  ) -> [String: JSONValue] {
    Dictionary(fields.map { ($0.key, $0.value) }) { first, _ in first }
  }

  func fault(_ key: String, _ what: String, remedy: String? = nil) -> FileFault {
    FileFault(
      path: path, offset: object[key]?.offset, what: "\(prefix)\(key) \(what)", remedy: remedy)
  }

  /// The value of a key; `nil` where there is none or it is null.
  private func value(_ key: String) -> JSONValue? {
    object[key].flatMap { $0.isNull ? nil : $0 }
  }

  private func wrong(_ key: String, _ value: JSONValue, _ wanted: String) -> FileFault {
    fault(key, "is \(value.kindName), not \(wanted)")
  }

  /// Whether there is a value that is not null.
  func has(_ key: String) -> Bool { value(key) != nil }

  func string(_ key: String) throws(FileFault) -> String? {
    guard let value = value(key) else { return nil }
    guard let string = value.string else { throw wrong(key, value, "a string") }
    return string
  }

  func bool(_ key: String, default standard: Bool) throws(FileFault) -> Bool {
    guard let value = value(key) else { return standard }
    guard let bool = value.bool else { throw wrong(key, value, "a truth value") }
    return bool
  }

  /// A positive number of things.
  func dimension(_ key: String, default standard: Int? = nil) throws(FileFault) -> Int {
    guard let found = try count(key) ?? standard else { throw fault(key, "is missing") }
    guard found > 0 else { throw fault(key, "is \(found), out of range") }
    return found
  }

  /// A number of things; `nil` where there is none.
  func count(_ key: String) throws(FileFault) -> Int? {
    guard let value = value(key) else { return nil }
    guard let count = value.integer else { throw wrong(key, value, "an integer") }
    guard 0...Self.largestDimension ~= count else { throw fault(key, "is \(count), out of range") }
    return count
  }

  /// A finite number; `nil` where there is none.
  func number(_ key: String) throws(FileFault) -> Double? {
    guard let value = value(key) else { return nil }
    guard let number = value.double else { throw wrong(key, value, "a number") }
    return number
  }

  /// A number that is more than zero, also as a `Float`; `nil` where there is none.
  func positive(_ key: String) throws(FileFault) -> Double? {
    guard let number = try number(key) else { return nil }
    guard number > 0, Float(number) > 0, Float(number).isFinite else {
      throw fault(key, "is \(number), out of range")
    }
    return number
  }

  /// Positive numbers, as many as stated.
  func positives(_ key: String, count: Int) throws(FileFault) -> [Double] {
    guard let value = value(key) else { throw fault(key, "is missing") }
    guard let array = value.array else { throw wrong(key, value, "an array") }
    let numbers = array.compactMap(\.double).filter { $0 > 0 }
    guard numbers.count == count, array.count == count else {
      throw fault(key, "does not hold \(count) positive numbers")
    }
    return numbers
  }

  /// Strings; `nil` where there are none.
  func strings(_ key: String) throws(FileFault) -> [String]? {
    guard let value = value(key) else { return nil }
    guard let array = value.array else { throw wrong(key, value, "an array") }
    let strings = array.compactMap(\.string)
    guard strings.count == array.count else { throw fault(key, "does not hold strings alone") }
    return strings
  }

  /// One integer or several; none where there is no value.
  func integers(_ key: String) throws(FileFault) -> [Int] {
    guard let value = value(key) else { return [] }
    let all = value.array ?? [value]
    let integers = all.compactMap(\.integer)
    guard integers.count == all.count else { throw fault(key, "does not hold integers alone") }
    return integers
  }

  /// A list of objects; `nil` where there is no list.
  func list(_ key: String) throws(FileFault) -> [ConfigFile]? {
    guard let array = value(key)?.array else { return nil }
    let objects = array.compactMap(\.fields)
    guard objects.count == array.count else { throw fault(key, "does not hold objects alone") }
    return objects.map {
      ConfigFile(path: path, object: Self.members($0), prefix: "\(prefix)\(key).")
    }
  }

  /// All keys in alphabetical order, with their values for reading.
  var valuesForReading: [(key: String, value: String)] {
    object.keys.sorted().map { ($0, object[$0].map(Self.reading) ?? "") }
  }

  /// A value as people should read it, long lists cut short.
  private static func reading(_ value: JSONValue) -> String {
    switch value.content {
    case .null: return "null"
    case .bool(let bool): return "\(bool)"
    case .number(let number): return Int(exactly: number).map { "\($0)" } ?? "\(number)"
    case .string(let string): return string
    case .array(let values):
      let shown = values.prefix(8).map(reading).joined(separator: ", ")
      return "[\(shown)\(values.count > 8 ? ", … (\(values.count))" : "")]"
    case .object(let fields):
      let shown = fields.prefix(8).map { "\($0.key): \(reading($0.value))" }
      return "{\(shown.joined(separator: ", "))\(fields.count > 8 ? ", …" : "")}"
    }
  }

  /// An object inside this one; `nil` where there is none.
  func nested(_ key: String) throws(FileFault) -> ConfigFile? {
    guard let value = value(key) else { return nil }
    guard let fields = value.fields else { throw wrong(key, value, "an object") }
    return ConfigFile(path: path, object: Self.members(fields), prefix: "\(prefix)\(key).")
  }
}
