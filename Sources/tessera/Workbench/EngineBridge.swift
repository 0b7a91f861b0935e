import Inference
import Lenses
import Synchronization
import Tokenization
import Workbench

/// Has the engine do what the state asks for, and answers with messages.
final class EngineBridge: Sendable {
  private let engine: Engine
  private let mailbox: Mailbox
  private let desks: Desks

  /// Starts the engine's thread, which opens the model first.
  ///
  /// - Parameters:
  ///   - load: opens the model.
  ///   - companions: opens the models that decode together with it.
  ///   - failed: hears why the model could not be opened.
  init(
    mailbox: Mailbox, load: @escaping @Sendable () throws -> (Model, Evaluator),
    companions: @escaping @Sendable () throws -> [Evaluator],
    failed: @escaping @Sendable (any Error) -> Void
  ) {
    self.mailbox = mailbox
    desks = Desks(openCompanions: companions)
    engine = Engine(
      makeEvaluator: {
        do {
          let (model, evaluator) = try load()
          mailbox.post(
            .modelOpened(
              ModelFacts(
                name: model.name, quantisation: model.quantisation, shape: model.shape,
                tokenizer: model.tokenizer, context: evaluator.contextLength,
                threads: evaluator.threads, chatTemplate: model.chatTemplate)))
          return evaluator
        } catch {
          failed(error)
          return nil
        }
      },
      failed: { key, error in
        guard let key = WorkKey(name: key) else { return }
        mailbox.post(.failed(key, "\(error)"))
      })
  }

  /// Ends the engine's thread.
  func stop() { engine.stop() }

  /// Gives up work.
  func cancel(_ key: WorkKey) { engine.cancel(key: key.name) }

  /// Evaluates a text.
  func evaluate(_ request: EvaluationRequest) {
    let mailbox = mailbox
    engine.submit(key: WorkKey.evaluate.name, priority: .evaluate) { evaluator in
      func answer(_ trace: Trace, finished: Bool) {
        mailbox.post(.evaluated(generation: request.generation, trace, finished: finished))
      }
      let trace = try evaluator.evaluate(request.ids, probe: request.probe) {
        answer($0, finished: false)
      }
      answer(trace, finished: true)
      return .done
    }
  }

  /// Reads through a lens.
  func read(_ request: ReadingRequest) {
    let (mailbox, desks) = (mailbox, desks)
    engine.submit(key: WorkKey.read(request.key).name, priority: .lens) { evaluator in
      func answer(_ reading: Reading, finished: Bool) {
        mailbox.post(.read(request.key, request.inputs, reading, finished: finished))
      }
      let bench = LensBench(
        trace: request.trace, vocabulary: evaluator.model.tokenizer.vocabulary,
        parameters: request.inputs.parameters, evaluator: evaluator,
        sampler: request.inputs.sampler, bytes: desks.lenses(evaluator),
        partial: { answer($0, finished: false) })
      answer(try LensCatalog.lens(request.inputs.lens).run(bench), finished: true)
      return .done
    }
  }

  /// Finds what the next byte could be, then how the text could go on, a completion at each turn.
  func readBytes(_ request: ByteRequest) {
    let (mailbox, desks) = (mailbox, desks)
    let known = Mutex<ByteReading?>(nil)
    engine.submit(key: WorkKey.bytes.name, priority: .cursor) { evaluator in
      let desk = desks.cursor(evaluator)
      try desk.begin(request.text)
      let before = known.withLock { $0 }
      let reading =
        if let before { try desk.extended(before) } else {
          try desk.reading(at: request.inputs.offset)
        }
      if let reading {
        known.withLock { $0 = reading }
        mailbox.post(.bytes(request.inputs, reading, finished: false))
        return .again
      }
      if let before { mailbox.post(.bytes(request.inputs, before, finished: true)) }
      return .done
    }
  }

  /// Decodes, a token or a byte each time that it is its turn.
  func decode(_ request: DecodeRequest) {
    let (mailbox, desks) = (mailbox, desks)
    let run = Turns()
    engine.submit(key: WorkKey.decode.name, priority: .decode) { evaluator in
      let present = run.present ?? DecodeRun(request, with: desks.models(evaluator))
      run.present = present
      let (messages, isOver) = try present.step()
      for message in messages { mailbox.post(message) }
      return isOver ? .done : .again
    }
  }
}

/// A run of decoding between its turns; only jobs touch it, on the engine's one thread.
private final class Turns: @unchecked Sendable {
  var present: DecodeRun?
}

extension WorkKey {
  /// The key of a name.
  fileprivate init?(name: String) {
    let all: [WorkKey] = [.evaluate, .decode, .bytes] + ReadingKey.allCases.map { .read($0) }
    guard let key = all.first(where: { $0.name == name }) else { return nil }
    self = key
  }
}

/// Byte probabilities that jobs leave for later ones. Only jobs touch it, and all of them run on the
/// engine's one thread.
///
/// A job that follows the cursor may come in the middle of one that reads through a lens, so each
/// has its own.
private final class Desks: @unchecked Sendable {
  private var ofCursor: ByteDesk?
  private var ofLenses: ByteDesk?
  private var decoding: DecodeModels?
  private let openCompanions: @Sendable () throws -> [Evaluator]

  /// - Parameter openCompanions: opens the models that decode together with the text's own.
  init(openCompanions: @escaping @Sendable () throws -> [Evaluator]) {
    self.openCompanions = openCompanions
  }

  func cursor(_ evaluator: Evaluator) -> ByteDesk {
    let desk = ofCursor ?? ByteDesk(evaluator, rule: models(evaluator).rule)
    ofCursor = desk
    return desk
  }

  func lenses(_ evaluator: Evaluator) -> ByteDesk {
    let desk = ofLenses ?? ByteDesk(evaluator, rule: models(evaluator).rule)
    ofLenses = desk
    return desk
  }

  func models(_ evaluator: Evaluator) -> DecodeModels {
    let models = decoding ?? DecodeModels(evaluator, companions: openCompanions)
    decoding = models
    return models
  }
}
