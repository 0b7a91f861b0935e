public import Cells
public import Inference
import Lenses
import Tokenization

/// All that the workbench knows; changed by ``update(_:_:)`` alone.
public struct WorkbenchState: Sendable {
  // The terminal.
  /// Rows and columns.
  public internal(set) var size: Size
  /// Themes, colours, characters.
  public internal(set) var look: Look

  /// Which key means which command.
  public internal(set) var keymap: Keymap

  // The model.
  /// The name of the model that is opened or open.
  public internal(set) var modelName: String
  /// The open model.
  public internal(set) var model: ModelFacts?

  // The text.
  /// The present text.
  public internal(set) var document: Document
  /// Texts to go back to.
  var history = History()
  /// The ways in which the text went on.
  public internal(set) var branches: BranchTree
  /// The cursor's token.
  public internal(set) var cursor = 0
  /// Where text is inserted, in bytes.
  public internal(set) var caret = 0
  /// The first byte that the text pane shows.
  var textTop = 0
  /// Whether the text is to be scrolled to the cursor.
  var wantsCursorShown = false
  /// Records of the first tokens; those whose ids they have.
  public internal(set) var records: [TokenRecord] = []
  /// What the records hold.
  var probe = Probe()
  /// Counts the changes of the text, but for tokens that are decoded.
  var version = 0

  // Work.
  /// Evaluation of the text.
  public internal(set) var evaluation = EvaluationState()
  /// Decoding.
  public internal(set) var decode = DecodeState()
  /// Readings that are shown or on their way.
  var readings = Readings()
  /// The Bytes pane.
  var bytes = ByteState()

  // The view.
  /// What keys do.
  public internal(set) var mode = Mode.normal
  /// The heat on the text: a lens, or `nil` for none.
  public internal(set) var lens: String? = "surprisal"
  /// The pane that keys go to.
  public internal(set) var focus = PaneID.text
  /// The side panes, most wanted first; as many are shown as there is room for.
  public internal(set) var side: [PaneID] = [.next, .attention, .decode]
  /// Whether the focused pane has the screen to itself.
  public internal(set) var isZoomed = false
  /// Which candidate is chosen in the Next pane.
  var candidate = 0
  /// Which stage of the sampler the Next pane shows; 0 is the model's own distribution.
  var stage = 0
  /// The attention pane.
  public internal(set) var attention = AttentionView()
  /// First layer shown by the Layers pane, counted from the last.
  var layerScroll = 0
  /// The chosen branch in the Decode pane.
  var chosenBranch = 0
  /// The compare pane.
  public internal(set) var compare = CompareView()
  /// The tokenizer pane.
  public internal(set) var browser = BrowserView()
  /// What was last searched for.
  var search = ""
  /// What the status line tells.
  public internal(set) var notice: Notice?
  /// When the session was last saved, as `12:04`.
  public internal(set) var savedAt: String?
  /// Whether what happens now is being replayed, and is not to be written down again.
  var isReplaying = false

  /// A workbench on a text, before its model is open.
  ///
  /// - Parameter ensemble: the models that decode together; by default only the text's own.
  public init(
    text: [UInt8], modelName: String, size: Size, look: Look, keymap: Keymap = Keymap(),
    ensemble: EnsembleSettings? = nil
  ) {
    self.size = size
    self.look = look
    self.keymap = keymap
    self.modelName = modelName
    document = Document(text)
    branches = BranchTree(document)
    decode.ensemble = ensemble ?? EnsembleSettings(models: [modelName])
    if decode.ensemble.models.count > 1 { decode.strategy = .bytes }
  }

  /// The trace of the evaluated part of the text; `nil` when nothing is evaluated.
  var trace: Trace? {
    guard let model, !records.isEmpty else { return nil }
    return Trace(shape: model.shape, probe: probe, records: records)
  }

  /// The tokens that can be evaluated.
  var evaluable: Int { min(document.tokens.count, model?.context ?? 0) }

  /// The side panes that are shown when nothing is zoomed.
  public var visibleSide: [PaneID] { Array(side.prefix(Layout.sideCount(size))) }

  /// The panes that are shown, the text first.
  public var visible: [PaneID] { isZoomed ? [focus] : [.text] + visibleSide }

  /// Where the lines and panes are.
  var layout: Layout {
    Layout(size, sidePanes: visibleSide.count, zoomed: isZoomed ? .main : nil)
  }

  /// Where a pane is; `nil` when it is not shown.
  func area(of pane: PaneID) -> Rect? {
    let layout = layout
    guard let index = visible.firstIndex(of: pane) else { return nil }
    let areas = [layout.main] + layout.side
    return areas.indices.contains(index) && !areas[index].isEmpty ? areas[index] : nil
  }

  /// What the records have to hold for what is shown.
  var wantedProbe: Probe {
    var probe = Probe()
    if visible.contains(.attention) || lens == "attention-from" { probe.insert(.attention) }
    if visible.contains(.layers) || lens == "prediction-depth" { probe.insert(.residual) }
    return probe
  }
}
