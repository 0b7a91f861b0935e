internal import Foundation
public import ModelFiles

/// The files that hold a tokenizer, told apart by what is in them, then by their names.
public enum TokenizerFile: String, Sendable, CaseIterable {
  /// A GGUF model file.
  case gguf
  /// Hugging Face's `tokenizer.json`, or a folder with one.
  case json = "tokenizer.json"
  /// Mistral's `tekken.json`.
  case tekken = "tekken.json"
  /// OpenAI's `.tiktoken`.
  case tiktoken
  /// GPT-2's `encoder.json` and `vocab.bpe`.
  case pair = "encoder.json"
  /// A SentencePiece `.model`.
  case sentencePiece = "model"
  /// WordPiece's `vocab.txt`.
  case wordPiece = "vocab.txt"
  /// A lexicon that `tessera tokenizer train` learned; `LexiconFile` describes it.
  case lexicon

  /// The name of the tokenizer that needs no file: each byte is a token.
  public static let bytesName = "bytes"

  /// What `--tokenizer` takes, for messages.
  public static let knownForms =
    "a GGUF file, a tokenizer.json or a folder with one, a tekken.json, a .tiktoken file, GPT-2's "
    + "encoder.json and vocab.bpe, a SentencePiece .model, a WordPiece vocab.txt, or a lexicon (lib) "
    + "of Tessera's own"

  /// What a file is.
  ///
  /// - Throws: `FileFault` when it cannot be opened or is none of the known forms.
  public static func kind(of file: MappedFile) throws(FileFault) -> TokenizerFile {
    let head = file.withBytes { Array($0.prefix(256)) }
    let name = URL(filePath: file.path).lastPathComponent
    if head.starts(with: "GGUF".utf8) { return .gguf }
    if head.starts(with: "#version".utf8) || name == "vocab.bpe" || name == "merges.txt" {
      return .pair
    }
    if head.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) == UInt8(ascii: "{") {
      return try jsonKind(of: file)
    }
    let line = head.prefix { $0 != 0x0A }.split(separator: 0x20)
    if line.count == 2, Base64.decode(line[0]) != nil,
      line[1].allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x0D })
    {
      return .tiktoken
    }
    // A list of pieces is the first field of a SentencePiece model, the piece that of each.
    if head.count > 3, head[0] == 0x0A, head[2] == 0x0A, name.contains(".model") {
      return .sentencePiece
    }
    if name == "vocab.txt" || head.starts(with: "[PAD]".utf8) { return .wordPiece }
    throw FileFault(
      path: file.path, what: "is no tokenizer of a known form", remedy: "known are \(knownForms)")
  }

  private static func jsonKind(of file: MappedFile) throws(FileFault) -> TokenizerFile {
    switch try JSONReader.firstField(file) {
    case (_, .number)?: return .pair
    case ("format", .string)?: return .lexicon
    case ("config", _)?, ("vocab", .array)?, ("special_tokens", _)?: return .tekken
    default: return .json
    }
  }
}

extension Tokenizer {
  /// Opens the tokenizer at a path: any of `TokenizerFile`, or a folder with a `tokenizer.json`.
  ///
  /// - Parameter splitting: for `.tiktoken` files of unknown vocabularies, how words are cut: a name
  ///   of `tokenizer.ggml.pre`, e.g. `qwen2`.
  /// - Throws: `FileFault`, one line with file and place, for whatever is broken or not known.
  public static func open(path: String, splitting: String? = nil) throws(FileFault) -> Tokenizer {
    var isFolder: ObjCBool = false
    var path = path
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      path += "/tokenizer.json"
    }
    let file = try MappedFile(path: path)
    switch try TokenizerFile.kind(of: file) {
    case .gguf: return try Tokenizer(gguf: try GGUFFile.open(path: path))
    case .json: return try TokenizerJSON.open(file)
    case .tekken: return try TekkenFile.open(file)
    case .pair: return try PairedFiles.open(path: path)
    case .sentencePiece: return try Tokenizer(sentencePiece: path)
    case .wordPiece: return try Tokenizer(wordPiece: path)
    case .lexicon: return try Tokenizer(lexicon: file)
    case .tiktoken:
      let pattern = splitting.flatMap { WordPattern(gguf: $0) }
      guard splitting == nil || pattern != nil else {
        throw FileFault(
          path: path, what: "no way of cutting is called \(splitting ?? "")",
          remedy: "known are: \(WordPattern.knownNames)")
      }
      return try TiktokenFile.open(file, pattern: pattern)
    }
  }

  /// The tokenizer of which each byte is a token.
  public static func bytes() -> Tokenizer {
    do throws(VocabularyFault) {
      return Tokenizer(name: TokenizerFile.bytesName, model: try ByteModel())
    } catch {
      // 256 different entries of one byte each are a vocabulary.
      fatalError("\(error)")
    }
  }
}
