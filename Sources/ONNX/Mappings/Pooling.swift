import KernelInterface
import Operators
import Tensors
import Tracing

extension Mapping {
    static let pooling: [Mapping] = [
        Mapping(MaxPoolOperation.self) { operation, call in
            let (pooling, x) = (operation.pooling, call.inputs[0])
            guard !pooling.isAdaptive else { return [try adaptiveMaximum(pooling, call)] }
            let (before, behind) = (pooling.before, pooling.behind)
            let kernel = [pooling.rows.size, pooling.columns.size]
            // Runtimes take paddings smaller than the kernel only.
            let isPlain = zip(before + behind, kernel + kernel).allSatisfy { $0 < $1 }
            guard isPlain || !call.needed[1] else {
                throw call.refuse("\(call.name) with a padding beyond its kernel gives no places in ONNX")
            }
            let type: DType = x.dtype.isFloatingPoint ? x.dtype : .float64
            var input = call.graph.cast(x, type)
            if !isPlain { input = try call.graph.pad(input, [0, 0] + before, [0, 0] + behind, -.infinity) }
            let attributes: [(String, Attribute)] = [
                ("dilations", .ints([pooling.rows.dilation, pooling.columns.dilation])),
                ("kernel_shape", .ints(kernel)), ("pads", .ints(isPlain ? before + behind : [0, 0, 0, 0])),
                ("strides", .ints([pooling.rows.stride, pooling.columns.stride])),
            ]
            guard call.needed[1] else {
                return [call.graph.cast(call.graph.add("MaxPool", [input], attributes, shape: call.shape), x.dtype)]
            }
            let found = call.graph.add(
                "MaxPool", [input], attributes, outputs: [(call.shape, type), (call.shape, .int64)])
            // ONNX counts places in the whole tensor, Nightjar in a plane.
            let area = try call.graph.scalar(Double(pooling.height * pooling.width), .int64)
            let places = try call.graph.binary("Mod", found[1], area)
            return [call.graph.cast(found[0], x.dtype), call.graph.cast(places, .int32)]
        },
        one(AveragePoolOperation.self) { operation, call in
            let (pooling, x) = (operation.pooling, call.inputs[0])
            let type: DType = x.dtype.isFloatingPoint ? x.dtype : .float64
            let input = call.graph.cast(x, type)
            let means = try average(pooling, input, call)
            if x.dtype == type { return means }
            return call.graph.cast(call.graph.unary("Floor", means), x.dtype)
        },
    ]

    private static func average(_ pooling: Pooling, _ x: Wire, _ call: Call) throws -> Wire {
        let graph = call.graph
        if pooling.isAdaptive { return try adaptiveAverage(pooling, x, call) }
        let (before, behind) = (pooling.before, pooling.behind)
        let kernel = [pooling.rows.size, pooling.columns.size]
        let isSymmetric = zip(before, behind).allSatisfy(==) && zip(before, kernel).allSatisfy { $0 < $1 }
        func pool(_ x: Wire, pads: [Int], counts: Bool) -> Wire {
            graph.add(
                "AveragePool", [x],
                [
                    ("count_include_pad", .int(counts ? 1 : 0)), ("kernel_shape", .ints(kernel)),
                    ("pads", .ints(pads)), ("strides", .ints([pooling.rows.stride, pooling.columns.stride])),
                ], shape: call.shape)
        }
        if isSymmetric, pooling.divisor == 0 {
            return pool(x, pads: before + behind, counts: pooling.countsPadding)
        }
        // Sums of windows, and what each is divided by, which ONNX would count otherwise.
        let padded = try graph.pad(x, [0, 0] + before, [0, 0] + behind, 0)
        let area = Double(kernel[0] * kernel[1])
        let factors = (0..<pooling.outHeight * pooling.outWidth).map { place -> Double in
            area / Double(pooling.members(place / pooling.outWidth, place % pooling.outWidth))
        }
        let factor = try graph.numbers(factors, [pooling.outHeight, pooling.outWidth], x.dtype)
        return try graph.binary("Mul", pool(padded, pads: [0, 0, 0, 0], counts: true), factor)
    }

    /// How many places of an adaptive pooling are written one by one.
    private static let mostPlaces = 1 << 10

    private static func tooMany(_ call: Call) -> any Error {
        call.refuse("an adaptive \(call.name) to more than \(mostPlaces) places has no ONNX operator")
    }

    private static func adaptiveAverage(_ pooling: Pooling, _ x: Wire, _ call: Call) throws -> Wire {
        let graph = call.graph
        if pooling.outHeight == 1, pooling.outWidth == 1 {
            return graph.add("GlobalAveragePool", [x], shape: call.shape)
        }
        if pooling.outHeight > 0, pooling.outWidth > 0, pooling.height % pooling.outHeight == 0,
            pooling.width % pooling.outWidth == 0
        {
            let kernel = [pooling.height / pooling.outHeight, pooling.width / pooling.outWidth]
            return graph.add(
                "AveragePool", [x], [("kernel_shape", .ints(kernel)), ("strides", .ints(kernel))], shape: call.shape)
        }
        guard max(pooling.outHeight, pooling.outWidth) <= mostPlaces else { throw tooMany(call) }
        // Parts of several sizes: a product with the shares that each place has in them, from either side.
        func shares(_ length: Int, _ places: Int) -> [[Double]] {
            (0..<places).map { place in
                let (start, end) = pooling.range(place, pooling.rows, length, places)
                return (0..<length).map { $0 >= start && $0 < end ? 1 / Double(end - start) : 0 }
            }
        }
        let rows = shares(pooling.height, pooling.outHeight)
        let columns = shares(pooling.width, pooling.outWidth)
        let left = try graph.numbers(rows.flatMap(\.self), [pooling.outHeight, pooling.height], x.dtype)
        let right = try graph.numbers(
            (0..<pooling.width).flatMap { i in columns.map { $0[i] } }, [pooling.width, pooling.outWidth], x.dtype)
        let half = graph.add("MatMul", [left, x], shape: x.shape.prefix(2) + [call.shape[2], x.shape[3]], x.dtype)
        return graph.add("MatMul", [half, right], shape: call.shape)
    }

    private static func adaptiveMaximum(_ pooling: Pooling, _ call: Call) throws -> Wire {
        let graph = call.graph
        guard !call.needed[1] else { throw call.refuse("the places of an adaptive max_pool2d have no ONNX operator") }
        if pooling.outHeight == 1, pooling.outWidth == 1 {
            return graph.add("GlobalMaxPool", [call.inputs[0]], shape: call.shape)
        }
        guard max(pooling.outHeight, pooling.outWidth) <= mostPlaces else { throw tooMany(call) }
        // One axis after the other, part by part.
        func reduced(_ x: Wire, _ axis: Int, _ length: Int, _ places: Int) throws -> Wire {
            if length == places { return x }
            let parts = try (0..<places).map { place in
                let (start, end) = pooling.range(place, pooling.rows, length, places)
                let part = try graph.slice(
                    x, [.init(axis: axis, start: Extent(start), length: Extent(end - start))])
                return try graph.reduce("ReduceMax", part, [axis])
            }
            var shape = x.shape
            shape[axis] = Extent(places)
            return graph.add("Concat", parts, [("axis", .int(axis))], shape: shape)
        }
        let rows = try reduced(call.inputs[0], 2, pooling.height, pooling.outHeight)
        return try reduced(rows, 3, pooling.width, pooling.outWidth)
    }
}

extension Pooling {
    fileprivate var before: [Int] { [rows.padding, columns.padding] }

    /// The padding behind with which the windows reach exactly as far as they do, also where a last one goes beyond the
    /// end; that of the front where there is room for it.
    fileprivate var behind: [Int] {
        [(rows, height, outHeight), (columns, width, outWidth)].map { window, length, places in
            if window.places(on: length) == places { return window.padding }
            return max(
                0, (places - 1) * window.stride + window.dilation * (window.size - 1) + 1 - length - window.padding)
        }
    }

    /// What the sum of a window is divided by.
    fileprivate func members(_ row: Int, _ column: Int) -> Int {
        if divisor != 0 { return divisor }
        func count(_ place: Int, _ window: Window, _ length: Int) -> Int {
            let start = place * window.stride - window.padding
            let end = min(start + window.size, length + window.padding)
            return countsPadding ? end - start : min(end, length) - max(start, 0)
        }
        return max(1, count(row, rows, height) * count(column, columns, width))
    }
}
