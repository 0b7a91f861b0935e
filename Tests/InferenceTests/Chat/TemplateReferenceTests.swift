import Inference
import ModelFiles
import TestSupport
import Testing

@Suite("Chat templates beside jinja2")
struct TemplateReferenceTests {
  /// Compares: the same text, or both refuse. What is not built may be refused, if `allowsGaps`.
  private func compare(_ tasks: [ChatTask], allowsGaps: Bool = false) throws {
    let texts = try ReferenceChat.texts(of: tasks)
    #expect(texts.count == tasks.count)
    var equal = 0
    for (task, text) in zip(tasks, texts) {
      do throws(TemplateFault) {
        let ours = try task.rendered()
        equal += 1
        #expect(Array(ours.utf8) == text.map { Array($0.utf8) }, "\(task.template)")
      } catch {
        let isGap = allowsGaps && error.kind == .unsupported
        #expect(text == nil || isGap, "\(task.template): \(error), not \(text ?? "")")
      }
    }
    // Refusing everything would be equal too.
    #expect(equal * 3 > tasks.count)
  }

  private func tasks(_ template: String, tokens: [String: String]) -> [ChatTask] {
    let variables = tokens.sorted { $0.key < $1.key }.map {
      (key: $0.key, value: ChatValue.string($0.value))
    }
    return ChatSamples.conversations.flatMap { messages in
      [(nil, true), (ChatSamples.tools, true), (nil, false)].map { tools, addsPrompt in
        ChatTask(
          template: template, variables: variables, messages: messages, tools: tools,
          addsPrompt: addsPrompt)
      } + [
        ChatTask(
          template: template, variables: variables + [("enable_thinking", .bool(false))],
          messages: messages)
      ]
    }
  }

  @Test(
    "templates of every kind write each conversation as jinja2 does",
    arguments: ChatSamples.templates.keys.sorted())
  func samples(name: String) throws {
    let template = try #require(ChatSamples.templates[name])
    try compare(tasks(template, tokens: ["bos_token": "<s>", "eos_token": "</s>"]))
  }

  @Test("the default model's template writes each conversation as jinja2 does")
  func installed() throws {
    let model = try Model.load(path: InstalledModel.path(), name: "smollm2-135m")
    let template = try #require(model.chatTemplate)
    #expect(template.obstacle == nil)
    #expect(template.specialTokens["bos_token"] == "<|im_start|>")
    #expect(template.specialTokens["eos_token"] == "<|im_end|>")
    try compare(tasks(template.source, tokens: template.specialTokens))
  }

  static let values: [(key: String, value: ChatValue)] = [
    ("s", .string("Some Text é")), ("n", .integer(4)), ("f", .number(-1.25)), ("b", .bool(true)),
    ("l", .list([.integer(3), .string("a"), .null, .number(2), .list([.integer(1)])])),
    ("e", .list([])),
    (
      "d",
      .mapping([
        ("a", .integer(1)), ("items", .string("x")),
        ("z", .mapping([("y", .list([.integer(1), .integer(2)]))])),
      ])
    ),
    (
      "m",
      .list([
        .mapping([("role", .string("user")), ("content", .string("hi there"))]),
        .mapping([("role", .string("assistant")), ("content", .string("Hé"))]),
      ])
    ),
  ]

  @Test("random expressions have the value that jinja2 gives them, or both refuse")
  func expressions() throws {
    try compare(
      (0..<4000).map { seed in
        var fuzz = TemplateFuzz(seed: UInt64(seed))
        return ChatTask(template: fuzz.expressionTemplate(), variables: Self.values)
      }, allowsGaps: true)
  }

  @Test("random statements write what jinja2 writes, or both refuse")
  func statements() throws {
    try compare(
      (0..<3000).map { seed in
        var fuzz = TemplateFuzz(seed: UInt64(seed) + 1_000_000)
        return ChatTask(template: fuzz.statementTemplate(), variables: Self.values)
      }, allowsGaps: true)
  }
}
