/// Writes `tokenizer.json`, the file format of Hugging Face `tokenizers`, key by key in its order.
enum TokenizerJSONWriter {
  /// A byte-level tokenizer: special tokens first, cut by the rules of `pre_tokenizer`, which is
  /// JSON, as `model` is.
  static func file(specialTokens: [String], preTokenizer: String, model: String) -> String {
    let added = specialTokens.enumerated().map { id, content in
      """
          {"id": \(id), "content": \(quoted(content)), "single_word": false, "lstrip": false, \
      "rstrip": false, "normalized": false, "special": true}
      """
    }
    return """
      {
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": [\(added.isEmpty ? "" : "\n" + added.joined(separator: ",\n") + "\n  ")],
        "normalizer": null,
        "pre_tokenizer": \(preTokenizer),
        "post_processor": null,
        "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, \
      "use_regex": false},
        "model": \(model)
      }

      """
  }

  /// The model of byte-level BPE.
  static func bytePair(_ result: BytePairTrainer.Result) -> String {
    let entries = result.entries.enumerated().map { "      \(quoted($1)): \($0)" }
    let merges = result.merges.map { key in
      let left = quoted(result.entries[Int(TokenPair.left(key))])
      return "      [\(left), \(quoted(result.entries[Int(TokenPair.right(key))]))]"
    }
    return """
      {
          "type": "BPE",
          "dropout": null,
          "unk_token": null,
          "continuing_subword_prefix": null,
          "end_of_word_suffix": null,
          "fuse_unk": false,
          "byte_fallback": false,
          "ignore_merges": false,
          "vocab": {
      \(entries.joined(separator: ",\n"))
          },
          "merges": [
      \(merges.joined(separator: ",\n"))
          ]
        }
      """
  }

  /// The model of Unigram without an unknown token: every byte is an entry.
  static func unigram(_ entries: [(text: String, score: Double)]) -> String {
    let vocabulary = entries.map { "      [\(quoted($0.text)), \($0.score)]" }
    return """
      {
          "type": "Unigram",
          "unk_id": null,
          "vocab": [
      \(vocabulary.joined(separator: ",\n"))
          ],
          "byte_fallback": false
        }
      """
  }

  /// A string of JSON.
  static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case "\u{0}"..<"\u{20}", "\u{7F}":
        let digits = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
