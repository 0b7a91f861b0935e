internal import ModelFiles

/// A `.tiktoken` file: a line for each entry, its bytes in base 64 and its rank, which is its id.
///
/// The file says neither how words are cut nor which special entries there are. Both are taken from
/// the vocabulary that it is, recognised by its number of entries; or a known way of cutting is
/// named by the caller, and then there are no special entries.
enum TiktokenFile {
  /// A vocabulary that is known by its size.
  struct Known {
    var pattern: WordPattern
    /// Special entries by id.
    var specials: [TokenID: String]
    var endOfText: TokenID?
  }

  /// Reads a file.
  static func open(_ file: MappedFile, pattern: WordPattern?) throws(FileFault) -> Tokenizer {
    var ranked = RankedEntries(path: file.path)
    let lines = LineReader(file)
    try lines.forEach { line, offset throws(FileFault) in
      guard let space = line.lastIndex(of: 0x20) else {
        throw FileFault(
          path: file.path, offset: offset, what: "the line is not an entry and its rank")
      }
      let digits = line[(space + 1)...]
      guard !digits.isEmpty, digits.count <= 9, digits.allSatisfy({ (0x30...0x39).contains($0) })
      else {
        throw FileFault(path: file.path, offset: offset, what: "the rank is not a number")
      }
      let rank = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
      guard let bytes = Base64.decode(line[..<space]) else {
        throw FileFault(path: file.path, offset: offset, what: "the entry is not in base 64")
      }
      try ranked.add(bytes, rank: rank, offset: offset)
    }
    let known = known(count: ranked.count)
    guard let pattern = pattern ?? known?.pattern else {
      throw FileFault(
        path: file.path,
        what: "has \(ranked.count) entries, which is no vocabulary whose way of cutting is known",
        remedy: "name the way of cutting: \(WordPattern.knownNames)")
    }
    var parts = try ranked.parts(firstID: 0, specials: known?.specials ?? [:])
    parts.endOfText = known?.endOfText
    return try parts.bytePair(
      file.path, name: pattern.rawValue, splitter: pattern.splitter, ignoresMerges: true)
  }

  /// The vocabulary with so many ranks.
  static func known(count: Int) -> Known? {
    switch count {
    case 50_256:
      return Known(pattern: .gpt2, specials: [50_256: "<|endoftext|>"], endOfText: 50_256)
    case 100_256:
      return Known(
        pattern: .cl100k,
        specials: [
          100_257: "<|endoftext|>", 100_258: "<|fim_prefix|>", 100_259: "<|fim_middle|>",
          100_260: "<|fim_suffix|>", 100_276: "<|endofprompt|>",
        ], endOfText: 100_257)
    case 199_998:
      return Known(
        pattern: .o200k, specials: [199_999: "<|endoftext|>", 200_018: "<|endofprompt|>"],
        endOfText: 199_999)
    case 128_000:
      return Known(
        pattern: .llama3,
        specials: [
          128_000: "<|begin_of_text|>", 128_001: "<|end_of_text|>",
          128_006: "<|start_header_id|>", 128_007: "<|end_header_id|>", 128_009: "<|eot_id|>",
        ], endOfText: 128_001)
    case 151_643:
      let extra = (0..<205).map { "<|extra_\($0)|>" }
      return Known(
        pattern: .qwen2, specials: numbered(qwenNames + extra, from: 151_643), endOfText: 151_643)
    case 248_044:
      return Known(
        pattern: .qwen35, specials: numbered(qwenNames + qwen35Names, from: 248_044),
        endOfText: 248_044)
    default: return nil
    }
  }

  private static let qwenNames = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
  private static let qwen35Names = [
    "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>", "<|box_end|>",
    "<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>",
    "<|image_pad|>", "<|video_pad|>", "<tool_call>", "</tool_call>", "<|fim_prefix|>",
    "<|fim_middle|>", "<|fim_suffix|>", "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>",
    "<tool_response>", "</tool_response>", "<think>", "</think>", "<|audio_start|>",
    "<|audio_end|>", "<tts_pad>", "<tts_text_bos>", "<tts_text_eod>", "<tts_text_bos_single>",
    "<|audio_pad|>",
  ]

  private static func numbered(_ names: [String], from first: TokenID) -> [TokenID: String] {
    Dictionary(
      names.enumerated().map { (first + TokenID($0.offset), $0.element) },
      uniquingKeysWith: { first, _ in first })
  }
}
