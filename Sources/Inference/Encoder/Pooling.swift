import Foundation
import ModelFiles

/// How the vectors of a text's tokens become one vector of the text (Reimers and Gurevych 2019,
/// "Sentence-BERT").
public struct Pooling: Sendable, Hashable {
  /// Which vector stands for the text.
  public enum Mode: String, Sendable, Hashable, CaseIterable {
    /// The first token's.
    case first = "cls"
    /// The mean of all tokens'.
    case mean
    /// Their sum divided by the root of their number.
    case meanByRoot = "mean_sqrt_len_tokens"
    /// The largest of each dimension.
    case largest = "max"
    /// The last token's.
    case last = "lasttoken"
  }

  /// Which vector stands for the text.
  public var mode: Mode
  /// Whether it is divided by its length.
  public var normalises: Bool

  /// A way to pool.
  public init(_ mode: Mode, normalises: Bool = false) {
    self.mode = mode
    self.normalises = normalises
  }

  /// The vector of a text: `[width]`, all zero for a text without tokens.
  ///
  /// - Parameter hidden: the vectors of its tokens, `[token, width]`.
  public func pool(_ hidden: [Float], width: Int) -> [Float] {
    precondition(width > 0 && hidden.count % width == 0)
    let count = hidden.count / width
    guard count > 0 else { return [Float](repeating: 0, count: width) }
    var pooled = [Double](repeating: mode == .largest ? -.infinity : 0, count: width)
    let tokens: Range<Int> =
      switch mode {
      case .first: 0..<1
      case .last: count - 1..<count
      case .mean, .meanByRoot, .largest: 0..<count
      }
    for token in tokens {
      for column in 0..<width {
        let value = Double(hidden[token * width + column])
        if mode == .largest {
          pooled[column] = max(pooled[column], value)
        } else {
          pooled[column] += value
        }
      }
    }
    var scale = 1.0
    if mode == .mean { scale = 1 / Double(count) }
    if mode == .meanByRoot { scale = 1 / Double(count).squareRoot() }
    if normalises {
      let length = pooled.reduce(0) { $0 + $1 * $1 }.squareRoot() * scale
      // The reference's bound, which leaves a vector of zeros as it is.
      scale /= max(length, 1e-12)
    }
    return pooled.map { Float($0 * scale) }
  }
}

extension Pooling {
  private static let modulesFile = "modules.json"
  private static let modePrefix = "pooling_mode_"
  /// The old switches by what they are called now.
  private static let switches = [
    "cls_token": "cls", "mean_tokens": "mean", "max_tokens": "max",
    "mean_sqrt_len_tokens": "mean_sqrt_len_tokens", "weightedmean_tokens": "weightedmean",
    "lasttoken": "lasttoken",
  ]

  /// What the `modules.json` of a folder says; the plain mean where there is none.
  ///
  /// - Throws: `FileFault` when the file is broken, or asks for something else than pooling and
  ///   normalising.
  init(folder: String) throws(FileFault) {
    self.init(.mean)
    let path = folder + "/" + Self.modulesFile
    guard FileManager.default.fileExists(atPath: path) else { return }
    for module in try ConfigFile.readList(path: path) {
      let type = try module.string("type") ?? ""
      switch type.split(separator: ".").last {
      case "Transformer": break
      case "Pooling":
        let place = try module.string("path") ?? ""
        guard !place.isEmpty, !place.hasPrefix("."), !place.contains("/") else {
          throw module.fault("path", "is no folder of this folder")
        }
        mode = try Self.mode(ConfigFile.read(path: "\(folder)/\(place)/config.json"))
      case "Normalize": normalises = true
      default: throw module.fault("type", "is \(type), which cannot be run yet")
      }
    }
  }

  private static func mode(_ config: ConfigFile) throws(FileFault) -> Mode {
    var names: [String] = []
    if let name = try config.string("pooling_mode") { names = [name] }
    for key in switches.keys.sorted() where names.isEmpty || !config.has("pooling_mode") {
      if try config.bool(modePrefix + key, default: false) { names.append(switches[key] ?? key) }
    }
    guard names.count == 1, let mode = Mode(rawValue: names[0]) else {
      throw FileFault(
        path: config.path,
        what: names.isEmpty
          ? "says of no way to pool that it is used"
          : "asks for the pooling \(names.joined(separator: " and ")), which cannot be run yet")
    }
    return mode
  }
}
