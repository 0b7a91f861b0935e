import Foundation
import Inference
import TestSupport
import Testing

/// A template with what it may name.
struct ChatTask {
  var template: String
  var variables: [(key: String, value: ChatValue)] = []
  var messages: [ChatMessage] = []
  var tools: [ChatValue]?
  var addsPrompt = true

  /// 14 November 2023, 22:13:20, as the reference script has it.
  static let date = ChatDate(Date(timeIntervalSince1970: 1_700_000_000), in: .gmt)

  func rendered() throws(TemplateFault) -> String {
    try ChatTemplate(template).render(
      messages, tools: tools, addGenerationPrompt: addsPrompt, variables: variables,
      date: Self.date)
  }

  /// All that the reference is given.
  fileprivate var object: [String: Any] {
    var given: [(key: String, value: ChatValue)] = [
      (
        "messages",
        .list(
          messages.map {
            .mapping([("role", .string($0.role)), ("content", $0.content)] + $0.fields)
          })
      ),
      ("tools", tools.map { .list($0) } ?? .null), ("documents", .null),
      ("add_generation_prompt", .bool(addsPrompt)),
    ]
    given += variables
    return ["template": template, "variables": given.map { [$0.key, Self.written($0.value)] }]
  }

  private static func written(_ value: ChatValue) -> Any {
    switch value {
    case .null: ["none": 0]
    case .bool(let flag): ["bool": flag]
    case .integer(let number): ["int": "\(number)"]
    case .number(let number): ["float": "\(number)"]
    case .string(let text): text
    case .list(let values): ["list": values.map(written)]
    case .mapping(let entries): ["map": entries.map { [$0.key, written($0.value)] }]
    }
  }
}

/// What jinja2 makes of templates, set up as `transformers` sets it up.
enum ReferenceChat {
  /// The text of each task; `nil` where the reference fails.
  static func texts(of tasks: [ChatTask]) throws -> [String?] {
    let folder = try TemporaryFolder()
    var lines: [UInt8] = []
    for task in tasks {
      lines += try JSONSerialization.data(withJSONObject: task.object)
      lines.append(UInt8(ascii: "\n"))
    }
    let path = try folder.write(lines, to: "tasks.jsonl")
    let output = try ReferencePython.run("Tests/Setup/reference_chat.py", [path])
    return try output.split(separator: UInt8(ascii: "\n")).map { line in
      let answer = try #require(
        JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
      return answer["text"] as? String
    }
  }
}
