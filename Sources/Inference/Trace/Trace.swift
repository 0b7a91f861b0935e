internal import CKernels
public import Tokenization

/// What one evaluation of a text recorded: a record for each token, in order.
///
/// A trace is an immutable value; records are shared between the traces of a text as it grows.
public struct Trace: Sendable {
  /// Dimensions of the model that was run.
  public let shape: ModelShape
  /// What was asked for.
  public let probe: Probe
  /// One record for each token.
  public let records: [TokenRecord]

  /// A trace from its records.
  public init(shape: ModelShape, probe: Probe, records: [TokenRecord]) {
    self.shape = shape
    self.probe = probe
    self.records = records
  }

  /// The tokens that were evaluated.
  public var ids: [TokenID] { records.map(\.id) }

  /// The attention row of a query (`attn.hook_pattern`): `[key]`, `query + 1` weights that sum to 1, zero
  /// outside the window of a layer that has one.
  ///
  /// It is computed from the recorded queries and keys by the same kernels that the forward pass
  /// uses, so that it equals, bit for bit, what the pass attended to. `nil` when attention was not
  /// recorded, or when an index is out of range.
  public func pattern(layer: Int, head: Int, query: Int) -> [Float]? {
    guard records.indices.contains(query), 0..<shape.layers ~= layer, 0..<shape.heads ~= head,
      let queries = records[query].parts.queries
    else { return nil }
    let width = shape.headWidth
    let queryStart = layer * shape.queryWidth + head * width
    let keyStart = layer * shape.keyValueWidth + shape.keyValueHead(ofHead: head) * width
    var row = [Float](repeating: 0, count: query + 1)
    let first = shape.firstAttended(layer: layer, from: query)
    for key in first...query {
      guard let keys = records[key].parts.keys else { return nil }
      queries.withUnsafeBufferPointer { queries in
        keys.withUnsafeBufferPointer { keys in
          ck_attention_scores(
            queries.baseAddress.map { $0 + queryStart }, 1,
            ck_rows(
              first: keys.baseAddress.map { $0 + keyStart }, stride: width, scales: nil),
            nil, 1, Int32(width), shape.attentionScale, &row[key], 1)
        }
      }
    }
    row[first...].withUnsafeMutableBufferPointer { row in
      if let cap = shape.attentionSoftcap { ck_softcap(row.baseAddress, Int32(row.count), cap) }
      ck_softmax(row.baseAddress, Int32(row.count))
    }
    return row
  }

  /// The residual stream after a layer at a token (`hook_resid_post`): `[width]`; `nil` when it was
  /// not recorded, or when an index is out of range.
  public func residual(layer: Int, at index: Int) -> [Float]? {
    guard records.indices.contains(index), 0..<shape.layers ~= layer,
      let residuals = records[index].parts.residuals
    else { return nil }
    return Array(residuals[layer * shape.width..<(layer + 1) * shape.width])
  }
}
