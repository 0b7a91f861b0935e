/// One way in which a text went on; branches of a session form a tree.
public struct Branch: Sendable, Hashable {
  /// Its number, from 1, by which people call it.
  public let number: Int
  /// The number of the branch that it left; `nil` for the first.
  public let parent: Int?
  /// The token at which it left: the first that differs.
  public let fork: Int
  /// Its text when it was last left.
  public internal(set) var document: Document

  /// A branch.
  public init(number: Int, parent: Int?, fork: Int, document: Document) {
    self.number = number
    self.parent = parent
    self.fork = fork
    self.document = document
  }
}

/// All branches, of which one is the present text.
public struct BranchTree: Sendable, Hashable {
  /// The branches, in the order in which they were made; at least one.
  public private(set) var all: [Branch]
  /// The place of the present one in `all`.
  public private(set) var current = 0

  /// The most branches that are kept.
  public static let most = 200

  /// A tree of one branch.
  public init(_ document: Document = Document()) {
    all = [Branch(number: 1, parent: nil, fork: 0, document: document)]
  }

  /// The present branch.
  public var present: Branch { all[current] }

  /// Leaves the present branch, as it is now, for a new one.
  ///
  /// - Returns: whether there was room for it.
  mutating func fork(at token: Int, from document: Document, to new: Document) -> Bool {
    guard all.count < Self.most else { return false }
    all[current].document = document
    all.append(
      Branch(number: all.count + 1, parent: present.number, fork: token, document: new))
    current = all.count - 1
    return true
  }

  /// Leaves the present branch, as it is now, for another.
  mutating func go(to index: Int, from document: Document) -> Document? {
    guard all.indices.contains(index), index != current else { return nil }
    all[current].document = document
    current = index
    return all[index].document
  }

  /// How deep a branch stands in the tree; 0 for the first.
  func depth(of branch: Branch) -> Int {
    var (depth, parent) = (0, branch.parent)
    while let number = parent, all.indices.contains(number - 1), depth < all.count {
      depth += 1
      parent = all[number - 1].parent
    }
    return depth
  }
}
