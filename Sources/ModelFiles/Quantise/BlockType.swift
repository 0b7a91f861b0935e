/// How the numbers of a tensor are stored, for the types that can be run.
///
/// The raw values, and the sizes, are those of the GGUF specification.
public enum BlockType: UInt32, Sendable, CaseIterable {
  /// 32-bit floats.
  case f32 = 0
  /// IEEE half floats.
  case f16 = 1
  /// 4-bit integers, offset 8, one scale a block.
  case q4_0 = 2
  /// 4-bit integers, scale and minimum a block.
  case q4_1 = 3
  /// 5-bit integers, offset 16, one scale a block.
  case q5_0 = 6
  /// 5-bit integers, scale and minimum a block.
  case q5_1 = 7
  /// 8-bit integers, one scale a block.
  case q8_0 = 8
  /// 2-bit integers in blocks of 256; each 16 have a 4-bit scale and minimum.
  case q2_K = 10
  /// 3-bit integers, offset 4, in blocks of 256; each 16 have a 6-bit scale.
  case q3_K = 11
  /// 4-bit integers in blocks of 256; each 32 have a 6-bit scale and minimum.
  case q4_K = 12
  /// 5-bit integers in blocks of 256; each 32 have a 6-bit scale and minimum.
  case q5_K = 13
  /// 6-bit integers, offset 32, in blocks of 256; each 16 have an 8-bit scale.
  case q6_K = 14
  /// 8-bit integers in blocks of 256, one 32-bit scale a block, and the sums of each 16.
  case q8_K = 15
  /// 4-bit numbers of 16 uneven levels, one scale a block.
  case iq4_NL = 20
  /// 4-bit numbers of 16 uneven levels in blocks of 256; each 32 have a 6-bit scale.
  case iq4_XS = 23
  /// The upper halves of 32-bit floats.
  case bf16 = 30

  /// Elements of a block.
  public var blockSize: Int { layout.elements }

  /// Bytes of a block.
  public var blockBytes: Int { layout.bytes }

  /// The usual name, for instance `Q4_1`.
  public var name: String { layout.name }

  private var layout: StoredType {
    // Every case is an entry of the table: the test of this type goes through all.
    StoredType.known[rawValue] ?? StoredType(name: "?", elements: 1, bytes: 1)
  }
}

/// Name and size of a storage type, also of those that cannot be run.
struct StoredType: Sendable {
  let name: String
  /// Elements of a block.
  let elements: Int
  /// Bytes of a block.
  let bytes: Int

  /// The types of ggml by number, as the GGUF specification lists them.
  static let known: [UInt32: StoredType] = [
    0: .init(name: "F32", elements: 1, bytes: 4),
    1: .init(name: "F16", elements: 1, bytes: 2),
    2: .init(name: "Q4_0", elements: 32, bytes: 18),
    3: .init(name: "Q4_1", elements: 32, bytes: 20),
    6: .init(name: "Q5_0", elements: 32, bytes: 22),
    7: .init(name: "Q5_1", elements: 32, bytes: 24),
    8: .init(name: "Q8_0", elements: 32, bytes: 34),
    9: .init(name: "Q8_1", elements: 32, bytes: 36),
    10: .init(name: "Q2_K", elements: 256, bytes: 84),
    11: .init(name: "Q3_K", elements: 256, bytes: 110),
    12: .init(name: "Q4_K", elements: 256, bytes: 144),
    13: .init(name: "Q5_K", elements: 256, bytes: 176),
    14: .init(name: "Q6_K", elements: 256, bytes: 210),
    15: .init(name: "Q8_K", elements: 256, bytes: 292),
    16: .init(name: "IQ2_XXS", elements: 256, bytes: 66),
    17: .init(name: "IQ2_XS", elements: 256, bytes: 74),
    18: .init(name: "IQ3_XXS", elements: 256, bytes: 98),
    19: .init(name: "IQ1_S", elements: 256, bytes: 50),
    20: .init(name: "IQ4_NL", elements: 32, bytes: 18),
    21: .init(name: "IQ3_S", elements: 256, bytes: 110),
    22: .init(name: "IQ2_S", elements: 256, bytes: 82),
    23: .init(name: "IQ4_XS", elements: 256, bytes: 136),
    24: .init(name: "I8", elements: 1, bytes: 1),
    25: .init(name: "I16", elements: 1, bytes: 2),
    26: .init(name: "I32", elements: 1, bytes: 4),
    27: .init(name: "I64", elements: 1, bytes: 8),
    28: .init(name: "F64", elements: 1, bytes: 8),
    29: .init(name: "IQ1_M", elements: 256, bytes: 56),
    30: .init(name: "BF16", elements: 1, bytes: 2),
    34: .init(name: "TQ1_0", elements: 256, bytes: 54),
    35: .init(name: "TQ2_0", elements: 256, bytes: 66),
    39: .init(name: "MXFP4", elements: 32, bytes: 17),
  ]
}
