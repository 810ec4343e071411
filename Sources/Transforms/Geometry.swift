import CLibrary
import Images

/// The matrices that torchvision hands to Pillow, to the last bit: each of its operations in its order.
enum Geometry {
    static func radians(_ degrees: Double) -> Double { degrees * (Double.pi / 180) }

    /// Where the pixels of a picture come from that was turned by `angle`, moved, scaled and sheared around a center.
    ///
    /// - Parameters:
    ///   - center: in pixels from the upper left corner.
    ///   - angle: in degrees, clockwise.
    ///   - shear: of x and y, in degrees.
    static func affine(
        center: (x: Double, y: Double), angle: Double, translate: (x: Double, y: Double), scale: Double,
        shear: (x: Double, y: Double)
    ) -> AffineMatrix {
        let (turn, sx, sy) = (radians(angle), radians(shear.x), radians(shear.y))
        let a = cos(turn - sy) / cos(sy)
        let b = -cos(turn - sy) * tan(sx) / cos(sy) - sin(turn)
        let c = sin(turn - sy) / cos(sy)
        let d = -sin(turn - sy) * tan(sx) / cos(sy) + cos(turn)
        // The inverse of a matrix whose determinant is 1, so that it takes no division.
        var matrix = AffineMatrix(d / scale, -b / scale, 0, -c / scale, a / scale, 0)
        let moved = (x: -center.x - translate.x, y: -center.y - translate.y)
        matrix.c += matrix.a * moved.x + matrix.b * moved.y
        matrix.f += matrix.d * moved.x + matrix.e * moved.y
        matrix.c += center.x
        matrix.f += center.y
        return matrix
    }

    /// Where the pixels of a turned picture come from, and its size: Pillow's `rotate`.
    ///
    /// - Parameters:
    ///   - angle: in degrees, counter-clockwise.
    ///   - expands: whether the result is so large that nothing is cut off.
    static func rotation(
        _ angle: Double, width: Int, height: Int, center: (x: Double, y: Double)?, expands: Bool
    ) -> (matrix: AffineMatrix, width: Int, height: Int) {
        let (w, h) = (Double(width), Double(height))
        let turn = -radians(angle)
        let (cosine, sine) = (rounded15(cos(turn)), rounded15(sin(turn)))
        var matrix = AffineMatrix(cosine, sine, 0, rounded15(-sin(turn)), cosine, 0)
        let center = center ?? (w / 2, h / 2)
        (matrix.c, matrix.f) = matrix.source(-center.x, -center.y)
        matrix.c += center.x
        matrix.f += center.y
        guard expands else { return (matrix, width, height) }
        let corners = [(0, 0), (w, 0), (w, h), (0, h)].map { matrix.source($0, $1) }
        func extent(_ values: [Double]) -> Int {
            let (least, most) = (values.min() ?? 0, values.max() ?? 0)
            return Int(most.rounded(.up)) - Int(least.rounded(.down))
        }
        let (newWidth, newHeight) = (extent(corners.map(\.x)), extent(corners.map(\.y)))
        (matrix.c, matrix.f) = matrix.source(-(Double(newWidth) - w) / 2, -(Double(newHeight) - h) / 2)
        return (matrix, newWidth, newHeight)
    }

    /// The number nearest to one of 15 digits behind the point, as Python's `round(value, 15)`: by its decimal digits,
    /// which no arithmetic with 1e15 gives.
    private static func rounded15(_ value: Double) -> Double {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
            guard let start = text.baseAddress else { return value }
            let length = withVaList([value]) { vsnprintf(start, 64, "%.15f", $0) }
            return length > 0 && length < 64 ? strtod(start, nil) : value
        }
    }
}
