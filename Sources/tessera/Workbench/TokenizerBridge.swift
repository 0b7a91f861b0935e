import Foundation
import Synchronization
import Tokenization
import Workbench

/// Opens tokenizers and looks through vocabularies, on a thread of its own: neither the terminal nor
/// the model waits for it.
final class TokenizerBridge: Sendable {
  private let mailbox: Mailbox
  private let queue = DispatchQueue(label: "tessera.tokenizers", qos: .userInitiated)
  /// The search that is wanted; those of earlier numbers end.
  private let wanted = Mutex(0)

  /// Entries that are looked through between two answers.
  private static let slice: TokenID = 16_384

  /// A bridge that answers into a mailbox.
  init(mailbox: Mailbox) { self.mailbox = mailbox }

  /// Opens a tokenizer.
  func open(_ source: String) {
    queue.async { [mailbox] in
      do {
        let opened = try NamedTokenizer.open(source)
        mailbox.post(.tokenizerOpened(source, name: opened.name, opened.tokenizer))
      } catch {
        let why = CommandFault(describing: error).message ?? "\(source): cannot be opened"
        mailbox.post(.tokenizerFailed(source, why))
      }
    }
  }

  /// Looks through a vocabulary.
  func study(_ request: VocabularyRequest) {
    let vocabulary = request.tokenizer.vocabulary
    let generation = request.generation
    switch request.study {
    case .index:
      queue.async { [mailbox] in
        mailbox.post(.studied(.index(generation: generation, VocabularyIndex(vocabulary))))
      }
    case .measures:
      queue.async { [mailbox] in
        let measures = VocabularyMeasures(vocabulary)
        let unreachable = request.tokenizer.unreachableEntries { _ in }
        mailbox.post(
          .studied(.measures(generation: generation, measures, unreachable: unreachable)))
      }
    case .search(let query):
      wanted.withLock { $0 = generation }
      queue.async { [self] in search(query, vocabulary, generation) }
    }
  }

  private func search(_ query: VocabularyQuery, _ vocabulary: Vocabulary, _ generation: Int) {
    var start: TokenID = 0
    let count = TokenID(vocabulary.count)
    repeat {
      guard wanted.withLock({ $0 == generation }) else { return }
      let end = min(count, start + Self.slice)
      let found = query.matches(in: vocabulary, start..<end)
      mailbox.post(.studied(.found(generation: generation, found, finished: end == count)))
      start = end
    } while start < count
  }
}
