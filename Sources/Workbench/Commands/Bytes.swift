import Lenses

extension Command {
  /// The Bytes pane.
  static let bytes: [Command] = [
    Command("bytes.left", "A byte back", .movement, in: .pane(.bytes), keys: ["h", "<Left>"]) {
      state, _ in
      state.moveByte(to: state.bytePlace - 1)
      return []
    },
    Command("bytes.right", "A byte on", .movement, in: .pane(.bytes), keys: ["l", "<Right>"]) {
      state, _ in
      state.moveByte(to: state.bytePlace + 1)
      return []
    },
    Command("bytes.go", "To a byte by its number", .movement, asks: "byte offset") {
      state, input in
      guard let offset = input.flatMap({ Int($0) }), 0...state.document.bytes.count ~= offset else {
        state.tell("there are bytes 0 to \(state.document.bytes.count)", isError: true)
        return []
      }
      state.moveByte(to: offset)
      return []
    },
    Command("bytes.down", "Next outcome", .movement, in: .pane(.bytes), keys: ["j", "<Down>"]) {
      state, _ in
      let count = state.bytes.current?.rows.count ?? 0
      state.bytes.choice = min(state.bytes.choice + 1, max(0, count - 1))
      return []
    },
    Command("bytes.up", "Outcome before", .movement, in: .pane(.bytes), keys: ["k", "<Up>"]) {
      state, _ in
      state.bytes.choice = max(0, state.bytes.choice - 1)
      return []
    },
    Command(
      "bytes.choose", "Take the chosen outcome, as a whole character", .decoding,
      in: .pane(.bytes), keys: ["<Enter>"], isLogged: false
    ) { state, _ in
      guard let reading = state.bytes.current, let row = reading.rows[safe: state.bytes.choice]
      else { return [] }
      guard case .byte(let byte) = row.outcome else {
        state.tell("the end of the text is no byte: there is nothing to take")
        return []
      }
      guard let taken = state.wholeCharacter(byte, reading) else {
        state.tell(
          state.bytes.isPending
            ? "the rest of this character is not known yet"
            : "no rest of this character is likely")
        return []
      }
      let hex = taken.map { ByteName.hex($0) }.joined(separator: " ")
      return state.perform("bytes.take", "\(reading.offset) \(hex)")
    },
    Command(
      "bytes.take", "Take bytes at a place, as 12 C3 A9", .decoding, asks: "offset and bytes",
      isListed: false
    ) { state, input in
      let words = (input ?? "").split(separator: " ")
      let taken = words.dropFirst().compactMap { UInt8($0, radix: 16) }
      guard let offset = words.first.flatMap({ Int($0) }), 0...state.document.bytes.count ~= offset,
        !taken.isEmpty, taken.count == words.count - 1
      else {
        state.tell("it takes a byte offset and bytes, as 12 C3 A9", isError: true)
        return []
      }
      return state.take(taken, at: offset)
    },
    Command(
      "bytes.heat", "Surprisal of bytes, as heat on the text", .lenses, in: .pane(.bytes),
      keys: ["a"]
    ) { state, _ in
      state.lens = "byte-surprisal"
      return []
    },
  ]
}

extension WorkbenchState {
  /// An outcome with what completes its character; `nil` when that is not known.
  fileprivate func wholeCharacter(_ byte: UInt8, _ reading: ByteReading) -> [UInt8]? {
    let taken = [byte] + (reading.rests[byte] ?? [])
    return ByteName.pending(reading.tail + taken).isEmpty ? taken : nil
  }
}
