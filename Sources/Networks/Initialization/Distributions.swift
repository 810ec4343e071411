import CLibrary
import Operators

extension Initializations {
    static let distributions: [InitializationRule] = [
        InitializationRule(
            "uniform_", doc: "Numbers uniform in `a`..`b`.", [.number("a", default: 0), .number("b", default: 1)]
        ) { tensor, a, generator in
            let (low, high) = (try a.number("a"), try a.number("b"))
            guard low <= high else { throw TensorError("'a' of at most 'b' expected, got \(low) and \(high)") }
            try tensor.drawUniform(low, high, generator)
        },
        InitializationRule(
            "normal_", doc: "Normally distributed numbers.", [.number("mean", default: 0), .number("std", default: 1)]
        ) { tensor, a, generator in try tensor.drawNormal(a.number("mean"), deviation(a, "std"), generator) },
        InitializationRule(
            "trunc_normal_", doc: "Normally distributed numbers, drawn again where they are not in `a`..`b`.",
            [
                .number("mean", default: 0), .number("std", default: 1), .number("a", default: -2),
                .number("b", default: 2),
            ]
        ) { tensor, a, generator in
            try truncatedNormal(
                tensor, a.number("mean"), deviation(a, "std"), a.number("a"), a.number("b"), generator)
        },
    ]

    private static func deviation(_ a: Arguments, _ name: StaticString) throws -> Double {
        let deviation = try a.number(name)
        guard deviation >= 0 else { throw TensorError("a '\(name)' of at least 0 expected, got \(deviation)") }
        return deviation
    }

    /// PyTorch's way: where more than three tenths of the distribution lie in the range, normal numbers until all are
    /// in it; else uniform numbers of the range, each kept with the probability that belongs to it.
    private static func truncatedNormal(
        _ tensor: Tensor, _ mean: Double, _ deviation: Double, _ low: Double, _ high: Double, _ generator: Generator
    ) throws {
        guard tensor.dtype.isFloatingPoint else {
            throw TensorError("float32 or float64 expected, got \(tensor.dtype.rawValue)")
        }
        guard deviation > 0, mean.isFinite, low < high else {
            throw TensorError("a 'std' above 0, a finite 'mean' and 'a' below 'b' expected")
        }
        func below(_ x: Double) -> Double { (1 + erf(x / 2.0.squareRoot())) / 2 }
        let part = below((high - mean) / deviation) - below((low - mean) / deviation)
        guard part > 0.3 || low.isFinite && high.isFinite else {
            throw TensorError("almost none of the numbers lie in \(low)..\(high)")
        }
        if tensor.count == 0 { return }
        let drawn = try Tensor(uninitialized: tensor.shape, dtype: tensor.dtype)
        var values = [Double](repeating: 0, count: tensor.count)
        var pending = Array(values.indices)
        // Every round draws as many numbers as the tensor has, as PyTorch does.
        func round(_ draw: () throws -> Void, _ use: ([Double]) throws -> Void) throws {
            try draw()
            try use(drawn.doubles())
        }
        let peak = max(low, min(mean, high))
        let logPeak = -0.5 * ((peak - mean) / deviation) * ((peak - mean) / deviation)
        let (least, most) = tensor.dtype == .float32 ? (Double(Float(low)), Double(Float(high))) : (low, high)
        for _ in 0..<10_000 {
            if pending.isEmpty { break }
            if part > 0.3 {
                try round({ try drawn.drawNormal(mean, deviation, generator) }) { numbers in
                    for place in pending { values[place] = numbers[place] }
                    pending.removeAll { numbers[$0] >= least && numbers[$0] <= most }
                }
            } else {
                try round({ try drawn.drawUniform(low, high, generator) }) { numbers in
                    for place in pending { values[place] = numbers[place] }
                }
                try round({ try drawn.drawUniform(0, 1, generator) }) { chances in
                    pending.removeAll { place in
                        let distance = (values[place] - mean) / deviation
                        return log(chances[place]) <= -0.5 * distance * distance - logPeak
                    }
                }
            }
        }
        guard pending.isEmpty else { throw TensorError("almost none of the numbers lie in \(low)..\(high)") }
        try tensor.assign(.of(values, tensor.shape, tensor.dtype))
    }

    static let sparse = InitializationRule(
        "sparse_", doc: "A matrix of normally distributed numbers, a part of each column set to 0.",
        [.number("sparsity", "the part, from 0 to 1", min: 0, max: 1), .number("std", default: 0.01)]
    ) { tensor, a, generator in
        try tensor.expectDimensions(2...2, "a tensor of 2 dimensions")
        let sparsity = try a.number("sparsity")
        guard sparsity >= 0, sparsity <= 1 else { throw TensorError("a sparsity from 0 to 1 expected, got nan") }
        let zeros = Int((sparsity * Double(tensor.shape[0])).rounded(.up))
        try tensor.drawNormal(0, deviation(a, "std"), generator)
        if tensor.count == 0 { return }
        let zero = try Tensor.zeros([], dtype: tensor.dtype)
        for column in 0..<tensor.shape[1] {
            for row in generator.permutation(tensor.shape[0]).prefix(zeros) {
                try tensor.select(1, column).select(0, row).assign(zero)
            }
        }
    }
}
