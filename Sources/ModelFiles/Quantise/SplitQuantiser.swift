/// Stores numbers in the types whose parts have scales of their own: ggml's K and IQ4 types.
///
/// The scale of each part, and its minimum, are found by a search over slightly different scales
/// (llama.cpp's, without an importance matrix), then rounded themselves, and the numbers are rounded
/// to what the rounded scales mean. Where plain rounding between the extremes comes closer to a block
/// in the mean square, the block is stored that way: a search never loses to it.
///
/// Scratch memory for one thread.
final class SplitQuantiser {
  /// What a block can hold.
  struct Layout {
    /// Numbers in a block.
    let elements: Int
    /// Numbers that share a scale.
    let run: Int
    /// What a number's code means, before scaling: from the least to the greatest.
    let levels: ClosedRange<Float>
    /// The codes of scales; of minimums the same.
    let scales: ClosedRange<Float>
    /// Whether a minimum is taken away.
    let hasMinimum: Bool
  }

  /// A block as it will be stored.
  private struct Candidate {
    /// What a number is before scaling: a whole number, or a level of IQ4.
    let values: UnsafeMutablePointer<Float>
    let scaleCodes: UnsafeMutablePointer<Float>
    let minimumCodes: UnsafeMutablePointer<Float>
    var scale = Float16.zero
    var minimum = Float16.zero
    /// Sum of squares.
    var error = Float.infinity

    init() {
      values = .zeros(256)
      scaleCodes = .zeros(16)
      minimumCodes = .zeros(16)
    }

    func deallocate() {
      for pointer in [values, scaleCodes, minimumCodes] { pointer.deallocate() }
    }
  }

  private let type: BlockType
  private let layout: Layout
  private let search: ScaleSearch
  private var searched = Candidate()
  private var plain = Candidate()
  private let scales: UnsafeMutablePointer<Float> = .zeros(16)
  private let minimums: UnsafeMutablePointer<Float> = .zeros(16)

  /// A quantiser to one of the types that have parts.
  init(_ type: BlockType) {
    self.type = type
    layout =
      switch type {
      case .q2_K: Layout(elements: 256, run: 16, levels: 0...3, scales: 0...15, hasMinimum: true)
      case .q4_K: Layout(elements: 256, run: 32, levels: 0...15, scales: 0...63, hasMinimum: true)
      case .q5_K: Layout(elements: 256, run: 32, levels: 0...31, scales: 0...63, hasMinimum: true)
      case .q3_K:
        Layout(elements: 256, run: 16, levels: -4...3, scales: -32...31, hasMinimum: false)
      case .q6_K:
        Layout(elements: 256, run: 16, levels: -32...31, scales: -128...127, hasMinimum: false)
      case .iq4_XS:
        Layout(elements: 256, run: 32, levels: -127...113, scales: -32...31, hasMinimum: false)
      default:
        Layout(elements: 32, run: 32, levels: -127...113, scales: 1...1, hasMinimum: false)
      }
    search = ScaleSearch(type, layout)
  }

  deinit {
    searched.deallocate()
    plain.deallocate()
    scales.deallocate()
    minimums.deallocate()
  }

  /// Writes one block.
  func write(_ x: UnsafePointer<Float>, to out: UnsafeMutablePointer<UInt8>) {
    let parts = layout.elements / layout.run
    for part in 0..<parts {
      (scales[part], minimums[part]) = search.best(x + part * layout.run)
    }
    settle(x, into: &searched)
    for part in 0..<parts {
      (scales[part], minimums[part]) = search.extremes(x + part * layout.run)
    }
    settle(x, into: &plain)
    store(plain.error < searched.error ? plain : searched, to: out)
  }

  /// Rounds the scales and minimums, and then the numbers to what these mean.
  private func settle(_ x: UnsafePointer<Float>, into block: inout Candidate) {
    let parts = layout.elements / layout.run
    if layout.hasMinimum {
      block.scale = round(scales, parts, into: block.scaleCodes)
      block.minimum = round(minimums, parts, into: block.minimumCodes)
    } else {
      roundSigned(parts, into: &block)
    }
    var error: Float = 0
    for part in 0..<parts {
      let scale = Float(block.scale) * block.scaleCodes[part]
      let minimum = Float(block.minimum) * block.minimumCodes[part]
      let inverse = scale == 0 ? 0 : 1 / scale
      for index in part * layout.run..<(part + 1) * layout.run {
        let value = search.value((x[index] + minimum) * inverse)
        block.values[index] = value
        let difference = scale * value - minimum - x[index]
        error += difference * difference
      }
    }
    block.error = error
  }

  /// Rounds numbers from zero up to codes with a common scale.
  private func round(
    _ numbers: UnsafePointer<Float>, _ count: Int, into codes: UnsafeMutablePointer<Float>
  ) -> Float16 {
    var most: Float = 0
    for index in 0..<count { most = max(most, numbers[index]) }
    let inverse = most > 0 ? layout.scales.upperBound / most : 0
    for index in 0..<count {
      codes[index] = nearest(numbers[index] * inverse, 0, layout.scales.upperBound)
    }
    return Float16(most / layout.scales.upperBound)
  }

  /// Rounds scales to codes so that the one of the greatest size has the least code.
  private func roundSigned(_ parts: Int, into block: inout Candidate) {
    if layout.scales.upperBound == 1 {
      block.scaleCodes[0] = 1
      block.scale = Float16(scales[0])
      return
    }
    var most: Float = 0
    for part in 0..<parts where abs(scales[part]) > abs(most) { most = scales[part] }
    let inverse = most == 0 ? 0 : layout.scales.lowerBound / most
    for part in 0..<parts {
      block.scaleCodes[part] = nearest(
        scales[part] * inverse, layout.scales.lowerBound, layout.scales.upperBound)
    }
    block.scale = Float16(most / layout.scales.lowerBound)
  }

  // MARK: Storing, the reverse of `SplitBlock`

  private func store(_ block: Candidate, to out: UnsafeMutablePointer<UInt8>) {
    for index in 0..<type.blockBytes { out[index] = 0 }
    let scale = { (part: Int) in Int(block.scaleCodes[part]) }
    let minimum = { (part: Int) in Int(block.minimumCodes[part]) }
    let value = { (index: Int) in Int(block.values[index]) }
    func put(_ bits: Int, at place: Int, shiftedBy shift: Int) {
      out[place] |= UInt8(truncatingIfNeeded: bits << shift)
    }
    switch type {
    case .q2_K:
      for part in 0..<16 { put(scale(part) | minimum(part) << 4, at: part, shiftedBy: 0) }
      for i in 0..<256 {
        put(value(i), at: 16 + i / 128 * 32 + i % 32, shiftedBy: i % 128 / 32 * 2)
      }
      out.put(block.scale.bitPattern, at: 80)
      out.put(block.minimum.bitPattern, at: 82)
    case .q3_K:
      for i in 0..<256 {
        let code = value(i) + 4
        put(code >> 2, at: i % 32, shiftedBy: i / 32)
        put(code & 3, at: 32 + i / 128 * 32 + i % 32, shiftedBy: i % 128 / 32 * 2)
      }
      for part in 0..<16 {
        let code = scale(part) + 32
        put(code & 15, at: 96 + part % 8, shiftedBy: part / 8 * 4)
        put(code >> 4, at: 104 + part % 4, shiftedBy: part / 4 * 2)
      }
      out.put(block.scale.bitPattern, at: 108)
    case .q4_K, .q5_K:
      out.put(block.scale.bitPattern, at: 0)
      out.put(block.minimum.bitPattern, at: 2)
      for part in 0..<4 {
        put(scale(part) | (scale(part + 4) >> 4) << 6, at: 4 + part, shiftedBy: 0)
        put(minimum(part) | (minimum(part + 4) >> 4) << 6, at: 8 + part, shiftedBy: 0)
        put(scale(part + 4) & 15 | minimum(part + 4) << 4, at: 12 + part, shiftedBy: 0)
      }
      let nibbles = type == .q4_K ? 16 : 48
      for i in 0..<256 {
        put(value(i) & 15, at: nibbles + i / 64 * 32 + i % 32, shiftedBy: i % 64 / 32 * 4)
        if type == .q5_K { put(value(i) >> 4, at: 16 + i % 32, shiftedBy: i / 32) }
      }
    case .q6_K:
      for i in 0..<256 {
        let code = value(i) + 32
        put(code & 15, at: i / 128 * 64 + i % 64, shiftedBy: i % 128 / 64 * 4)
        put(code >> 4, at: 128 + i / 128 * 32 + i % 32, shiftedBy: i % 128 / 32 * 2)
      }
      for part in 0..<16 { put(scale(part), at: 192 + part, shiftedBy: 0) }
      out.put(block.scale.bitPattern, at: 208)
    case .iq4_XS:
      out.put(block.scale.bitPattern, at: 0)
      for part in 0..<8 {
        let code = scale(part) + 32
        put(code >> 4, at: 2 + part / 4, shiftedBy: part % 4 * 2)
        put(code & 15, at: 4 + part / 2, shiftedBy: part % 2 * 4)
      }
      for i in 0..<256 {
        put(
          search.code(block.values[i]), at: 8 + i / 32 * 16 + i % 16, shiftedBy: i % 32 / 16 * 4)
      }
    default:
      out.put(block.scale.bitPattern, at: 0)
      for i in 0..<32 { put(search.code(block.values[i]), at: 2 + i % 16, shiftedBy: i / 16 * 4) }
    }
  }
}

extension UnsafeMutablePointer<Float> {
  /// Memory for `count` floats, all zero.
  static func zeros(_ count: Int) -> Self {
    let pointer = Self.allocate(capacity: count)
    pointer.initialize(repeating: 0, count: count)
    return pointer
  }
}
