import Foundation
import Inference
import Testing

@testable import Lenses

@Suite("Readings")
struct ReadingTests {
  private func json(_ reading: Reading) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(reading), as: UTF8.self)
  }

  @Test("the members of each kind are those of the contract")
  func contract() throws {
    #expect(
      try json(.tokens(TokenValues(scale: Surprisal.scale, values: [nil, 7.25, .infinity]))) == """
        {"kind":"tokens","maximum":12,"minimum":0,"scale":"linear","unit":"bit",\
        "values":[null,7.25,null]}
        """)
    #expect(
      try json(
        .matrix(
          MatrixReading(
            scale: .probability, rows: ["a", "b"], columns: ["a", "b"], values: [1, .nan, 0.1, 0.9])
        )) == """
          {"columns":["a","b"],"kind":"matrix","maximum":1,"minimum":0,"rows":["a","b"],\
          "scale":"linear","unit":"probability","values":[[1,null],[0.1,0.9]]}
          """)
    #expect(
      try json(
        .grid(
          GridReading(
            scale: Rank.scale, rows: ["L0"], columns: ["a", "b"], values: [1, 2], texts: ["x", "y"])
        )) == """
          {"columns":["a","b"],"kind":"grid","maximum":1000,"minimum":0,"rows":["L0"],\
          "scale":"logarithmic","texts":[["x","y"]],"unit":"rank","values":[[1,2]]}
          """)
    let entry = DistributionReading.Entry(
      id: 3, piece: "é", bytes: [0xC3, 0xA9], logit: nil, probability: 0.5)
    #expect(
      try json(
        .distribution(
          DistributionReading(
            index: 2, entropy: 1, candidates: [], actual: .init(entry: entry, rank: 4),
            stages: [.init(name: "top-k", setting: "1", kept: 1, entropy: 0, candidates: [])]))
      ) == """
        {"actual":{"bytes":[195,169],"id":3,"piece":"é","probability":0.5,"rank":4},\
        "candidates":[],"entropy":1,"entropy_unit":"bit","index":2,"kind":"distribution",\
        "stages":[{"candidates":[],"entropy":0,"kept":1,"setting":"1","stage":"top-k"}],\
        "unit":"probability"}
        """)
  }

  @Test(
    "JSON that is no reading is refused, never a crash",
    arguments: [
      "{}", "[]", #"{"kind":"forest","unit":"bit"}"#, #"{"kind":"tokens","unit":"bit"}"#,
      #"{"kind":"matrix","unit":"bit","scale":"linear","minimum":0,"maximum":1,"rows":["a"],"columns":["a"],"values":[]}"#,
      #"{"kind":"matrix","unit":"bit","scale":"linear","minimum":0,"maximum":1,"rows":["a"],"columns":["a"],"values":[[1,2]]}"#,
      #"{"kind":"grid","unit":"bit","scale":"linear","minimum":0,"maximum":1,"rows":["a"],"columns":["a"],"values":[[1]],"texts":[[]]}"#,
      #"{"kind":"distribution","unit":"probability","index":1}"#,
    ])
  func refused(json: String) {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(Reading.self, from: Data(json.utf8))
    }
  }

  @Test("a temperature near 0 leaves a distribution that JSON can say")
  func coldest() throws {
    let reading = try LensFixture().read("next", ["temperature": "1e-38"])
    #expect(try !json(reading).isEmpty)
  }

  @Test("a place on a scale is between its ends, whatever the value")
  func scales() {
    let linear = ValueScale(unit: "bit", minimum: 2, maximum: 12)
    #expect([-5, 2, 7, 12, 99, .infinity, .nan].map(linear.fraction) == [0, 0, 0.5, 1, 1, 1, 0])
    #expect(Rank.scale.fraction(0) == 0 && Rank.scale.fraction(1000) == 1)
    #expect(abs(Rank.scale.fraction(30.638_584) - 0.5) < 1e-6)
    #expect(ValueScale(unit: "layer", minimum: 0, maximum: 0).fraction(0) == 0)
  }

  @Test("ranks fall into the classes of GLTR")
  func classes() {
    #expect(
      [0, 9, 10, 99, 100, 999, 1000, 40_000].map { Rank.Class(rank: $0) }
        == [.top10, .top10, .top100, .top100, .top1000, .top1000, .rare, .rare])
  }

  @Test("places outside of a reading have no value")
  func outside() {
    let matrix = MatrixReading(
      scale: .probability, rows: ["a"], columns: ["b", "c"], values: [1, .nan])
    #expect(matrix.value(row: 0, column: 0) == 1)
    for (row, column) in [(0, 1), (0, 2), (1, 0), (-1, 0), (0, -1)] {
      #expect(matrix.value(row: row, column: column) == nil)
    }
    #expect(TokenValues(scale: .probability, values: [nil, 1, 2]).mean == 1.5)
    #expect(TokenValues(scale: .probability, values: [nil]).mean == nil)
  }

  @Test("the depth is the first place from which on all are the last")
  func depth() {
    #expect(Lens.depth(of: [1, 2, 2, 2]) == 1)
    #expect(Lens.depth(of: [2, 1, 2]) == 2)
    #expect(Lens.depth(of: [2, 2]) == 0)
    #expect(Lens.depth(of: [Int]()) == 0)
  }
}
