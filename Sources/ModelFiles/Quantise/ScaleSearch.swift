/// Finds the scale, and where there is one the minimum, with which a part of a block is rounded.
///
/// The searches are those of llama.cpp for K and IQ4 types: a few scales around the one that just
/// reaches the greatest number; for each the numbers are rounded, and the scale that fits the rounded
/// numbers best in the weighted least squares has a closed form.
final class ScaleSearch {
  private let type: BlockType
  private let layout: SplitQuantiser.Layout
  private let weights: UnsafeMutablePointer<Float> = .zeros(32)
  private let values: UnsafeMutablePointer<Float> = .zeros(32)
  /// The levels of IQ4 types.
  private let levels: UnsafeMutablePointer<Float> = .zeros(16)
  /// The code of each half unit from -128 on: the borders between levels are whole or half numbers.
  private let codes: UnsafeMutablePointer<UInt8>

  init(_ type: BlockType, _ layout: SplitQuantiser.Layout) {
    self.type = type
    self.layout = layout
    codes = .allocate(capacity: 512)
    for (index, level) in SplitBlock.levels.enumerated() { levels[index] = Float(level) }
    var code = 0
    for half in 0..<512 {
      let x = Float(half) / 2 - 128
      while code < 15, x - levels[code] >= levels[code + 1] - x { code += 1 }
      codes[half] = UInt8(code)
    }
  }

  deinit {
    for pointer in [weights, values, levels] { pointer.deallocate() }
    codes.deallocate()
  }

  private var isUneven: Bool { type == .iq4_NL || type == .iq4_XS }

  /// The nearest of what a code can mean.
  func value(_ x: Float) -> Float {
    isUneven ? levels[code(x)] : nearest(x, layout.levels.lowerBound, layout.levels.upperBound)
  }

  /// The code of the nearest level of IQ4 types.
  func code(_ x: Float) -> Int {
    guard x > -127 else { return 0 }
    return x < 127 ? Int(codes[Int((x + 128) * 2)]) : 15
  }

  /// The number of the greatest size.
  private func greatest(_ x: UnsafePointer<Float>) -> Float {
    var most: Float = 0
    for index in 0..<layout.run where abs(x[index]) > abs(most) { most = x[index] }
    return most
  }

  /// The least number, but at most zero, and the greatest.
  private func bounds(_ x: UnsafePointer<Float>) -> (low: Float, high: Float) {
    var (low, high) = (Float.zero, x[0])
    for index in 0..<layout.run {
      low = min(low, x[index])
      high = max(high, x[index])
    }
    return (low, high)
  }

  /// The scale and minimum that just reach the greatest numbers.
  func extremes(_ x: UnsafePointer<Float>) -> (scale: Float, minimum: Float) {
    guard layout.hasMinimum else { return (greatest(x) / layout.levels.lowerBound, 0) }
    let (low, high) = bounds(x)
    return ((high - low) / layout.levels.upperBound, -low)
  }

  /// The scale and minimum that a search finds.
  func best(_ x: UnsafePointer<Float>) -> (scale: Float, minimum: Float) {
    switch type {
    case .q2_K:
      for index in 0..<16 { weights[index] = abs(x[index]) }
      return line(x, from: -0.5, steps: 15, absolute: true)
    case .q4_K, .q5_K:
      var squares: Float = 0
      for index in 0..<32 { squares += x[index] * x[index] }
      let size = (squares / 32).squareRoot()
      for index in 0..<32 { weights[index] = size + abs(x[index]) }
      return type == .q4_K
        ? line(x, from: -1, steps: 20, absolute: false)
        : line(x, from: -0.5, steps: 15, absolute: false)
    case .q3_K: return (descend(x), 0)
    case .q6_K: return (ray(x, steps: 9, by: 0.1), 0)
    default: return (ray(x, steps: 7, by: 1), 0)
    }
  }

  /// The sums of a rounding: the weighted products of numbers and values, and of values.
  private func sums(
    _ x: UnsafePointer<Float>, inverse: Float
  ) -> (product: Float, square: Float) {
    var (product, square) = (Float.zero, Float.zero)
    for index in 0..<layout.run {
      let value = self.value(x[index] * inverse)
      // The weight is the number's square.
      let weighted = x[index] * x[index] * value
      product += weighted * x[index]
      square += weighted * value
    }
    return (product, square)
  }

  /// A scale without a minimum, of several around the one that just reaches the greatest number.
  private func ray(_ x: UnsafePointer<Float>, steps: Int, by width: Float) -> Float {
    let most = greatest(x)
    guard most != 0 else { return 0 }
    var (scale, best) = (most / layout.levels.lowerBound, -Float.infinity)
    func attempt(_ inverse: Float) {
      let (product, square) = sums(x, inverse: inverse)
      guard square > 0, product * product > best * square else { return }
      scale = product / square
      best = scale * product
    }
    // Uneven levels are not symmetric: the other sign may fit better.
    if isUneven { attempt(-layout.levels.lowerBound / most) }
    for step in -steps...steps {
      attempt((layout.levels.lowerBound + width * Float(step)) / most)
    }
    return scale
  }

  /// A scale without a minimum, by changing one rounded number after another while that helps.
  private func descend(_ x: UnsafePointer<Float>) -> Float {
    let most = greatest(x)
    guard most != 0 else { return 0 }
    let inverse = layout.levels.lowerBound / most
    var (product, square) = (Float.zero, Float.zero)
    for index in 0..<layout.run {
      values[index] = value(x[index] * inverse)
      let weight = x[index] * x[index]
      product += weight * x[index] * values[index]
      square += weight * values[index] * values[index]
    }
    for _ in 0..<5 {
      var changed = false
      for index in 0..<layout.run {
        let (weight, old) = (x[index] * x[index], values[index])
        let others = product - weight * x[index] * old
        guard others > 0 else { continue }
        let otherSquares = square - weight * old * old
        let new = value(x[index] * otherSquares / others)
        guard new != old else { continue }
        let newProduct = others + weight * x[index] * new
        let newSquare = otherSquares + weight * new * new
        guard newSquare > 0, newProduct * newProduct * square > product * product * newSquare
        else { continue }
        (values[index], product, square) = (new, newProduct, newSquare)
        changed = true
      }
      if !changed { break }
    }
    return square > 0 ? product / square : 0
  }

  /// A scale with a minimum, of several around the one that reaches from the least number to the
  /// greatest: the weighted line of numbers over codes.
  private func line(
    _ x: UnsafePointer<Float>, from first: Float, steps: Int, absolute: Bool
  ) -> (scale: Float, minimum: Float) {
    let high: Float
    var low: Float
    (low, high) = bounds(x)
    guard high > low else { return (0, -low) }
    let (run, top) = (layout.run, layout.levels.upperBound)
    func error(_ scale: Float, _ low: Float) -> Float {
      var sum: Float = 0
      for index in 0..<run {
        let difference = scale * values[index] + low - x[index]
        sum += weights[index] * (absolute ? abs(difference) : difference * difference)
      }
      return sum
    }
    func round(_ inverse: Float, from low: Float) {
      for index in 0..<run { values[index] = nearest((x[index] - low) * inverse, 0, top) }
    }
    var (sumW, sumX) = (Float.zero, Float.zero)
    for index in 0..<run {
      sumW += weights[index]
      sumX += weights[index] * x[index]
    }
    var bestScale = (high - low) / top
    round(top / (high - low), from: low)
    var least = error(bestScale, low)
    for step in 0...steps {
      round((top + first + 0.1 * Float(step)) / (high - low), from: low)
      var (sumL, sumL2, sumXL) = (Float.zero, Float.zero, Float.zero)
      for index in 0..<run {
        let weighted = weights[index] * values[index]
        sumL += weighted
        sumL2 += weighted * values[index]
        sumXL += weighted * x[index]
      }
      let determinant = sumW * sumL2 - sumL * sumL
      guard determinant > 0 else { continue }
      var scale = (sumW * sumXL - sumX * sumL) / determinant
      var start = (sumL2 * sumX - sumL * sumXL) / determinant
      if start > 0 { (start, scale) = (0, sumXL / sumL2) }
      let error = error(scale, start)
      // The next steps set out from the better start.
      if error < least { (least, bestScale, low) = (error, scale, start) }
    }
    return (bestScale, -low)
  }
}
