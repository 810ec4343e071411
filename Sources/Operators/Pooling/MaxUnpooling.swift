import Kernels

extension Operators {
    static let maxUnpool2d = Operator(
        "max_unpool2d", doc: "Maxima put back where max_pool2d found them, among zeros.",
        [
            .tensor("input"), .tensor("indices", "what max_pool2d gave with return_indices"),
            .integerOrPair("kernel_size", "rows and columns of the window", min: 1),
            .integerOrPair("stride", "step of the window; the kernel's size by default", min: 1).optional,
            .integerOrPair("padding", "places on both sides that did not count", min: 0, default: 0),
            .integers("output_size", "the result's shape, where the window left several possible").optional,
        ], faces: [.functional],
        examples: [
            .init(.values(2, 3, 1, 1), .integers(2, 3, 1, 1, below: 4), 2),
            .init(.values(3, 1, 1), .integers(3, 1, 1, below: 4), 3, 2, 1, [2, 2]),
        ]
    ) { a, _ in
        let (x, indices) = (try a.tensor("input"), try a.tensor("indices"))
        guard x.shape == indices.shape, x.dim == 3 || x.dim == 4 else {
            throw TensorError(
                "[n, channels, height, width] and indices alike expected, got \(x.shape) and \(indices.shape)")
        }
        let (kernel, padding) = (try a.pair("kernel_size"), try a.pair("padding"))
        let stride = try a.optionalPair("stride") ?? kernel
        func size(_ places: Int, _ axis: KeyPath<Pair, Int>) throws -> Int {
            let numbers = [places, kernel[keyPath: axis], stride[keyPath: axis], padding[keyPath: axis]]
            guard numbers.allSatisfy({ $0 < 1 << 31 }) else {
                throw TensorError("sizes below 2^31 expected, got \(numbers)")
            }
            return (places - 1) * stride[keyPath: axis] - 2 * padding[keyPath: axis] + kernel[keyPath: axis]
        }
        var sizes = [try size(x.shape[x.dim - 2], \.rows), try size(x.shape[x.dim - 1], \.columns)]
        if let given = try a.optionalIntegers("output_size") {
            guard given.count == 2 || given.count == x.dim else {
                throw TensorError("two sizes expected for 'output_size', got \(given.count)")
            }
            sizes = Array(given.suffix(2))
        }
        return .tensor(try x.unpooled(indices.to(.int64), rows: sizes[0], columns: sizes[1]))
    }
}

extension Tensor {
    fileprivate func unpooled(_ indices: Tensor, rows: Int, columns: Int) throws -> Tensor {
        let (area, overflow) = rows.multipliedReportingOverflow(by: columns)
        guard rows > 0, columns > 0, !overflow else {
            throw TensorError("a result with places in both axes expected, got \(rows)x\(columns)")
        }
        let planes: Shape = [shape.dropLast(2).reduce(1, *), shape.suffix(2).reduce(1, *)]
        try indices.expectPlaces(below: area)
        let operation = UnpoolOperation(area: area)
        let result = try Tensor.applyOne(
            operation, [reshape(planes).contiguous(), indices.reshape(planes).contiguous()])
        return try result.reshape(shape.dropLast(2) + [rows, columns])
    }
}

/// Elements `[planes, n]` put into zeros `[planes, area]` where indices `[planes, n]` say.
package struct UnpoolOperation: Operation {
    package let area: Int
    package var readsPlaces: Bool { true }
    package var name: String { "max_unpool2d" }

    package func infer(_ inputs: [Spec]) throws -> [Spec] { [Spec([inputs[0].shape[0], area], inputs[0].dtype)] }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let (x, index, target) = (inputs[0], inputs[1], outputs[0])
        target.fillWithoutCheck(0)
        withRows(index.shape, index.strides, [area, 0], x.strides) { rows in
            kernels.scatter(
                .assign, target.dtype, rows, stride: 1, index.address(as: Int64.self), x.bytes, target.bytes)
        }
    }

    package func saves(_ needs: [Bool]) -> Saves { Saves(inputs: [1]) }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        [try gradients[0]?.gather(1, kept.input(1)), nil]
    }
}
