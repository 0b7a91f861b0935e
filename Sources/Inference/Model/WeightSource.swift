import ModelFiles

/// A tensor where it lies: in a mapped file, or in memory of its own.
struct StoredTensor {
  /// The file that has it, for errors.
  let path: String
  /// Its name, as people should read it in an error.
  let name: String
  /// Its dimensions, the fastest-varying first: `[columns, rows]` for a matrix.
  let shape: [Int]
  let type: BlockType
  /// Where it begins in its file, in bytes; `nil` when it has no place there.
  let offset: Int?
  let bytes: UnsafePointer<UInt8>
  /// Keeps `bytes` alive.
  let owner: any Sendable

  /// Bytes of one row.
  var rowBytes: Int { shape[0] / type.blockSize * type.blockBytes }

  /// All numbers, row after row.
  func floats() -> [Float] {
    let rows = shape.dropFirst().reduce(1, *)
    return type.floats(UnsafeRawBufferPointer(start: bytes, count: rows * rowBytes))
  }

  /// Whether no number is infinite or NaN, of types whose elements are floats; true of others.
  var isFinite: Bool {
    let count = shape.reduce(1, *)
    switch type {
    case .f32: return Self.isFinite(bytes, count, exponent: UInt32(0x7F80_0000))
    case .f16: return Self.isFinite(bytes, count, exponent: UInt16(0x7C00))
    case .bf16: return Self.isFinite(bytes, count, exponent: UInt16(0x7F80))
    default: return true
    }
  }

  /// Whether no number has an exponent of ones alone.
  private static func isFinite<Bits: FixedWidthInteger>(
    _ bytes: UnsafePointer<UInt8>, _ count: Int, exponent: Bits
  ) -> Bool {
    let bytes = UnsafeRawPointer(bytes)
    var found: Bits = 0
    for index in 0..<count {
      let bits = bytes.loadUnaligned(
        fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self)
      // A loop without branches, which the compiler turns into vectors.
      found |= bits & exponent == exponent ? 1 : 0
    }
    return found == 0
  }

  /// Says that its bytes will not be read again soon, so that a mapped file need not stay in memory.
  func forget() {
    let count = shape.dropFirst().reduce(1, *) * rowBytes
    (owner as? any MappedBytes)?.forget(UnsafeRawBufferPointer(start: bytes, count: count))
  }

  /// Rows of a matrix as a matrix of their own.
  func rows(_ range: Range<Int>) -> StoredTensor {
    precondition(range.lowerBound >= 0 && range.upperBound <= shape.dropFirst().reduce(1, *))
    return StoredTensor(
      path: path, name: name, shape: [shape[0], range.count], type: type, offset: offset,
      bytes: bytes + range.lowerBound * rowBytes, owner: owner)
  }
}

/// Where the weights of a model come from. Tensors have the names that GGUF gives them.
protocol WeightSource {
  /// The file or folder, for errors.
  var path: String { get }
  /// The names of all tensors.
  var tensorNames: [String] { get }
  /// Whether there is a tensor of this name.
  func has(_ name: String) -> Bool
  /// A tensor; `nil` when there is none of this name.
  ///
  /// - Throws: `FileFault` when it is stored in a way that cannot be run.
  func tensor(_ name: String) throws(FileFault) -> StoredTensor?
}

/// The tensors of a GGUF file.
struct GGUFWeights: WeightSource {
  let file: GGUFFile

  var path: String { file.path }
  var tensorNames: [String] { file.tensors.map(\.name) }

  func has(_ name: String) -> Bool { file.tensor(named: name) != nil }

  func tensor(_ name: String) throws(FileFault) -> StoredTensor? {
    guard let info = file.tensor(named: name) else { return nil }
    return StoredTensor(
      path: path, name: name, shape: info.shape, type: try info.runnableType(in: file),
      offset: info.offset,
      bytes: try file.pointer(to: info), owner: file)
  }
}
