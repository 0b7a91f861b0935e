extension VocabularyParts {
  /// The merges as ids. Each must be two entries with one space between them, whose bytes joined
  /// are an entry again; so joining always lengthens, and no list can go round in circles.
  func decodedMerges(
    _ vocabulary: Vocabulary
  ) throws(VocabularyFault) -> [MergeTable.Merge] {
    if let merging { return merging }
    guard merges.count <= MergeTable.maximumCount else {
      throw VocabularyFault(
        key: names.merges,
        what: "has \(merges.count) entries; at most \(MergeTable.maximumCount) are supported")
    }
    var decoded: [MergeTable.Merge] = []
    decoded.reserveCapacity(merges.count)
    var buffer: [UInt8] = []
    for index in 0..<merges.count {
      let next = decoded.last.map { $0.joined + 1 }
      decoded.append(try merge(index, vocabulary, likely: next, &buffer))
    }
    return decoded
  }

  /// - Parameter likely: the entry that the merge probably makes: most files have them in one order.
  private func merge(
    _ index: Int, _ vocabulary: Vocabulary, likely: TokenID?, _ buffer: inout [UInt8]
  ) throws(VocabularyFault) -> MergeTable.Merge {
    let range = merges.range(index)
    buffer.removeAll(keepingCapacity: true)
    guard let split = merges.bytes[range].firstIndex(of: mergeSeparator), split > range.lowerBound,
      split + 1 < range.upperBound
    else {
      throw VocabularyFault(
        key: names.merges, index: index, what: "is not two entries with a space between them")
    }
    let middle: Int? = merges.bytes.withUnsafeBufferPointer { all in
      let left = UnsafeBufferPointer(rebasing: all[range.lowerBound..<split])
      let right = UnsafeBufferPointer(rebasing: all[(split + 1)..<range.upperBound])
      if writing == .bytes {
        buffer.append(contentsOf: left)
        buffer.append(contentsOf: right)
        return left.count
      }
      guard ByteAlphabet.decode(left, into: &buffer) else { return nil }
      let middle = buffer.count
      return ByteAlphabet.decode(right, into: &buffer) ? middle : nil
    }
    guard let middle else {
      throw VocabularyFault(
        key: names.merges, index: index, what: "holds a character outside of GPT-2's byte alphabet")
    }
    let (left, right, joined) = buffer.withUnsafeBufferPointer { bytes in
      (
        vocabulary.ordinary(UnsafeBufferPointer(rebasing: bytes[..<middle])),
        vocabulary.ordinary(UnsafeBufferPointer(rebasing: bytes[middle...])),
        likely.flatMap { isOnly($0, bytes, vocabulary) ? $0 : nil } ?? vocabulary.ordinary(bytes)
      )
    }
    guard let left, let right, let joined else {
      let part = left == nil ? "left part" : right == nil ? "right part" : "result"
      throw VocabularyFault(
        key: names.merges, index: index, what: "has a \(part) that \(names.tokens) does not hold")
    }
    return MergeTable.Merge(left: left, right: right, joined: joined)
  }

  /// Whether an entry that merges can name has these bytes, as no other has.
  private func isOnly(
    _ id: TokenID, _ bytes: UnsafeBufferPointer<UInt8>, _ vocabulary: Vocabulary
  ) -> Bool {
    !allowsTwins && vocabulary.kind(of: id) == .normal
      && vocabulary.pieces.equals(Int(id), bytes)
  }
}
