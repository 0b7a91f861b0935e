import Inference
import ModelFiles

/// A model that was found, with what its files say of it.
struct ModelEntry {
  let model: FoundModel
  let architecture: String?
  let quantisation: String?
  /// Why it cannot be run; `nil` when it can.
  let obstacle: String?

  /// Reads what the files say; broken ones are an obstacle.
  init(reading model: FoundModel) {
    self.model = model
    if let fault = model.fault {
      (architecture, quantisation, obstacle) = (nil, nil, fault)
      return
    }
    do throws(FileFault) {
      let summary = try ModelSummary.read(path: model.path)
      (architecture, quantisation) = (summary.architecture, summary.quantisation)
      obstacle = summary.obstacle
    } catch {
      (architecture, quantisation, obstacle) = (nil, nil, error.what)
    }
  }
}
