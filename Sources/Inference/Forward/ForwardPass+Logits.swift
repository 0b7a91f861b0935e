import CKernels
import Synchronization

extension ForwardPass {
  /// Which logits a pass gives.
  struct LogitTarget {
    /// Of which of its tokens.
    let tokens: Range<Int>
    /// Where they go: `[tokens.count, vocabulary]`.
    let logits: UnsafeMutablePointer<Float>

    /// That of some of the tokens.
    func part(of tokens: Range<Int>, vocabulary: Int) -> LogitTarget {
      let part = self.tokens.clamped(to: tokens)
      guard !part.isEmpty else { return LogitTarget(tokens: 0..<0, logits: logits) }
      let offset = (part.lowerBound - self.tokens.lowerBound) * vocabulary
      return LogitTarget(tokens: part, logits: logits + offset)
    }
  }

  /// Logits of a group of tokens, computed some rows at a time by whoever is free.
  ///
  /// Threads are not equally fast, least of all on a machine that others use too. The vocabulary is the
  /// largest matrix and comes last, so what one thread is late with the others make up for here.
  final class LogitQueue {
    /// Rows that are taken at once at most: some microseconds of work.
    private static let most = 32 * Int(CK_PANEL)
    private let vocabulary: Int
    /// Rows that are taken at once, of whole panels.
    private let rows: Int
    private let next = Atomic<Int>(0)
    private let ready = Atomic<Bool>(false)

    /// A queue of the rows of a vocabulary, of which each of some members gets several pieces at least.
    init(vocabulary: Int, members: Int) {
      self.vocabulary = vocabulary
      let panels = vocabulary / Int(CK_PANEL) / (8 * members)
      rows = min(max(1, panels) * Int(CK_PANEL), Self.most)
    }

    /// Whether the tokens are through the final norm.
    var isReady: Bool { ready.load(ordering: .acquiring) }

    /// Says that the tokens are through the final norm; all who have worked on them may say so.
    func open() { ready.store(true, ordering: .releasing) }

    /// Starts anew; nobody may be using it.
    func reset() {
      next.store(0, ordering: .relaxed)
      ready.store(false, ordering: .relaxed)
    }

    /// The next rows that nobody has taken; `nil` when there are none.
    func take() -> Range<Int>? {
      let first = next.add(1, ordering: .relaxed).oldValue * rows
      return first < vocabulary ? first..<min(first + rows, vocabulary) : nil
    }
  }

  /// Logits of the last pass: `[tokens.count, vocabulary]`.
  func logits(of tokens: Range<Int>, into logits: UnsafeMutablePointer<Float>) {
    nonisolated(unsafe) let target = LogitTarget(tokens: tokens, logits: logits)
    queues[0].reset()
    queues[0].open()
    team.run { member in unembed([target], member) { false } }
  }

  /// Logits of vectors that have been through the final norm: `[vectors.count, vocabulary]`.
  ///
  /// Overwrites what ``hidden(token:)`` gives.
  func logits(ofHidden vectors: [[Float]], into logits: UnsafeMutablePointer<Float>) {
    precondition(vectors.count <= chunk)
    for (token, vector) in vectors.enumerated() {
      (output.floats + token * shape.width).update(from: vector, count: shape.width)
    }
    output.quantise(0..<vectors.count, width: shape.width)
    self.logits(of: 0..<vectors.count, into: logits)
  }

  /// A member's part of the logits of groups of tokens, each of which has a queue: first of its own
  /// group, then of any that is ready.
  ///
  /// - Parameters:
  ///   - member: one of the whole team; its own group is the one with its number.
  ///   - isStopped: whether groups that are not ready never will be.
  func unembed(
    _ groups: [LogitTarget], _ member: ThreadTeam.Member, isStopped: () -> Bool
  ) {
    var left = groups.indices.filter { !groups[$0].tokens.isEmpty }
    if let own = left.firstIndex(of: member.index) { left.swapAt(0, own) }
    while !left.isEmpty {
      member.wait { left.contains { queues[$0].isReady } || isStopped() }
      guard let place = left.firstIndex(where: { queues[$0].isReady }) else { return }
      let group = left.remove(at: place)
      while let rows = queues[group].take() {
        unembed(rows, of: groups[group], member)
      }
    }
  }

  /// Some rows of logits.
  private func unembed(_ rows: Range<Int>, of target: LogitTarget, _ member: ThreadTeam.Member) {
    let size = shape.vocabularySize
    weights.unembedding.multiply(
      output, tokens: target.tokens, rows: rows, into: target.logits, stride: size, member: member)
    let scale = architecture.logitScale
    for token in 0..<target.tokens.count {
      let values = target.logits + token * size + rows.lowerBound
      if scale != 1 {
        for index in 0..<rows.count { values[index] *= scale }
      }
      if let cap = architecture.logitSoftcap { ck_softcap(values, Int32(rows.count), cap) }
    }
  }
}
