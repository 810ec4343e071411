extension Operators {
    static let pad = Operator(
        "pad", doc: "Places put before and behind dimensions, from the last on; negative numbers take away.",
        [
            .tensor("input"), .integers("pad", "before and behind the last dimension, the one before it, and so on"),
            .choice("mode", "what the places hold", of: PaddingMode.allCases.map(\.rawValue), default: "constant"),
            .anyOf("value", "for 'constant'; 0 by default", of: [.number, .boolean]).optional,
        ],
        faces: [.functional],
        examples: [
            .init(.values(2, 3), [1, -1, 0, 2], options: ["value": 1.5]),
            .init(.values(2, 3, 4), [2, 1], options: ["mode": "reflect"]),
            .init(.values(1, 3, 4, 3), [1, 2, 2, 0], options: ["mode": "replicate"]),
            .init(.values(2, 3, 4), [2, 1, 0, 3], options: ["mode": "circular"]),
        ]
    ) { a, _ in
        let x = try a.tensor("input")
        let mode = PaddingMode(rawValue: try a.string("mode")) ?? .constant
        var value = try a.optionalNumber("value")
        if case .boolean(let truth)? = try a.value("value") { value = truth ? 1 : 0 }
        guard mode == .constant || value == nil || value == 0 else {
            throw TensorError("a value is for the mode 'constant', not for '\(mode.rawValue)'")
        }
        return .tensor(try x.pad(a.integers("pad"), mode, value: value ?? 0))
    }
}

/// What a padding holds.
public enum PaddingMode: String, Sendable, CaseIterable {
    /// One number.
    case constant
    /// The elements mirrored at the edge, which is not repeated.
    case reflect
    /// The element at the edge.
    case replicate
    /// The elements from the other end.
    case circular
}

extension Tensor {
    /// The tensor with places before and behind its dimensions, the last first; negative numbers take places away.
    ///
    /// Modes besides `constant` pad the last one, two or three dimensions of a tensor that has one or two more.
    ///
    /// - Throws: `TensorError` where the numbers do not fit the dimensions, or reach further than the mode can.
    public func pad(_ widths: [Int], _ mode: PaddingMode = .constant, value: Double = 0) throws -> Tensor {
        guard widths.count % 2 == 0 else {
            throw TensorError("two numbers for each dimension expected, got \(plural(widths.count, "number"))")
        }
        let axes = widths.count / 2
        guard axes <= dim else {
            throw TensorError("at most \(plural(2 * dim, "number")) expected for \(shape), got \(widths.count)")
        }
        if mode == .constant { return try padded(widths, value: value) }
        guard axes > 0, dim == axes + 1 || dim == axes + 2 else {
            throw TensorError(
                "the mode '\(mode.rawValue)' pads the last one, two or three dimensions of a tensor that has one or two "
                    + "more, got \(plural(widths.count, "number")) for \(shape)")
        }
        return try (0..<axes).reduce(self) { x, i in
            let (d, before, behind) = (dim - 1 - i, widths[2 * i], widths[2 * i + 1])
            if before == 0, behind == 0 { return x }
            return try x.indexSelect(d, mode.places(size: shape[d], before, behind, dimension: d))
        }
    }
}

extension PaddingMode {
    /// Which place of a dimension each place of the padded one repeats.
    fileprivate func places(size: Int, _ before: Int, _ behind: Int, dimension: Int) throws -> Tensor {
        let most = self == .reflect ? size - 1 : self == .circular ? size : 1 << 24
        guard size > 0, before <= most, behind <= most else {
            throw TensorError(
                "a padding of at most \(max(0, most)) expected for the mode '\(rawValue)' and a dimension of "
                    + "\(plural(size, "place")), got \(before) and \(behind)")
        }
        guard before >= -size, behind >= -size, before + size + behind > 0 else {
            throw TensorError("a padding of \(before) and \(behind) leaves nothing of dimension \(dimension)")
        }
        let indices = try Tensor(uninitialized: [before + size + behind], dtype: .int64)
        let values = indices.address(as: Int64.self)
        // What is taken away at one end does not come in at the other.
        let (start, end) = (max(0, -before), size - max(0, -behind))
        guard end > start || self != .circular else {
            throw TensorError("a padding of \(before) and \(behind) leaves nothing of dimension \(dimension)")
        }
        for i in 0..<indices.count {
            let place = i - before
            switch self {
            case .reflect: values[i] = Int64(place < 0 ? -place : place >= size ? 2 * (size - 1) - place : place)
            case .circular:
                let turn = (place - start) % (end - start)
                values[i] = Int64(start + (turn < 0 ? turn + end - start : turn))
            case .replicate, .constant: values[i] = Int64(min(max(place, 0), size - 1))
            }
        }
        return indices
    }
}
