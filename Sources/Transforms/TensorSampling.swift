import Images

/// Pictures of numbers turned, moved, scaled and sheared, as torchvision does it with `grid_sample`: in float32, with
/// places counted from the picture's middle.
struct TensorSampling: Sendable {
    private let matrix: [Float]
    private let oldHeight: Int
    private let oldWidth: Int
    let height: Int
    let width: Int
    private let isBilinear: Bool

    /// - Parameters:
    ///   - name: the transform's.
    ///   - matrix: where pixels come from, in pixels from the middle of the old and of the new picture.
    ///   - newSize: the height and the width of the result. Default: the old ones.
    /// - Throws: `TransformError` for an interpolation that torchvision refuses, too.
    init(
        _ name: String, _ matrix: AffineMatrix, height: Int, width: Int, _ interpolation: Interpolation,
        newSize: (height: Int, width: Int)? = nil
    ) throws {
        guard interpolation == .nearest || interpolation == .bilinear else {
            throw TransformError("\(name): a tensor takes nearest or bilinear, got \(interpolation.rawValue)")
        }
        isBilinear = interpolation == .bilinear
        (oldHeight, oldWidth) = (height, width)
        (self.height, self.width) = newSize ?? (height, width)
        // The result counts from -1 to 1 over each side.
        let (halfWidth, halfHeight) = (0.5 * Float(width), 0.5 * Float(height))
        self.matrix =
            [matrix.a, matrix.b, matrix.c].map { Float($0) / halfWidth }
            + [matrix.d, matrix.e, matrix.f].map { Float($0) / halfHeight }
    }

    /// - Parameter fill: what places outside the picture have, a number for each channel.
    func applied(to picture: FloatPicture, fill: [Double]) -> FloatPicture {
        var made = [Float](repeating: 0, count: picture.channels * height * width)
        for y in 0..<height {
            let down = Float(y) - Float(height) * 0.5 + 0.5
            for x in 0..<width {
                let right = Float(x) - Float(width) * 0.5 + 0.5
                let column = place(matrix[0] * right + matrix[1] * down + matrix[2], oldWidth)
                let row = place(matrix[3] * right + matrix[4] * down + matrix[5], oldHeight)
                for channel in 0..<picture.channels {
                    let to = (channel * height + y) * width + x
                    made[to] =
                        isBilinear
                        ? bilinear(picture, channel, row, column, Float(fill[channel]))
                        : nearest(picture, channel, row, column) ?? Float(fill[channel])
                }
            }
        }
        return FloatPicture(channels: picture.channels, height: height, width: width, checked: made)
    }

    /// A place from -1 to 1 in pixels, the first pixel's middle at 0.
    private func place(_ value: Float, _ size: Int) -> Float {
        // What is farther out is outside, and no integer overflows.
        max(-2, min((value + 1) * (Float(size) / 2) - 0.5, Float(size) + 1))
    }

    private func nearest(_ picture: FloatPicture, _ channel: Int, _ row: Float, _ column: Float) -> Float? {
        let (y, x) = (Int(row.rounded(.toNearestOrEven)), Int(column.rounded(.toNearestOrEven)))
        guard y >= 0, y < oldHeight, x >= 0, x < oldWidth else { return nil }
        return picture.values[(channel * oldHeight + y) * oldWidth + x]
    }

    private func bilinear(
        _ picture: FloatPicture, _ channel: Int, _ row: Float, _ column: Float, _ fill: Float
    ) -> Float {
        let (top, left) = (row.rounded(.down), column.rounded(.down))
        let (dy, dx) = (row - top, column - left)
        // What share of the pixel comes from inside the picture, and what that part adds up to.
        var (inside, sum): (Float, Float) = (0, 0)
        for (y, x, weight) in [
            (top, left, (1 - dy) * (1 - dx)), (top, left + 1, (1 - dy) * dx), (top + 1, left, dy * (1 - dx)),
            (top + 1, left + 1, dy * dx),
        ] {
            guard let value = nearest(picture, channel, y, x) else { continue }
            inside += weight
            sum += weight * value
        }
        return sum * inside + (1 - inside) * fill
    }
}

/// A picture of numbers turned by an angle.
struct TensorRotation: Sendable {
    private let sampling: TensorSampling

    var height: Int { sampling.height }
    var width: Int { sampling.width }

    /// - Parameters:
    ///   - angle: in degrees, counter-clockwise.
    ///   - expand: whether the result is so large that nothing is cut off.
    ///   - center: in pixels from the upper left corner.
    init(
        _ angle: Double, _ shape: PictureShape, expand: Bool, center: (x: Double, y: Double)?,
        _ interpolation: Interpolation
    ) throws {
        let (w, h) = (Double(shape.width), Double(shape.height))
        let middle = center.map { (x: $0.x - w * 0.5, y: $0.y - h * 0.5) } ?? (0, 0)
        let matrix = Geometry.affine(center: middle, angle: -angle, translate: (0, 0), scale: 1, shear: (0, 0))
        sampling = try TensorSampling(
            "RandomRotation", matrix, height: shape.height, width: shape.width, interpolation,
            newSize: expand ? Self.expanded(matrix, w, h) : nil)
    }

    /// The size that holds all of the turned picture; less than a ten-thousandth of a pixel does not count.
    private static func expanded(_ matrix: AffineMatrix, _ w: Double, _ h: Double) -> (height: Int, width: Int) {
        let corners = [(-0.5 * w, -0.5 * h), (-0.5 * w, 0.5 * h), (0.5 * w, 0.5 * h), (0.5 * w, -0.5 * h)]
            .map { matrix.source($0.0, $0.1) }
        func extent(_ values: [Double], _ size: Double) -> Int {
            func cut(_ value: Double) -> Double { ((value + size * 0.5) / 1e-4).rounded(.towardZero) * 1e-4 }
            let (least, most) = (cut(values.min() ?? 0), cut(values.max() ?? 0))
            return Int(most.rounded(.up) - least.rounded(.down))
        }
        return (extent(corners.map(\.y), h), extent(corners.map(\.x), w))
    }

    func applied(to picture: FloatPicture, fill: [Double]) -> FloatPicture { sampling.applied(to: picture, fill: fill) }
}
