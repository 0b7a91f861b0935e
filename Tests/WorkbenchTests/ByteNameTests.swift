import Cells
import Testing

@testable import Workbench

@Suite("Names of bytes")
struct ByteNameTests {
  @Test(
    "characters are themselves, other bytes say what they are part of",
    arguments: [
      (0x61, [], "a"), (0x20, [], "␣"), (0x0A, [], "\\n"), (0x09, [], "\\t"), (0x0D, [], "\\r"),
      (0x00, [], "NUL"), (0x1B, [], "ESC"), (0x7F, [], "DEL"), (0x5C, [], "\\"),
      (0xC3, [], "C3 begins À–ÿ"), (0xA9, [0x61, 0xC3], "A9 ends é"), (0xA9, [], "A9 alone"),
      (0xA9, [0xC3, 0xA9], "A9 alone"), (0xF0, [0xC3], "F0 begins U+10000–3FFFF"),
      (0x9F, [0xF0], "9F goes on U+1F000–1FFFF"), (0x99, [0xF0, 0x9F], "99 goes on 🙀–🙿"),
      (0x8F, [0xF0, 0x9F], "8F goes on 🏀–🏺"),
      (0x82, [0xF0, 0x9F, 0x99], "82 ends 🙂"), (0xC0, [], "C0 alone"), (0xFF, [], "FF alone"),
      (0xA0, [0xED], "A0 alone"), (0xE4, [], "E4 begins 䀀–俿"), (0x61, [0xC3], "a"),
    ] as [(Int, [UInt8], String)])
  func names(byte: Int, before: [UInt8], name: String) {
    #expect(ByteName.text(UInt8(byte), after: before, charset: .unicode) == name)
  }

  @Test("without Unicode numbers stand for characters")
  func ascii() {
    for byte in UInt8.min...UInt8.max {
      for before: [UInt8] in [[], [0xC3], [0xE2, 0x82], [0xF0, 0x9F]] {
        let name = ByteName.text(byte, after: before, charset: .ascii)
        #expect(name.utf8.allSatisfy { 0x20...0x7E ~= $0 } && !name.isEmpty)
      }
    }
    #expect(ByteName.text(0xA9, after: [0xC3], charset: .ascii) == "A9 ends U+00E9")
    #expect(ByteName.text(0x20, after: [], charset: .ascii) == "space")
  }

  @Test("where there is little room the name is shorter, and every byte has its own")
  func short() {
    #expect(ByteName.text(0xC3, after: [], charset: .unicode, columns: 10) == "C3 À–ÿ")
    #expect(ByteName.text(0xF0, after: [], charset: .unicode, columns: 10) == "F0 begins")
    #expect(ByteName.text(0xF0, after: [], charset: .unicode, columns: 4) == "F0")
    for columns in [4, 9, 12, Int.max] {
      let names = (UInt8.min...UInt8.max).map {
        ByteName.text($0, after: [0xE2], charset: .unicode, columns: columns)
      }
      #expect(Set(names).count == 256)
    }
  }

  @Test("a part of a character tells all characters that begin so")
  func parts() {
    for value in UInt32(0x80)...0x2FFF {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let bytes = Array(String(Character(scalar)).utf8)
      for count in 1...bytes.count {
        let part = CharacterPart(Array(bytes[..<count]))
        #expect(part?.scalars.contains(value) == true)
        #expect(part?.isWhole == (count == bytes.count))
      }
    }
    #expect(CharacterPart([0xED])?.scalars == 0xD000...0xD7FF)
    #expect(CharacterPart([0xF4])?.scalars == 0x100000...0x10FFFF)
    #expect(CharacterPart([0xE0, 0x80]) == nil && CharacterPart([]) == nil)
  }
}
