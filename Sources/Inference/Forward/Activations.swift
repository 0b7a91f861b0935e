import CKernels

/// The inputs of a matrix product: `[tokens, width]` floats and, beside them, the same as blocks of
/// 16-bit integers. The width may be any up to the one there is room for.
///
/// Scratch memory of one forward pass, allocated once; a class so that it is freed with its owner.
final class Activations {
  /// The greatest width.
  let width: Int
  let floats: UnsafeMutablePointer<Float>
  let integers: UnsafeMutablePointer<Int16>
  let scales: UnsafeMutablePointer<Float>
  /// Two for each block: see `ck_quantise_i16`.
  let sums: UnsafeMutablePointer<Float>
  private let rows: UnsafeMutablePointer<Float>

  /// Room for `tokens` rows of `width` floats, used by `members` threads.
  init(tokens: Int, width: Int, members: Int) {
    self.width = width
    let blocks = (width + Int(CK_BLOCK) - 1) / Int(CK_BLOCK)
    floats = .zeros(tokens * width)
    integers = .allocate(capacity: tokens * width)
    integers.initialize(repeating: 0, count: tokens * width)
    scales = .zeros(tokens * blocks)
    sums = .zeros(tokens * blocks * 2)
    rows = .zeros(members * width)
  }

  deinit {
    floats.deallocate()
    integers.deallocate()
    scales.deallocate()
    sums.deallocate()
    rows.deallocate()
  }

  /// A row of weights as floats, for one member.
  func scratch(ofMember index: Int) -> UnsafeMutablePointer<Float> { rows + index * width }

  /// Fills in the integers of some rows of `width` from their floats.
  func quantise(_ tokens: Range<Int>, width: Int) {
    for token in tokens { quantise(token, columns: 0..<width, width: width) }
  }

  /// Fills in the integers of some columns of a row of `width` from their floats. The columns begin
  /// with a block, and end with one or with the row.
  func quantise(_ token: Int, columns: Range<Int>, width: Int) {
    let block = Int(CK_BLOCK)
    let place = token * width + columns.lowerBound
    let first = token * (width / block) + columns.lowerBound / block
    ck_quantise_i16(
      floats + place, Int32(columns.count), integers + place, scales + first, sums + first * 2)
  }

  /// Takes over a row of `width` of other activations, integers and all.
  func copy(_ row: Int, from other: Activations, row source: Int, width: Int) {
    let blocks = width / Int(CK_BLOCK)
    (floats + row * width).update(from: other.floats + source * width, count: width)
    (integers + row * width).update(from: other.integers + source * width, count: width)
    (scales + row * blocks).update(from: other.scales + source * blocks, count: blocks)
    (sums + row * blocks * 2).update(from: other.sums + source * blocks * 2, count: blocks * 2)
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
