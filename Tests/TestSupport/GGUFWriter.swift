import ModelFiles

/// Writes GGUF files, also broken ones.
public struct GGUFWriter: Sendable {
  /// A metadata value.
  public enum Value: Sendable {
    /// An unsigned 32-bit integer.
    case uint32(UInt32)
    /// A 32-bit float.
    case float32(Float)
    /// A truth value.
    case bool(Bool)
    /// A string.
    case string(String)
    /// An array of strings.
    case strings([String])
    /// An array of 32-bit integers.
    case int32s([Int32])
    /// Anything: a type number and the bytes that follow it.
    case raw(UInt32, [UInt8])
  }

  /// A tensor to be written.
  public struct Tensor: Sendable {
    /// Its name.
    public var name: String
    /// Its dimensions, the fastest first.
    public var shape: [Int]
    /// Number of its type.
    public var type: UInt32
    /// Its data.
    public var data: [UInt8]

    /// A tensor from its parts.
    public init(name: String, shape: [Int], type: UInt32, data: [UInt8]) {
      self.name = name
      self.shape = shape
      self.type = type
      self.data = data
    }
  }

  /// GGUF version.
  public var version: UInt32 = 3
  /// Metadata, in order.
  public var metadata: [(String, Value)] = []
  /// Tensors, in order.
  public var tensors: [Tensor] = []
  /// Alignment of the data.
  public var alignment = 32

  /// An empty file.
  public init() {}

  /// The bytes of the file.
  public func bytes() -> [UInt8] {
    var out = Array("GGUF".utf8)
    out.append(little: version)
    out.append(little: UInt64(tensors.count))
    out.append(little: UInt64(metadata.count))
    for (key, value) in metadata {
      out.append(string: key)
      append(value, to: &out)
    }
    var offset = 0
    for tensor in tensors {
      out.append(string: tensor.name)
      out.append(little: UInt32(tensor.shape.count))
      for dimension in tensor.shape { out.append(little: UInt64(dimension)) }
      out.append(little: tensor.type)
      out.append(little: UInt64(offset))
      offset += padded(tensor.data.count)
    }
    out += [UInt8](repeating: 0, count: padded(out.count) - out.count)
    for tensor in tensors {
      out += tensor.data
      out += [UInt8](repeating: 0, count: padded(tensor.data.count) - tensor.data.count)
    }
    return out
  }

  private func padded(_ count: Int) -> Int { (count + alignment - 1) / alignment * alignment }

  private func append(_ value: Value, to out: inout [UInt8]) {
    switch value {
    case .uint32(let number):
      out.append(little: UInt32(4))
      out.append(little: number)
    case .float32(let number):
      out.append(little: UInt32(6))
      out.append(little: number.bitPattern)
    case .bool(let flag):
      out.append(little: UInt32(7))
      out.append(flag ? 1 : 0)
    case .string(let text):
      out.append(little: UInt32(8))
      out.append(string: text)
    case .strings(let texts):
      out.append(little: UInt32(9))
      out.append(little: UInt32(8))
      out.append(little: UInt64(texts.count))
      for text in texts { out.append(string: text) }
    case .int32s(let numbers):
      out.append(little: UInt32(9))
      out.append(little: UInt32(5))
      out.append(little: UInt64(numbers.count))
      for number in numbers { out.append(little: UInt32(bitPattern: number)) }
    case .raw(let type, let bytes):
      out.append(little: type)
      out += bytes
    }
  }
}

extension [UInt8] {
  /// Appends an integer, least significant byte first.
  public mutating func append(little value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }

  /// Appends a GGUF string: length, then bytes.
  public mutating func append(string: String) {
    append(little: UInt64(string.utf8.count))
    append(contentsOf: string.utf8)
  }
}
