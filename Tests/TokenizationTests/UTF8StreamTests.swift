import Testing

@testable import Tokenization

@Suite struct UTF8StreamTests {
  private static let hostile: [[UInt8]] =
    TurningPoints.broken + [
      Array("aé今🙂".utf8), [0xE4, 0xBB], [0xF0, 0x9F, 0x99, 0x82], [0xF1, 0x80, 0x80], [0x61, 0xCC],
      [0xE0, 0x80, 0x80], [0xF0, 0x80, 0x80, 0x80], [0xC3, 0xC3, 0xA9], [0xE2, 0x82, 0x41],
    ]

  @Test("byte by byte, the texts joined are those of the whole")
  func byteByByte() {
    for first in Self.hostile {
      for second in Self.hostile {
        let bytes = first + second
        var stream = UTF8Stream()
        var text = ""
        for byte in bytes {
          text += stream.push([byte])
          #expect(stream.pending.count <= 3)
        }
        text += stream.finish()
        #expect(text == String(decoding: bytes, as: UTF8.self), "\(bytes)")
        #expect(stream.finish().isEmpty)
      }
    }
  }

  @Test("in random parts, the texts joined are those of the whole")
  func randomParts() {
    var generator = Seeded(1)
    for _ in 0..<300 {
      let bytes = generator.text(40, of: TurningPoints.all)
      var stream = UTF8Stream()
      var text = ""
      var rest = bytes[...]
      while !rest.isEmpty {
        let part = rest.prefix(Int.random(in: 0...7, using: &generator))
        text += stream.push(part)
        rest = rest.dropFirst(part.count)
      }
      #expect(
        Array((text + stream.finish()).utf8) == Array(String(decoding: bytes, as: UTF8.self).utf8))
    }
  }

  @Test("a character is given when its last byte arrives, not before")
  func holdsBack() {
    var stream = UTF8Stream()
    #expect(stream.push([0xF0, 0x9F]) == "")
    #expect(stream.push([0x99]) == "")
    #expect(stream.pending == [0xF0, 0x9F, 0x99])
    #expect(stream.push([0x82, 0x61]) == "🙂a")
    #expect(stream.pending.isEmpty)
  }

  @Test("characters are read forwards and backwards as the standard library reads them")
  func scalars() {
    var generator = Seeded(2)
    for _ in 0..<2_000 {
      let bytes = generator.text(8, of: TurningPoints.all)
      bytes.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        for start in bytes.indices {
          for length in 1...min(4, bytes.count - start) {
            let valid = String(validating: bytes[start..<start + length], as: UTF8.self)
            let single = valid.flatMap {
              $0.unicodeScalars.count == 1 ? $0.unicodeScalars.first : nil
            }
            guard let single else { continue }
            let forwards = UTF8Sequence.scalar(in: base, at: start, end: bytes.count)
            #expect(forwards?.value == single.value && forwards?.length == length)
            let backwards = UTF8Sequence.scalar(in: base, before: start + length)
            #expect(backwards?.value == single.value && backwards?.length == length)
            for inside in 1..<max(length, 1) {
              #expect(UTF8Sequence.isInside(base, start + inside, end: bytes.count))
            }
          }
        }
        #expect(
          UTF8Sequence.isValid(buffer) == (String(validating: bytes, as: UTF8.self) != nil))
      }
    }
  }
}
