import CKernels
import Foundation
import Testing
import Tokenization

@testable import Inference

@Suite("Sampler")
struct SamplerTests {
  /// Logits whose softmax is the given distribution.
  func logits(_ probabilities: [Double]) -> [Float] { probabilities.map { Float(log($0)) } }

  func kept(_ settings: SamplerSettings, _ logits: [Float], history: [TokenID] = []) -> Set<TokenID>
  {
    let last = SamplerChain(settings).stages(logits: logits, history: history).last
    return Set(last?.candidates.map(\.id) ?? [])
  }

  @Test("the first stage is the model's own distribution")
  func model() throws {
    let stage = try #require(
      SamplerChain(SamplerSettings()).stages(logits: logits([0.5, 0.25, 0.25]), history: []).first)
    #expect(stage.stage == .model)
    #expect(stage.candidates.map(\.id) == [0, 1, 2])
    #expect(abs(stage.candidates[0].probability - 0.5) < 1e-6)
    #expect(abs(Double(stage.entropy) - 1.5 * log(2)) < 1e-6)
  }

  @Test("top-k keeps the k likeliest, ties by id")
  func topK() {
    #expect(kept(SamplerSettings(topK: 2), logits([0.1, 0.3, 0.3, 0.3])) == [1, 2])
  }

  @Test("top-p keeps the smallest set that reaches the share")
  func topP() {
    let distribution = logits([0.4, 0.3, 0.2, 0.1])
    #expect(kept(SamplerSettings(topP: 0.39), distribution) == [0])
    #expect(kept(SamplerSettings(topP: 0.69), distribution) == [0, 1])
    #expect(kept(SamplerSettings(topP: 0.71), distribution) == [0, 1, 2])
  }

  @Test("top-p reaches beyond the part that is put in order first")
  func longNucleus() throws {
    let flat = [Float](repeating: 0, count: 5000)
    let last = try #require(
      SamplerChain(SamplerSettings(topP: 0.5)).stages(logits: flat, history: []).last)
    #expect(abs(last.kept - 2500) <= 1)
  }

  @Test("min-p keeps what is likely enough relative to the likeliest")
  func minP() {
    #expect(
      kept(SamplerSettings(minP: 0.5), logits([0.1, 0.4, 0.21, 0.19, 0.1])) == [1, 2])
  }

  @Test("typical sampling keeps the surprisals nearest to the entropy, by brute force")
  func typical() {
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<50 {
      var p = (0..<12).map { _ in generator.nextUnit() + 0.01 }
      let sum = p.reduce(0, +)
      p = p.map { $0 / sum }
      let entropy = -p.reduce(0) { $0 + $1 * log($1) }
      let order = p.indices.sorted { abs(-log(p[$0]) - entropy) < abs(-log(p[$1]) - entropy) }
      var want: Set<TokenID> = []
      var mass = 0.0
      for index in order where mass < 0.6 {
        want.insert(TokenID(index))
        mass += p[index]
      }
      #expect(kept(SamplerSettings(typicalP: 0.6), logits(p)) == want)
    }
  }

  @Test("penalties and bans change only the tokens they concern")
  func penalties() throws {
    let settings = SamplerSettings(
      repetitionPenalty: 2, frequencyPenalty: 0.5, presencePenalty: 0.25, banned: [3])
    let stages = SamplerChain(settings).stages(
      logits: [2, -1, 0.5, 9], history: [0, 0, 1])
    let after = try #require(stages.last { $0.stage == .penalties })
    let shaped = Dictionary(uniqueKeysWithValues: after.candidates.map { ($0.id, $0.logit) })
    // 2 / 2 − 2 · 0.5 − 0.25; −1 · 2 − 0.5 − 0.25; untouched; banned.
    let want: [TokenID: Float] = [0: -0.25, 1: -2.75, 2: 0.5]
    #expect(shaped == want)
  }

  @Test("the penalty window limits how far back the penalties look")
  func window() throws {
    let settings = SamplerSettings(presencePenalty: 1, penaltyWindow: 1)
    let stages = SamplerChain(settings).stages(logits: [0, 0], history: [0, 1])
    let after = try #require(stages.last)
    #expect(after.candidates.first { $0.id == 0 }?.logit == 0)
    #expect(after.candidates.first { $0.id == 1 }?.logit == -1)
  }

  @Test("banning everything bans nothing, rather than leaving no candidate")
  func banAll() {
    #expect(kept(SamplerSettings(banned: [0, 1]), [1, 2]) == [0, 1])
  }

  @Test("temperature 0 takes the likeliest, whatever the seed")
  func greedy() {
    for seed in 0..<20 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let choice = SamplerChain(.greedy).sample(
        logits: [0, 3, 2, 3], history: [], generator: &generator)
      #expect(choice.id == 1)
      #expect(choice.probability == 1)
    }
  }

  @Test("draws follow the distribution that the last stage shows (chi-square)")
  func distribution() throws {
    let settings = SamplerSettings(temperature: 0.7, topK: 6, minP: 0.05, seed: 11)
    let logits = (0..<40).map { Float(($0 * 7919) % 13) / 3 }
    let chain = SamplerChain(settings)
    let shown = try #require(chain.stages(logits: logits, history: []).last)
    var generator = SeededGenerator(seed: 11)
    var counts: [TokenID: Int] = [:]
    let draws = 20_000
    for _ in 0..<draws {
      counts[
        chain.sample(logits: logits, history: [], generator: &generator).id, default: 0] += 1
    }
    var chiSquare = 0.0
    for candidate in shown.candidates {
      let expected = Double(candidate.probability) * Double(draws)
      chiSquare +=
        pow(Double(counts.removeValue(forKey: candidate.id) ?? 0) - expected, 2) / expected
    }
    #expect(counts.isEmpty, "nothing outside the shown candidates is drawn")
    // 99.99 % quantile for at most 5 degrees of freedom.
    #expect(chiSquare < 25.7)
  }

  @Test("partial ordering gives the same best candidates as sorting all")
  func ordering() {
    var generator = SeededGenerator(seed: 2)
    let logits = (0..<3000).map { _ in Float(Int.random(in: 0..<500, using: &generator)) }
    for count in [1, 2, 50, 300, 400, 3000] {
      var set = CandidateSet(logits: logits.span)
      set.order(count)
      let sorted = logits.indices.sorted {
        logits[$0] == logits[$1] ? $0 < $1 : logits[$0] > logits[$1]
      }
      #expect(set.entries.prefix(count).map { Int($0.id) } == Array(sorted.prefix(count)))
      #expect(Set(set.entries.map(\.id)).count == logits.count)
      let best = CandidateSet(best: count, of: logits.span)
      #expect(best.entries.map { Int($0.id) } == Array(sorted.prefix(count)))
    }
  }

  @Test("a temperature near zero leaves the likeliest, in every kernel")
  func coldDraw() {
    let logits: [Float] = [.nan, -3, 2, .nan, 1.999, -.infinity, 0, 1, 1, 1, 1]
    let kernels: [String] = ["portable", "avx2", "vnni"]
    defer { ck_use_kernels(nil) }
    for name in kernels where ck_use_kernels(name) != 0 {
      for temperature: Float in [1e-30, .leastNormalMagnitude, .leastNonzeroMagnitude] {
        var generator = SeededGenerator(seed: 3)
        let choice = SamplerChain(SamplerSettings(temperature: temperature)).sample(
          logits: logits, history: [], generator: &generator)
        #expect(choice.id == 2 && choice.probability == 1, "\(name) \(temperature)")
      }
    }
  }

  @Test("a draw from all candidates is the one that plain arithmetic makes, in every kernel")
  func plainDraw() throws {
    var random = SeededGenerator(seed: 5)
    var logits = (0..<5000).map { _ in Float.random(in: -30...10, using: &random) }
    logits[17] = .nan
    logits[4999] = -.infinity
    let kernels: [String] = ["portable", "avx2", "vnni"]
    let names = kernels.filter { ck_use_kernels($0) != 0 }
    defer { ck_use_kernels(nil) }
    for name in names {
      ck_use_kernels(name)
      for seed in 0..<300 as Range<UInt64> {
        let settings = SamplerSettings(temperature: seed % 2 == 0 ? 1 : 0.6, seed: seed)
        var generator = SeededGenerator(seed: seed)
        var same = generator
        let choice = SamplerChain(settings).sample(
          logits: logits, history: [], generator: &generator)
        let weights = logits.map { $0.isNaN ? 0 : exp(Double($0) / Double(settings.temperature)) }
        let total = weights.reduce(0, +)
        let before = weights[..<Int(choice.id)].reduce(0, +) / total
        let own = weights[Int(choice.id)] / total
        let unit = same.nextUnit()
        #expect(unit > before - 1e-6 && unit < before + own + 1e-6, "\(name) \(seed)")
        #expect(abs(Double(choice.probability) - own) < 1e-5 * own)
        #expect(choice.kept == logits.count && own > 0)
      }
    }
  }

  @Test("logits that are not numbers never crash the sampler and are never preferred")
  func notANumber() {
    var generator = SeededGenerator(seed: 1)
    let chain = SamplerChain(.standard)
    #expect(chain.sample(logits: [.nan, 1, .nan], history: [], generator: &generator).id == 1)
    let all = chain.sample(
      logits: [.nan, -.infinity], history: [], generator: &generator)
    #expect([0, 1].contains(all.id))
  }
}
