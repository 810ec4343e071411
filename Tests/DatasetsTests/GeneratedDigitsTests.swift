import Datasets
import Files
import Testing

@Test("a seed gives the same bytes on every machine, a smaller set the beginning of a larger one")
func reproducible() {
    let digits = GeneratedDigits.make(count: 200, seed: 7)
    #expect(
        SHA256.hexDigest(of: digits.images + digits.labels)
            == "58e13f2d46cfe730c4517a42c61fc5191c9fee88fc887962fb79dc16d2617e36")
    let fewer = GeneratedDigits.make(count: 20, seed: 7)
    #expect(fewer.images == digits.slice(20).images && fewer.labels == digits.slice(20).labels)
    #expect(GeneratedDigits.make(count: 20, seed: 8).images != fewer.images)
    #expect(GeneratedDigits.make(count: 0, seed: 1).count == 0)
    #expect(GeneratedDigits.make(count: -5, seed: 1).count == 0)
}

@Test("pictures have MNIST's size, amount of ink and place, and every class")
func looks() {
    let digits = GeneratedDigits.make(count: 500, seed: 1)
    #expect(digits.rows == 28 && digits.columns == 28 && digits.images.count == 500 * 784)
    // MNIST's mean is 0.1307 of full ink.
    let mean = digits.images.reduce(0) { $0 + Double($1) } / 255 / Double(digits.images.count)
    #expect(0.10...0.15 ~= mean)
    for digit in 0..<10 { #expect(digits.labels.count { $0 == digit } > 25) }
    for i in 0..<500 {
        var (ink, x, y) = (0.0, 0.0, 0.0)
        for place in 0..<784 {
            let value = Double(digits.images[i * 784 + place])
            ink += value
            x += value * (Double(place % 28) + 0.5)
            y += value * (Double(place / 28) + 0.5)
        }
        #expect(ink > 255 * 15, "digit \(i) is nearly empty")
        #expect(abs(x / ink - 14) < 3 && abs(y / ink - 14) < 3, "digit \(i) is off its place")
    }
}

@Test("the digits can be told apart: by the nearest class average alone, most of another seed's")
func separable() {
    let train = GeneratedDigits.make(count: 800, seed: 2)
    let test = GeneratedDigits.make(count: 200, seed: 3)
    var averages = [[Float]](repeating: [Float](repeating: 0, count: 784), count: 10)
    var counts = [Float](repeating: 0, count: 10)
    for i in 0..<train.count {
        let label = Int(train.labels[i])
        counts[label] += 1
        for place in 0..<784 { averages[label][place] += Float(train.images[i * 784 + place]) }
    }
    for label in 0..<10 { for place in 0..<784 { averages[label][place] /= counts[label] } }
    var right = 0
    for i in 0..<test.count {
        var nearest = (label: -1, distance: Float.infinity)
        for label in 0..<10 {
            var distance: Float = 0
            for place in 0..<784 {
                let difference = averages[label][place] - Float(test.images[i * 784 + place])
                distance += difference * difference
            }
            if distance < nearest.distance { nearest = (label, distance) }
        }
        right += nearest.label == Int(test.labels[i]) ? 1 : 0
    }
    // Real MNIST gets 82 % this way; chance would be 10 %.
    #expect(right > 150, "\(right) of 200")
}
