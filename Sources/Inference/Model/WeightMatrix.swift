import CKernels
import ModelFiles

/// A weight matrix of the model: for quantised types packed into panels of sixteen rows, in the order
/// in which the kernel reads them, otherwise the bytes of its file.
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

  /// Keeps `bytes` alive.
  private let owner: any Sendable
  /// Panels, or rows one after another.
  private let bytes: UnsafePointer<UInt8>
  /// Whether it lies in panels.
  let isPacked: Bool
  private let rowBytes: Int
  /// Bytes of panels that are packed before what they were made of is forgotten.
  private static let slabBytes = 4 << 20

  /// Takes a tensor as a matrix of `rows` rows. When the precision calls for that it is packed, and
  /// its own bytes are needed no more.
  init(
    _ tensor: StoredTensor, rows: Int, precision: Precision, memory: PackedMemory, team: ThreadTeam
  ) {
    type = tensor.type
    columns = tensor.shape[0]
    self.rows = rows
    rowBytes = tensor.rowBytes
    let number = Int32(type.rawValue)
    isPacked =
      precision == .i16 && ck_is_packed(number) != 0 && columns % Int(CK_BLOCK) == 0
    guard isPacked else {
      owner = tensor.owner
      bytes = tensor.bytes
      byteCount = rows * rowBytes
      return
    }
    let panelBytes = ck_panel_bytes(number, Int32(columns))
    let count = (rows + Int(CK_PANEL) - 1) / Int(CK_PANEL)
    byteCount = count * panelBytes
    let place = memory.take(byteCount)
    owner = place.owner
    bytes = UnsafePointer(place.start)
    // Members write different panels.
    nonisolated(unsafe) let (target, source) = (place.start, tensor.bytes)
    let (rows32, columns32, rowBytes) = (Int32(rows), Int32(columns), rowBytes)
    // Bytes of the file leave memory while their panels come into it, so that no large matrix is there
    // twice.
    let slab = max(1, Self.slabBytes / panelBytes)
    let height = Int(CK_PANEL)
    for first in stride(from: 0, to: count, by: slab) {
      let panels = first..<min(first + slab, count)
      team.run { member in
        for index in member.share(of: panels.count) {
          let panel = panels.lowerBound + index
          ck_pack_panel(
            number, source, rowBytes, rows32, Int32(panel), columns32, target + panel * panelBytes)
        }
      }
      tensor.rows(first * height..<min(panels.upperBound * height, rows)).forget()
    }
    // Also the pages that two slabs share.
    tensor.forget()
  }

  /// The part of `y = x Wᵀ` that falls to a member: `[tokens, rows]`, from the first of `tokens` on,
  /// `stride` floats a row.
  ///
  /// - Parameters:
  ///   - y: where the first of `tokens` goes.
  ///   - granularity: a multiple of the height of a panel; shares begin at multiples of it.
  /// - Returns: the rows that this member has computed.
  @discardableResult
  func multiply(
    _ x: Activations, tokens: Range<Int>, into y: UnsafeMutablePointer<Float>, stride: Int,
    granularity: Int = Int(CK_PANEL), member: ThreadTeam.Member
  ) -> Range<Int> {
    let share = member.share(of: rows, granularity: granularity)
    multiply(x, tokens: tokens, rows: share, into: y, stride: stride, member: member)
    return share
  }

  /// The columns of `y = x Wᵀ` that some rows of `W` give: `[tokens, rows]`, from the first of `tokens` and
  /// from row 0 on. The rows begin with a panel, and end with one or with the last row.
  ///
  /// - Parameter member: whose scratch memory is used.
  func multiply(
    _ x: Activations, tokens: Range<Int>, rows part: Range<Int>,
    into y: UnsafeMutablePointer<Float>, stride: Int, member: ThreadTeam.Member
  ) {
    guard !part.isEmpty else { return }
    if isPacked {
      let blocks = columns / Int(CK_BLOCK)
      let panel = Int(CK_PANEL)
      ck_panels_i16(
        Int32(type.rawValue), bytes, Int32(part.lowerBound / panel),
        Int32((part.upperBound + panel - 1) / panel), Int32(rows), Int32(columns),
        x.integers + tokens.lowerBound * columns, x.scales + tokens.lowerBound * blocks,
        x.sums + tokens.lowerBound * blocks * 2, Int32(tokens.count), y, stride)
    } else {
      ck_rows_f32(
        Int32(type.rawValue), bytes, rowBytes, Int32(part.lowerBound), Int32(part.upperBound),
        Int32(columns), x.floats + tokens.lowerBound * columns, columns, Int32(tokens.count), y,
        stride, x.scratch(ofMember: member.place))
    }
  }

  /// One row as floats: `[columns]`.
  func row(_ index: Int, into out: UnsafeMutablePointer<Float>) {
    precondition(index >= 0 && index < rows)
    if isPacked {
      ck_panel_row(Int32(type.rawValue), bytes, Int32(index), Int32(columns), out)
    } else {
      ck_dequantise(Int32(type.rawValue), bytes + index * rowBytes, Int32(columns), out)
    }
  }
}
