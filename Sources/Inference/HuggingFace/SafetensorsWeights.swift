import ModelFiles

/// The tensors of a Hugging Face folder by the names and in the forms that GGUF gives them.
///
/// Most are used where they lie in the mapped files. GPT-2's matrices are transposed into memory
/// of their own, and Gemma's norms, which are stored less one, are completed.
struct SafetensorsWeights: WeightSource {
  private enum Form {
    case plain
    case transposed
    /// Some rows, all dimensions but the last counted together.
    case rows(Range<Int>)
    /// With one added to each number.
    case plusOne
  }

  private let folder: SafetensorsFolder
  private let places: [String: (source: String, form: Form)]
  let tensorNames: [String]

  var path: String { folder.path }

  /// Looks up what each tensor is.
  ///
  /// - Parameter tied: whether the embedding is the unembedding, which then needs no tensor.
  /// - Throws: `FileFault` when two tensors are the same thing, or the unembedding is missing.
  init(_ folder: SafetensorsFolder, kind: ModelKind, tied: Bool) throws(FileFault) {
    self.folder = folder
    var places: [String: (source: String, form: Form)] = [:]
    var names: [String] = []
    for (file, tensor) in folder.files.flatMap({ file in file.tensors.map { (file, $0) } }) {
      func add(_ name: String, _ form: Form) throws(FileFault) {
        if let other = places.updateValue((tensor.name, form), forKey: name) {
          throw FileFault(
            path: file.path, offset: tensor.offset,
            what: "the tensors \(other.source) and \(tensor.name) are the same part of the model")
        }
        names.append(name)
      }
      switch kind.names.meaning(of: tensor.name) {
      case .unused: break
      case .unknown: try add(tensor.name, .plain)
      case .tensor("output.weight") where tied: break
      case .tensor(let name):
        try add(name, kind.normsLackOne && name.hasSuffix("norm.weight") ? .plusOne : .plain)
      case .transposed(let name): try add(name, .transposed)
      case .gateAndUp(let block):
        let shared = tensor.shape.count == 2
        guard let rows = tensor.shape.dropLast().last, rows > 0, rows % 2 == 0,
          shared || tensor.shape.count == 3, shared || tensor.shape[0] <= Experts.most
        else {
          throw FileFault(
            path: file.path, offset: tensor.offset,
            what: "the tensor \(tensor.name) has the shape \(tensor.shape), not that of experts")
        }
        for expert in 0..<(shared ? 1 : tensor.shape[0]) {
          let name = { (part: String) in
            shared ? "\(block)\(part)_shexp.weight" : "\(block)\(part).\(expert).weight"
          }
          let first = expert * rows
          try add(name("ffn_gate"), .rows(first..<first + rows / 2))
          try add(name("ffn_up"), .rows(first + rows / 2..<first + rows))
        }
      }
    }
    guard tied || kind.isEncoder || places["output.weight"] != nil else {
      throw FileFault(
        path: folder.path, what: "the tensor lm_head.weight is missing",
        remedy: "config.json says that it is not the embedding (tie_word_embeddings)")
    }
    self.places = places
    tensorNames = names
  }

  func has(_ name: String) -> Bool { places[name] != nil }

  /// The shape of a tensor as it is stored, the slowest-varying dimension first.
  func storedShape(_ name: String) -> [Int]? {
    places[name].flatMap { folder.tensor(named: $0.source)?.tensor.shape }
  }

  /// Checks that all tensors that are of use are stored in a way that can be run.
  ///
  /// - Throws: `FileFault` that names the first that is not.
  func checkTypes() throws(FileFault) {
    for name in tensorNames {
      guard let place = places[name], let (file, info) = folder.tensor(named: place.source) else {
        continue
      }
      _ = try file.runnableType(of: info)
    }
  }

  func tensor(_ name: String) throws(FileFault) -> StoredTensor? {
    guard let place = places[name], let (file, info) = folder.tensor(named: place.source) else {
      return nil
    }
    let type = try file.runnableType(of: info)
    guard info.elementCount > 0 else {
      throw FileFault(
        path: file.path, offset: info.offset, what: "the tensor \(info.name) has no numbers")
    }
    let whole = StoredTensor(
      path: file.path, name: info.name, shape: info.shape.isEmpty ? [1] : info.shape.reversed(),
      type: type, offset: info.offset, bytes: try file.pointer(to: info), owner: file)
    switch place.form {
    case .plain: return whole
    case .rows(let rows): return whole.rows(rows)
    case .transposed:
      guard whole.shape.count == 2 else {
        throw FileFault(
          path: file.path, offset: info.offset, what: "the tensor \(info.name) is no matrix")
      }
      return whole.transposed()
    case .plusOne: return whole.replaced(by: whole.floats().map { $0 + 1 })
    }
  }
}

extension StoredTensor {
  /// The same tensor with other numbers, as 32-bit floats in memory of its own.
  fileprivate func replaced(by floats: [Float]) -> StoredTensor {
    let owner = OwnedBytes(count: floats.count * MemoryLayout<Float>.size)
    floats.withUnsafeBytes { bytes in
      UnsafeMutableRawBufferPointer(start: owner.start, count: bytes.count).copyMemory(from: bytes)
    }
    return StoredTensor(
      path: path, name: name, shape: shape, type: .f32, offset: offset, bytes: owner.start,
      owner: owner)
  }

  /// A matrix of floats with rows and columns exchanged, in memory of its own.
  fileprivate func transposed() -> StoredTensor {
    let (columns, rows, size) = (shape[0], shape[1], type.blockBytes)
    let owner = OwnedBytes(count: columns * rows * size)
    let source = UnsafeRawPointer(bytes)
    let target = UnsafeMutableRawPointer(owner.start)
    func exchange<Bits: FixedWidthInteger>(_: Bits.Type) {
      // In square tiles, so that both sides stay in the cache.
      let tile = 32
      for top in stride(from: 0, to: rows, by: tile) {
        for left in stride(from: 0, to: columns, by: tile) {
          for row in top..<min(top + tile, rows) {
            for column in left..<min(left + tile, columns) {
              let bits = source.loadUnaligned(
                fromByteOffset: (row * columns + column) * size, as: Bits.self)
              target.storeBytes(
                of: bits, toByteOffset: (column * rows + row) * size, as: Bits.self)
            }
          }
        }
      }
    }
    if size == 4 { exchange(UInt32.self) } else { exchange(UInt16.self) }
    return StoredTensor(
      path: path, name: name, shape: [rows, columns], type: type, offset: offset,
      bytes: owner.start, owner: owner)
  }
}
