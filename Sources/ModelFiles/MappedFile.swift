import Foundation

/// Bytes that lie in a mapped file.
public protocol MappedBytes: Sendable {
  /// Says that some of the bytes will not be read again soon: they leave memory, and come back from
  /// the file when they are read all the same.
  func forget(_ bytes: UnsafeRawBufferPointer)
}

/// A file mapped into memory, read-only.
///
/// `@unchecked Sendable`: the mapping is never written and lives as long as the object.
public final class MappedFile: MappedBytes, @unchecked Sendable {
  /// Where the file was opened.
  public let path: String
  /// Its size in bytes when it was opened.
  public let count: Int

  private let base: UnsafeRawPointer?

  /// Maps a regular file.
  ///
  /// - Throws: `FileFault` when it cannot be opened, is not a regular file, or cannot be mapped.
  public init(path: String) throws(FileFault) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw FileFault(path: path, what: "cannot be opened: \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw FileFault(path: path, what: "is not a regular file")
    }
    self.path = path
    count = Int(status.st_size)
    guard count > 0 else {
      base = nil
      return
    }
    let memory = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let memory, memory != MAP_FAILED else {
      throw FileFault(path: path, what: "cannot be mapped: \(String(cString: strerror(errno)))")
    }
    base = UnsafeRawPointer(memory)
  }

  deinit {
    if let base { munmap(UnsafeMutableRawPointer(mutating: base), count) }
  }

  /// Lets whole pages within these bytes leave memory; what is not of this file is left alone.
  public func forget(_ bytes: UnsafeRawBufferPointer) {
    guard let base, let start = bytes.baseAddress else { return }
    // Whole pages that hold nothing else, inside the mapping.
    let page = Int(getpagesize())
    let offset = start - base
    let first = max(0, (offset + page - 1) / page * page)
    let last = min(count, offset + bytes.count) / page * page
    guard first < last else { return }
    madvise(UnsafeMutableRawPointer(mutating: base + first), last - first, MADV_DONTNEED)
  }

  /// Gives `body` all bytes of the file; they must not be kept.
  public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try body(UnsafeRawBufferPointer(start: base, count: count))
  }

  /// A copy of some bytes.
  ///
  /// - Throws: `FileFault` when the range leaves the file.
  public func bytes(in range: Range<Int>) throws(FileFault) -> [UInt8] {
    guard range.lowerBound >= 0, range.upperBound <= count else {
      throw FileFault(path: path, offset: range.lowerBound, what: "the file ends before that")
    }
    return withBytes { Array($0[range]) }
  }

  /// Where the bytes of a checked range lie, for as long as this object lives.
  ///
  /// - Throws: `FileFault` when the range is empty or leaves the file.
  public func pointer(to range: Range<Int>) throws(FileFault) -> UnsafePointer<UInt8> {
    guard let base, range.lowerBound >= 0, range.upperBound <= count, !range.isEmpty else {
      throw FileFault(path: path, offset: range.lowerBound, what: "the file ends before that")
    }
    return (base + range.lowerBound).assumingMemoryBound(to: UInt8.self)
  }
}
