import KernelInterface
import Operators
import Tensors
import Tracing

extension Mapping {
    static let convolutions: [Mapping] = [
        one(ConvolutionOperation.self) { operation, call in
            let kernel = try call.fixed(call.inputs[1].shape.suffix(2), "a kernel")
            return call.graph.add("Conv", call.inputs, operation.options.attributes(kernel), shape: call.shape)
        },
        // The gradient of a convolution's input is the transposed convolution.
        one(ConvolutionInputGradient.self) { operation, call in
            let o = operation.options
            let kernel = try call.fixed(call.inputs[1].shape.suffix(2), "a kernel")
            let (from, to) = (
                try call.fixed(call.inputs[0].shape.suffix(2), "a size"), try call.fixed(call.shape.suffix(2), "a size")
            )
            let windows = [
                Window(size: kernel[0], stride: o.stride.rows, padding: o.padding.rows, dilation: o.dilation.rows),
                Window(
                    size: kernel[1], stride: o.stride.columns, padding: o.padding.columns, dilation: o.dilation.columns),
            ]
            let missing = windows.indices.map { to[$0] - windows[$0].reach(of: from[$0]) }
            return call.graph.add(
                "ConvTranspose", call.inputs, o.attributes(kernel) + [("output_padding", .ints(missing))],
                shape: call.shape)
        },
        one(UnfoldOperation.self) { operation, call in
            // What each tap sees at each place, gathered from the padded planes.
            let (shape, x) = (operation.shape, call.inputs[0])
            let (rows, columns) = (shape.rows, shape.columns)
            let padded = try call.graph.pad(
                x, [0, 0, rows.padding, columns.padding], [0, 0, rows.padding, columns.padding], 0)
            let width = shape.width + 2 * columns.padding
            var places: [Double] = []
            for tap in 0..<rows.size * columns.size {
                let (row, column) = (tap / columns.size * rows.dilation, tap % columns.size * columns.dilation)
                for place in 0..<shape.outPixels {
                    let y = place / shape.outWidth * rows.stride + row
                    let x = place % shape.outWidth * columns.stride + column
                    places.append(Double(y * width + x))
                }
            }
            let plane = Extent((shape.height + 2 * rows.padding) * width)
            let planes = try call.graph.reshape(padded, [x.shape[0], x.shape[1], plane])
            let index = try call.graph.numbers(places, [places.count], .int64)
            let seen = call.graph.add(
                "Gather", [planes, index], [("axis", .int(2))],
                shape: [x.shape[0], x.shape[1], Extent(places.count)])
            return try call.graph.reshape(seen, call.shape)
        },
        one(FoldOperation.self) { operation, call in
            // A transposed convolution of each channel's taps, each of which puts its element where it saw it.
            let (shape, x) = (operation.shape, call.inputs[0])
            let taps = shape.rows.size * shape.columns.size
            guard shape.inChannels * taps <= 1 << 20, shape.inChannels * taps * taps <= 1 << 22 else {
                throw call.refuse("col2im of windows as large as these has no ONNX operator")
            }
            let seen = try call.graph.reshape(
                x, [x.shape[0], x.shape[1], Extent(shape.outHeight), Extent(shape.outWidth)])
            let weights = (0..<shape.inChannels * taps * taps).map { Double($0 / taps % taps == $0 % taps ? 1 : 0) }
            let weight = try call.graph.numbers(
                weights, [shape.inChannels * taps, 1, shape.rows.size, shape.columns.size], x.dtype)
            let options = ConvolutionOptions(
                stride: Pair(shape.rows.stride, shape.columns.stride),
                padding: Pair(shape.rows.padding, shape.columns.padding),
                dilation: Pair(shape.rows.dilation, shape.columns.dilation), groups: shape.inChannels)
            let missing = [
                shape.height - shape.rows.reach(of: shape.outHeight),
                shape.width - shape.columns.reach(of: shape.outWidth),
            ]
            return call.graph.add(
                "ConvTranspose", [seen, weight],
                options.attributes([shape.rows.size, shape.columns.size]) + [("output_padding", .ints(missing))],
                shape: call.shape)
        },
    ]
}

extension ConvolutionOptions {
    /// The attributes of Conv and ConvTranspose.
    fileprivate func attributes(_ kernel: [Int]) -> [(name: String, value: Attribute)] {
        [
            ("dilations", .ints(dilation.array)), ("group", .int(groups)), ("kernel_shape", .ints(kernel)),
            ("pads", .ints(padding.array + padding.array)), ("strides", .ints(stride.array)),
        ]
    }
}

extension Window {
    /// How long an axis is that so many places of the window just cover.
    fileprivate func reach(of places: Int) -> Int {
        let last = (places - 1) * stride - 2 * padding
        return last + dilation * (size - 1) + 1
    }
}

extension Pair {
    fileprivate var array: [Int] { [rows, columns] }
}

extension GraphBuilder {
    /// Places of one value before and behind each dimension.
    func pad(_ x: Wire, _ before: [Int], _ behind: [Int], _ value: Double) throws -> Wire {
        guard (before + behind).contains(where: { $0 != 0 }) else { return x }
        let shape = x.shape.enumerated().map { $1 + Extent(before[$0] + behind[$0]) }
        // Truth values are padded as numbers.
        if x.dtype == .bool { return cast(try pad(cast(x, .int64), before, behind, value), .bool) }
        return add("Pad", [x, try integers(before + behind), try scalar(value, x.dtype)], shape: shape)
    }
}
