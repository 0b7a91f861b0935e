import Inference
import Tokenization

extension Lens {
  /// All measures of bytes, byte by byte.
  static let byteTable = Lens(
    id: "byte-table", title: "Bytes one by one", paper: "Phan et al. 2024",
    summary:
      "For each byte its surprisal, exact and naive, the bias and the loss of a cut before it.",
    parameters: [
      LensParameter("first", .token, standard: "0", "the first token whose bytes are listed"),
      LensParameter("last", .token, standard: "-1", "the last token whose bytes are listed"),
    ], kind: .grid, runsModel: true
  ) { bench in
    let records = bench.trace.records
    let first = try bench.parameters.token("first", count: records.count)
    let last = try bench.parameters.token("last", count: records.count)
    guard first <= last else {
      throw LensFault.badValue(
        parameter: "last", value: "\(last)", wanted: "not before first=\(first)")
    }
    let columns: [(name: String, measure: ByteMeasure)] = [
      ("exact", .surprisal), ("naive", .naive), ("bias", .bias), ("cut", .boundary),
    ]
    let (desk, spans) = try bench.desk(for: "byte-table")
    var rows: [String] = []
    var values: [Float] = []
    for index in first...last {
      let isSpecial = bench.vocabulary.isSpecial(records[index].id)
      for offset in spans[index] {
        rows.append("\(offset) \(label(of: desk.covers.text[offset]))")
        for column in columns {
          values.append(isSpecial ? .nan : Float(try desk.value(column.measure, at: offset)))
        }
      }
      bench.progress(Double(index - first + 1) / Double(last - first + 1))
    }
    return .grid(
      GridReading(
        scale: Surprisal.scale, rows: rows, columns: columns.map(\.name), values: values))
  }

  /// A byte for reading: a printable ASCII character as itself, others in hexadecimal.
  private static func label(of byte: UInt8) -> String {
    if 0x21...0x7E ~= byte { return String(Unicode.Scalar(byte)) }
    return (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
  }
}
