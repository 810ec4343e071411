import Tensors

/// All of some transforms with a probability, else none (`torchvision.transforms.RandomApply`).
public struct RandomApply: Transform {
    private let transforms: [any Transform]
    private let p: Double

    /// - Parameter p: the probability. Default: 0.5.
    /// - Throws: `TransformError` where it is not from 0 to 1.
    public init(_ transforms: [any Transform], p: Double = 0.5) throws {
        (self.transforms, self.p) = (transforms, p)
        try checkProbability(p)
    }

    public var isRandom: Bool { true }

    public func prepare(_ shape: inout PictureShape, _ generator: Generator) throws -> PictureWork {
        if Float(p) < generator.uniform() { return only(shape) { $0 } }
        return try Compose(transforms).prepare(&shape, generator)
    }

    public var description: String { listed(transforms, before: ["p=\(PythonText.number(p))"]) }
}

/// One of some transforms, drawn (`torchvision.transforms.RandomChoice`). torchvision draws it from Python's own
/// generator, which no `manual_seed` sets; here it is one draw of 53 bits from the generator that all others use.
public struct RandomChoice: Transform {
    private let transforms: [any Transform]
    private let p: [Double]?

    /// - Parameter p: how often each is taken, in proportion. Default: all alike.
    /// - Throws: `TransformError` for no transforms, another number of probabilities or negative ones.
    public init(_ transforms: [any Transform], p: [Double]? = nil) throws {
        guard !transforms.isEmpty else { throw TransformError("RandomChoice: a list of transforms expected, got none") }
        if let p {
            guard p.count == transforms.count, p.allSatisfy({ $0 >= 0 && $0 <= 1e9 }), p.contains(where: { $0 > 0 })
            else {
                throw TransformError(
                    "RandomChoice: p: a number from 0 for each of the \(transforms.count) transforms expected, got "
                        + PythonText.list(p))
            }
        }
        (self.transforms, self.p) = (transforms, p)
    }

    public var isRandom: Bool { true }

    public func prepare(_ shape: inout PictureShape, _ generator: Generator) throws -> PictureWork {
        let weights = p ?? [Double](repeating: 1, count: transforms.count)
        var rest = generator.uniform53() * weights.reduce(0, +)
        // Rounding may leave a rest behind the last one.
        var chosen = weights.lastIndex { $0 > 0 } ?? 0
        for (i, weight) in weights.enumerated() {
            if rest < weight {
                chosen = i
                break
            }
            rest -= weight
        }
        return try transforms[chosen].prepare(&shape, generator)
    }

    public var description: String {
        listed(transforms) + "(p=\(p.map { PythonText.list($0) } ?? "None"))"
    }
}
