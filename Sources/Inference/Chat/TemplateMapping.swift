/// A mapping in the order in which its keys were put in, as Python's.
struct TemplateMapping {
  /// What makes two keys the same: `1`, `1.0` and `true` are.
  enum Key: Hashable {
    case undefined
    case none
    case number(Double)
    case integer(Int)
    case string(Scalars)
    case tuple([Key])

    /// `nil` for what cannot be a key.
    init?(_ value: TemplateValue) {
      switch value {
      case .undefined: self = .undefined
      case .none: self = .none
      case .bool(let flag): self = .integer(flag ? 1 : 0)
      case .integer(let number): self = .integer(number)
      case .float(let number):
        self = Int(exactly: number).map { .integer($0) } ?? .number(number)
      case .string(let text): self = .string(text)
      case .sequence(let sequence) where sequence.kind == .tuple:
        var keys: [Key] = []
        for item in sequence.items {
          guard let key = Key(item) else { return nil }
          keys.append(key)
        }
        self = .tuple(keys)
      default: return nil
      }
    }
  }

  private(set) var entries: [(key: TemplateValue, value: TemplateValue)] = []
  private var places: [Key: Int] = [:]
  /// Lists and mappings inside of each other, this one included.
  private(set) var depth = 1

  var isEmpty: Bool { entries.isEmpty }
  var count: Int { entries.count }

  subscript(key: Key) -> TemplateValue? { places[key].map { entries[$0].value } }
  subscript(name: String) -> TemplateValue? { self[.string(Scalars(name))] }

  /// Puts a value in; an equal key keeps its place.
  mutating func set(_ key: Key, _ name: TemplateValue, _ value: TemplateValue, depth: Int) {
    self.depth = max(self.depth, depth + 1)
    if let place = places[key] {
      entries[place].value = value
    } else {
      places[key] = entries.count
      entries.append((name, value))
    }
  }
}
