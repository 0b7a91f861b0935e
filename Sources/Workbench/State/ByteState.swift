import Lenses
import Tokenization

/// What a reading of bytes depends on: as long as it is the same, so is the reading.
public struct ByteInputs: Sendable, Hashable {
  /// The text, by the number of its changes and of its tokens.
  let version, tokens: Int
  /// How many bytes are given.
  public let offset: Int
}

/// The distribution of the next byte that is wanted.
public struct ByteRequest: Sendable {
  /// What it depends on; answers carry it.
  public let inputs: ByteInputs
  /// The text, at least up to there.
  public let text: [UInt8]
}

/// What the Bytes pane is about, and the latest reading.
struct ByteState: Sendable {
  /// How many bytes are given, where that was chosen; otherwise it follows the cursor.
  var offset: Int?
  /// Which outcome is chosen.
  var choice = 0
  private(set) var wanted: ByteInputs?
  private(set) var slot: (inputs: ByteInputs, reading: ByteReading, isFinished: Bool)?
  /// Why there is no reading.
  private(set) var failure: String?

  /// The reading of the present place.
  var current: ByteReading? { slot?.inputs == wanted ? slot?.reading : nil }

  /// The latest reading, perhaps of an earlier place: it stays until the next one is there.
  var latest: ByteReading? { wanted != nil && failure == nil ? slot?.reading : nil }

  /// Whether one is on its way.
  var isPending: Bool {
    guard let wanted, failure == nil else { return false }
    return slot?.inputs != wanted || slot?.isFinished == false
  }

  /// Notes what is wanted; whether that has to be read.
  mutating func want(_ inputs: ByteInputs?) -> Bool {
    guard wanted != inputs else { return false }
    wanted = inputs
    failure = nil
    choice = 0
    return inputs.map { slot?.inputs != $0 || slot?.isFinished == false } ?? false
  }

  /// Takes an answer, unless something else is wanted by now.
  mutating func take(_ inputs: ByteInputs, _ reading: ByteReading, isFinished: Bool) {
    if inputs == wanted { slot = (inputs, reading, isFinished) }
  }

  /// Gives up what is on its way; whether anything was.
  mutating func giveUp() -> Bool {
    guard isPending else { return false }
    failure = "cancelled"
    return true
  }

  /// Notes that it failed.
  mutating func fail(_ why: String) { failure = why }
}

extension WorkbenchState {
  /// How many bytes the Bytes pane takes as given: up to the caret while text is typed, otherwise up
  /// to the chosen byte, or to the end of the cursor's token.
  var bytePlace: Int {
    if mode == .insert { return caret }
    let place = bytes.offset ?? document.tokens[safe: cursor]?.end ?? 0
    return max(0, min(place, document.bytes.count))
  }

  /// Where the evaluated part of the text ends, in bytes.
  var evaluableBytes: Int {
    evaluable < document.tokens.count
      ? document.tokens[safe: evaluable - 1]?.end ?? 0 : document.bytes.count
  }

  /// Moves the place of the Bytes pane, and the cursor to the token before it.
  mutating func moveByte(to offset: Int) {
    let offset = max(0, min(offset, document.bytes.count))
    moveCursor(to: document.token(at: max(0, offset - 1)) ?? 0)
    bytes.offset = offset
  }

  /// Asks for what the Bytes pane shows.
  mutating func wantBytes() -> [Effect] {
    var inputs: ByteInputs?
    let place = bytePlace
    if visible.contains(.bytes), !decode.isRunning, place <= evaluableBytes {
      inputs = ByteInputs(version: version, tokens: document.tokens.count, offset: place)
    }
    let hadSome = bytes.wanted != nil
    if bytes.want(inputs), let inputs {
      let text = Array(document.bytes[..<evaluableBytes])
      return [.readBytes(ByteRequest(inputs: inputs, text: text))]
    }
    return inputs == nil && hadSome ? [.cancel(.bytes)] : []
  }

  /// Goes on from a place with other bytes: at the end of the text they are appended, otherwise the
  /// text so far becomes a branch to come back to.
  mutating func take(_ taken: [UInt8], at offset: Int) -> [Effect] {
    let effects = pause()
    let offset = max(0, min(offset, document.bytes.count))
    if offset == document.bytes.count {
      let more = replace(offset..<offset, with: taken)
      moveByte(to: document.bytes.count)
      return effects + more
    }
    guard let tokenizer = model?.tokenizer, offset + taken.count <= Document.longest else {
      return effects
    }
    let old = document
    let new = Document(document.bytes[..<offset] + taken, tokenizer: tokenizer)
    let common = zip(old.ids, new.ids).prefix { $0 == $1 }.count
    history.note(History.Entry(document: old, cursor: cursor))
    guard branches.fork(at: common, from: old, to: new) else {
      tell("there are \(BranchTree.most) branches, no more are kept", isError: true)
      return effects
    }
    tell("branch \(branches.present.number) · space decodes · { goes back")
    document = new
    documentChanged()
    moveByte(to: document.bytes.count)
    return effects
  }
}
