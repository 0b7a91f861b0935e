import Foundation
import Inference
import ModelFiles

/// A model that was found, with what its files say of it.
struct ModelEntry {
  let model: FoundModel
  let architecture: String?
  let quantisation: String?
  /// Why it cannot be run; `nil` when it can.
  let obstacle: String?

  /// The most bytes of a `config.json`.
  private static let configBytes = 16 << 20

  /// Reads what the files say; broken ones are an obstacle.
  init(reading model: FoundModel) {
    self.model = model
    if let fault = model.fault {
      (architecture, quantisation, obstacle) = (nil, nil, fault)
    } else if model.isFolder {
      (architecture, quantisation) = (Self.architecture(ofFolder: model.path), nil)
      obstacle = Self.obstacle(ofFolder: model.path)
    } else {
      do throws(FileFault) {
        let summary = try ModelSummary.read(path: model.path)
        (architecture, quantisation) = (summary.architecture, summary.quantisation)
        obstacle = summary.obstacle
      } catch {
        (architecture, quantisation, obstacle) = (nil, nil, error.what)
      }
    }
  }

  /// Why the model of a Hugging Face folder cannot be run.
  static func obstacle(ofFolder path: String) -> String? {
    "folders of safetensors cannot be run yet"
  }

  private static func architecture(ofFolder path: String) -> String? {
    let file = path + "/config.json"
    guard let bytes = ModelSearch.bytes(of: file, atMost: configBytes) else { return nil }
    let config = try? JSONReader.read(bytes, path: file) { reader throws(FileFault) in
      try reader.value()
    }
    return config?["model_type"]?.string
  }
}
