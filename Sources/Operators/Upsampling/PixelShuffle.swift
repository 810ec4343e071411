extension Operators {
    static let pixelShuffle = Operator(
        "pixel_shuffle", doc: "Channels made pixels: [..., c · r², h, w] gives [..., c, h · r, w · r].",
        [.tensor("input"), .integer("upscale_factor", min: 1)],
        faces: [.function, .functional, .layer("PixelShuffle")], examples: [.init(.values(2, 8, 2, 3), 2)]
    ) { a, _ in
        let (x, r) = (try a.tensor("input"), try a.integer("upscale_factor"))
        let square = r.multipliedReportingOverflow(by: r)
        guard x.dim >= 3, !square.overflow, x.shape[x.dim - 3] % square.partialValue == 0 else {
            throw TensorError("an input [..., channels · \(r)², height, width] expected, got \(x.shape)")
        }
        let (front, end) = (x.shape.dropLast(3), Array(x.shape.suffix(3)))
        let n = front.count
        let parts = try x.reshape(front + [end[0] / square.partialValue, r, r, end[1], end[2]])
        let order = Array(0..<n) + [n, n + 3, n + 1, n + 4, n + 2]
        return .tensor(
            try parts.permute(Shape(order)).reshape(front + [end[0] / square.partialValue, end[1] * r, end[2] * r]))
    }

    static let pixelUnshuffle = Operator(
        "pixel_unshuffle", doc: "Pixels made channels: [..., c, h · r, w · r] gives [..., c · r², h, w].",
        [.tensor("input"), .integer("downscale_factor", min: 1)],
        faces: [.function, .functional, .layer("PixelUnshuffle")], examples: [.init(.values(2, 2, 4, 6), 2)]
    ) { a, _ in
        let (x, r) = (try a.tensor("input"), try a.integer("downscale_factor"))
        guard x.dim >= 3, r < 1 << 31, x.shape.suffix(2).allSatisfy({ $0 % r == 0 }) else {
            throw TensorError("an input [..., channels, height · \(r), width · \(r)] expected, got \(x.shape)")
        }
        let (front, end) = (x.shape.dropLast(3), Array(x.shape.suffix(3)))
        let n = front.count
        let parts = try x.reshape(front + [end[0], end[1] / r, r, end[2] / r, r])
        let order = Array(0..<n) + [n, n + 2, n + 4, n + 1, n + 3]
        return .tensor(try parts.permute(Shape(order)).reshape(front + [end[0] * r * r, end[1] / r, end[2] / r]))
    }

    static let channelShuffle = Operator(
        "channel_shuffle", doc: "The channels of [n, c, ...] dealt out to groups in turn.",
        [.tensor("input"), .integer("groups", min: 1)],
        faces: [.function, .functional, .layer("ChannelShuffle")], examples: [.init(.values(2, 6, 2), 3)]
    ) { a, _ in
        let (x, groups) = (try a.tensor("input"), try a.integer("groups"))
        guard x.dim >= 3, x.shape[1] % groups == 0 else {
            throw TensorError("an input [n, channels, ...] whose channels \(groups) divides expected, got \(x.shape)")
        }
        let parts = try x.reshape([x.shape[0], groups, x.shape[1] / groups, x.shape[2...].reduce(1, *)])
        return .tensor(try parts.transpose(1, 2).reshape(x.shape))
    }
}
