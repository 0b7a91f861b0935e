import CKernels
import ModelFiles

/// A weight matrix of the model: the file's bytes, and for quantised types the same numbers packed
/// into panels of eight rows, in the order in which the kernel reads them.
///
/// `@unchecked Sendable`: all memory is written before the initialiser returns and only read after.
final class WeightMatrix: @unchecked Sendable {
  let type: BlockType
  /// Outputs.
  let rows: Int
  /// Inputs.
  let columns: Int
  /// Bytes that one multiplication reads.
  let byteCount: Int

  /// Keeps `source` alive.
  private let owner: any Sendable
  private let source: UnsafePointer<UInt8>
  private let rowBytes: Int
  private let panels: UnsafeMutablePointer<UInt8>?

  /// Takes a tensor as a matrix of `rows` rows, packing it when the precision calls for that.
  init(_ tensor: StoredTensor, rows: Int, precision: Precision, team: ThreadTeam) {
    let pointer = tensor.bytes
    owner = tensor.owner
    type = tensor.type
    columns = tensor.shape[0]
    self.rows = rows
    source = pointer
    rowBytes = tensor.rowBytes
    guard precision == .i16, ck_is_packed(Int32(type.rawValue)) != 0, columns % Int(CK_BLOCK) == 0
    else {
      panels = nil
      byteCount = rows * rowBytes
      return
    }
    let panelBytes = ck_panel_bytes(Int32(type.rawValue), Int32(columns))
    let count = (rows + Int(CK_PANEL) - 1) / Int(CK_PANEL)
    byteCount = count * panelBytes
    let packed = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
      .assumingMemoryBound(to: UInt8.self)
    panels = packed
    let (type, rows, columns, rowBytes) = (
      Int32(type.rawValue), Int32(rows), Int32(columns), rowBytes
    )
    // Members write different panels.
    nonisolated(unsafe) let target = packed
    team.run { member in
      for panel in member.share(of: count) {
        ck_pack_panel(
          type, pointer, rowBytes, rows, Int32(panel), columns, target + panel * panelBytes)
      }
    }
  }

  deinit { panels?.deallocate() }

  /// Whether ``multiply(_:tokens:into:stride:member:)`` reads the integers of the activations.
  var readsIntegers: Bool { panels != nil }

  /// The part of `y = x Wᵀ` that falls to a member: `[tokens, rows]`, `stride` floats a row.
  ///
  /// - Returns: the rows that this member has computed.
  @discardableResult
  func multiply(
    _ x: Activations, tokens: Range<Int>, into y: UnsafeMutablePointer<Float>, stride: Int,
    member: ThreadTeam.Member
  ) -> Range<Int> {
    let share = member.share(of: rows, granularity: Int(CK_PANEL))
    guard !share.isEmpty else { return share }
    if let panels {
      let blocks = columns / Int(CK_BLOCK)
      let panel = Int(CK_PANEL)
      ck_panels_i16(
        Int32(type.rawValue), panels, Int32(share.lowerBound / panel),
        Int32((share.upperBound + panel - 1) / panel), Int32(rows), Int32(columns),
        x.integers + tokens.lowerBound * columns, x.scales + tokens.lowerBound * blocks,
        x.sums + tokens.lowerBound * blocks, Int32(tokens.count), y, stride)
    } else {
      ck_rows_f32(
        Int32(type.rawValue), source, rowBytes, Int32(share.lowerBound), Int32(share.upperBound),
        Int32(columns), x.floats + tokens.lowerBound * columns, columns, Int32(tokens.count), y,
        stride, x.scratch(ofMember: member.index))
    }
    return share
  }

  /// One row as floats: `[columns]`.
  func row(_ index: Int, into out: UnsafeMutablePointer<Float>) {
    precondition(index >= 0 && index < rows)
    ck_dequantise(Int32(type.rawValue), source + index * rowBytes, Int32(columns), out)
  }
}
