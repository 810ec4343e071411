extension Operators {
    static let interpolate = Operator(
        "interpolate", doc: "[n, c, l] or [n, c, h, w] at another size.", [.tensor("input")] + resampling,
        faces: [.functional],
        examples: [
            .init(.values(1, 2, 3, 4), [5, 2]),
            .init(.values(1, 2, 3), options: ["scale_factor": 1.7, "antialias": false]),
            .init(.values(1, 2, 3, 4), [5, 3], options: ["mode": "bilinear"]),
            .init(.values(1, 1, 3, 2), [5, 3], options: ["mode": "bicubic", "align_corners": true]),
            .init(.values(1, 2, 5), 7, options: ["mode": "linear"]),
            .init(
                .values(1, 1, 4, 4), options: ["scale_factor": 1.6, "mode": "bilinear", "recompute_scale_factor": true]),
        ]
    ) { a, _ in .tensor(try Interpolation(a)(a.tensor("input"))) }

    /// What the layer takes too.
    public static let resampling: [Argument] = [
        .anyOf("size", "the new size, or one for each axis", of: [.integer, .integers]).optional,
        .anyOf("scale_factor", "how often the old size, or one factor for each axis", of: [.number, .numbers]).optional,
        .choice("mode", of: Interpolation.Mode.allCases.map(\.rawValue), default: "nearest"),
        .boolean("align_corners", "whether the outermost places keep their values").optional,
        .boolean(
            "recompute_scale_factor", "whether the sizes, not the factors, say where places lie"
        ).optional,
        .boolean("antialias", "is refused", default: false),
    ]
}

/// How an image is brought to another size.
public struct Interpolation: Sendable {
    enum Mode: String, CaseIterable {
        case nearest, linear, bilinear, bicubic, area
        case nearestExact = "nearest-exact"
    }

    private let mode: Mode
    private let sizes: [Int]?, factors: [Double]?
    private let alignsCorners: Bool
    private let recomputes: Bool

    /// - Throws: `TensorError` where options contradict each other.
    public init(_ a: Arguments) throws {
        mode = Mode(rawValue: try a.string("mode")) ?? .nearest
        sizes = try a.optionalIntegers("size")
        factors = try a.value("scale_factor").map { value in
            if case .list(let items) = value { return items.compactMap(\.number) }
            return value.number.map { [$0] } ?? []
        }
        guard (sizes == nil) != (factors == nil) else {
            throw TensorError("either size or scale_factor expected, got \(sizes == nil ? "none" : "both")")
        }
        if try a.boolean("antialias") {
            throw TensorError("antialias is not in nightjar; shrink images with avg_pool2d")
        }
        let isSmooth = [.linear, .bilinear, .bicubic].contains(mode)
        guard try isSmooth || !a.has("align_corners") else {
            throw TensorError("align_corners is for the modes linear, bilinear and bicubic, not for '\(mode.rawValue)'")
        }
        alignsCorners = try a.has("align_corners") && a.boolean("align_corners")
        recomputes = try a.has("recompute_scale_factor") && a.boolean("recompute_scale_factor")
        guard !recomputes || factors != nil else {
            throw TensorError("recompute_scale_factor is for a scale_factor, not for a size")
        }
    }

    /// - Parameter x: `[n, c, l]` or `[n, c, h, w]`.
    /// - Throws: `TensorError` where its dimensions do not fit the mode or the sizes, or nothing is left.
    public func callAsFunction(_ x: Tensor) throws -> Tensor {
        let axes = x.dim - 2
        guard axes == 1 || axes == 2 else {
            throw TensorError("an input [n, channels, length] or [n, channels, height, width] expected, got \(x.shape)")
        }
        guard mode != .linear || axes == 1, axes == 2 || mode != .bilinear && mode != .bicubic else {
            throw TensorError("the mode '\(mode.rawValue)' is not for an input \(x.shape)")
        }
        let old = Array(x.shape.suffix(axes))
        let targets = try targets(old)
        guard old.allSatisfy({ $0 > 0 }), targets.allSatisfy({ $0 > 0 }), x.shape[1] > 0 else {
            throw TensorError("sizes above 0 expected, got \(x.shape) to be brought to \(Shape(targets))")
        }
        if mode == .area {
            try x.expectFloatingPoint()
            return try x.pooled(axes: axes) { x in
                let size = axes == 1 ? (rows: 1, columns: targets[0]) : (rows: targets[0], columns: targets[1])
                return [try x.averages(.init(adaptive: x.spec, size))]
            }[0]
        }
        if mode != .nearest && mode != .nearestExact { try x.expectFloatingPoint() }
        return try (0..<axes).reversed().reduce(x) { x, axis in
            let factor = recomputes ? nil : factors.map { $0[$0.count == 1 ? 0 : axis] }
            let line = Line(from: old[axis], to: targets[axis], factor: factor, alignsCorners: alignsCorners)
            return try x.resampled(2 + axis, line.taps(mode, x.dtype))
        }
    }

    private func targets(_ old: [Int]) throws -> [Int] {
        let given = sizes?.count ?? factors?.count ?? 0
        guard given == 1 || given == old.count else {
            throw TensorError("one number or \(old.count) for size or scale_factor expected, got \(given)")
        }
        return try old.indices.map { axis in
            let size =
                sizes.map { Double($0[given == 1 ? 0 : axis]) }
                ?? (Double(old[axis]) * (factors?[given == 1 ? 0 : axis] ?? 1)).rounded(.down)
            guard size >= 0, size <= 0x1p24 else {
                throw TensorError("a new size from 1 to \(1 << 24) expected, got \(size)")
            }
            return Int(size)
        }
    }
}

extension Tensor {
    /// The sum over some taps, each of which says for every place of a dimension which old place it sees and how much that
    /// weighs; without weights the first tap's places.
    fileprivate func resampled(_ dimension: Int, _ taps: [(places: [Int64], weights: Tensor?)]) throws -> Tensor {
        let form = Shape([taps[0].places.count] + shape.dropFirst(dimension + 1).map { _ in 1 })
        let parts = try taps.map { tap in
            (try indexSelect(dimension, Tensor(tap.places, [tap.places.count])), try tap.weights?.reshape(form))
        }
        guard parts.contains(where: { $0.1 != nil }) else { return parts[0].0 }
        let operands = parts.flatMap { part, weights in [Operand.tensor(part)] + (weights.map { [.tensor($0)] } ?? []) }
        return try (operands.count == 4 ? blendTwo : blendFour)(operands)
    }
}

private func blend(_ taps: Int) -> PointwiseFunction {
    let products = (0..<taps).map { Expression.variable(2 * $0) * .variable(2 * $0 + 1) }
    return PointwiseFunction(
        "interpolate", inputs: 2 * taps, value: products.dropFirst().reduce(products[0]) { $0 + $1 })
}

private let blendTwo = blend(2), blendFour = blend(4)
