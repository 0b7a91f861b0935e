import Lenses

/// The latest reading of each key, and what is on its way.
struct Readings: Sendable {
  /// A reading with what it depends on.
  struct Slot: Sendable {
    var inputs: ReadingInputs
    var reading: Reading
    var isFinished: Bool
  }

  private(set) var slots: [ReadingKey: Slot] = [:]
  private(set) var wanted: [ReadingKey: ReadingInputs] = [:]
  private(set) var failures: [ReadingKey: String] = [:]

  /// The latest reading, perhaps of an earlier text.
  func latest(_ key: ReadingKey) -> Reading? { slots[key]?.reading }

  /// The lens of the latest reading.
  func lens(_ key: ReadingKey) -> String? { slots[key]?.inputs.lens }

  /// The reading of the present text and settings, finished or not.
  func current(_ key: ReadingKey) -> Reading? {
    guard let slot = slots[key], slot.inputs == wanted[key] else { return nil }
    return slot.reading
  }

  /// Whether a reading is on its way.
  func isPending(_ key: ReadingKey) -> Bool {
    guard let wanted = wanted[key], failures[key] == nil else { return false }
    return slots[key]?.inputs != wanted || slots[key]?.isFinished == false
  }

  /// Whether any is on its way.
  var isPending: Bool { ReadingKey.allCases.contains(where: isPending) }

  /// Notes what is wanted; whether that is something new.
  mutating func want(_ key: ReadingKey, _ inputs: ReadingInputs?) -> Bool {
    guard wanted[key] != inputs else { return false }
    wanted[key] = inputs
    failures[key] = nil
    return inputs.map { slots[key]?.inputs != $0 || slots[key]?.isFinished == false } ?? false
  }

  /// Takes an answer, unless something else is wanted by now.
  mutating func take(_ key: ReadingKey, _ slot: Slot) {
    guard wanted[key] == slot.inputs else { return }
    slots[key] = slot
  }

  /// Notes that a reading failed.
  mutating func fail(_ key: ReadingKey, _ why: String) { failures[key] = why }

  /// Gives up what is on its way.
  mutating func giveUp() -> [ReadingKey] {
    let pending = ReadingKey.allCases.filter(isPending)
    for key in pending { failures[key] = "cancelled" }
    return pending
  }

  /// Why there is no reading.
  func failure(_ key: ReadingKey) -> String? { failures[key] }
}
