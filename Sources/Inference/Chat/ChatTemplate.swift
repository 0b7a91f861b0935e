import ModelFiles

/// How a conversation is written as a text that the model continues: a template in Jinja, rendered
/// as `transformers` renders it, by the part of the language that real templates use.
///
/// What a message says is put into the text as it is, and the text is turned into tokens with its
/// special tokens, as in `transformers`: a message that holds `<|im_end|>` ends its turn. Whoever
/// takes messages from elsewhere should look for that (`ChatMessage.steeringToken`).
public struct ChatTemplate: Sendable {
  /// The template as the model has it.
  public let source: String
  /// Special tokens that the template can name, `bos_token` and `eos_token` for instance.
  public let specialTokens: [String: String]
  private let program: Result<[TemplateStatement], TemplateFault>

  /// Reads a template. One that cannot be read refuses to `render`, with the reason that `obstacle`
  /// tells.
  public init(_ source: String, specialTokens: [String: String] = [:]) {
    self.source = source
    self.specialTokens = specialTokens
    do throws(TemplateFault) {
      program = .success(try TemplateParser.statements(of: source))
    } catch {
      program = .failure(error)
    }
  }

  /// Why no conversation can be written; `nil` when the template could be read.
  public var obstacle: TemplateFault? {
    if case .failure(let fault) = program { fault } else { nil }
  }

  /// The text of a conversation.
  ///
  /// - Parameters:
  ///   - messages: what was said, in order.
  ///   - tools: descriptions of functions that the model may call, as JSON schemas.
  ///   - addGenerationPrompt: whether the text goes on to where the assistant speaks.
  ///   - variables: what else the template may name, for instance `enable_thinking`.
  ///   - date: the time that the template may tell; without one `strftime_now` is undefined, for
  ///     which the templates that use it are mostly prepared.
  /// - Throws: `TemplateFault` when the template cannot be read, turns the conversation down, or
  ///   would take too long.
  public func render(
    _ messages: [ChatMessage], tools: [ChatValue]? = nil, addGenerationPrompt: Bool = true,
    variables: [(key: String, value: ChatValue)] = [], date: ChatDate? = nil
  ) throws(TemplateFault) -> String {
    let statements = try self.program.get()
    var given: [(String, ChatValue)] = [
      ("messages", .list(messages.map(\.value))),
      ("tools", tools.map { .list($0) } ?? .null), ("documents", .null),
      ("add_generation_prompt", .bool(addGenerationPrompt)),
    ]
    for (name, token) in specialTokens { given.append((name, .string(token))) }
    given += variables.map { ($0.key, $0.value) }
    var values: [(String, TemplateValue)] = []
    for (name, value) in given { values.append((name, try TemplateValue(value))) }
    return try TemplateEvaluator.render(statements, variables: values, date: date).text
  }
}

extension ChatTemplate {
  /// The template in a model file, with the special tokens that the file names; `nil` when it has
  /// none.
  ///
  /// - Throws: `FileFault` when an entry is of the wrong type.
  init?(file: GGUFFile) throws(FileFault) {
    let key = "tokenizer.chat_template"
    guard file.has(key) else { return nil }
    var names: [Int: [String]] = [:]
    let keys = [
      ("bos_token_id", "bos_token"), ("eos_token_id", "eos_token"),
      ("unknown_token_id", "unk_token"), ("padding_token_id", "pad_token"),
      ("seperator_token_id", "sep_token"), ("cls_token_id", "cls_token"),
      ("mask_token_id", "mask_token"),
    ]
    for (key, name) in keys where file.has("tokenizer.ggml." + key) {
      names[try file.integer("tokenizer.ggml." + key), default: []].append(name)
    }
    var specialTokens: [String: String] = [:]
    if !names.isEmpty, file.has("tokenizer.ggml.tokens") {
      var id = 0
      try file.forEachString("tokenizer.ggml.tokens") { bytes in
        for name in names[id] ?? [] {
          specialTokens[name] = String(decoding: bytes, as: UTF8.self)
        }
        id += 1
      }
    }
    self.init(try file.string(key), specialTokens: specialTokens)
  }
}
