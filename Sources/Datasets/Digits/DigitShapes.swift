/// The ways to write the ten digits, as strokes in a box of 1 x 1 with y downwards.
///
/// A stroke is a curve through points. Strokes that meet share a point, so that whatever bends the box keeps them
/// together.
enum DigitShapes {
    typealias Point = SIMD2<Float>

    /// A way to write a digit: for each stroke, the ends of its short straight pieces.
    typealias Shape = [[Point]]

    /// For each digit the ways to write it; one that stands here twice is twice as common.
    static let all: [[Shape]] = outlines.map { $0.map { $0.map(smooth) } }

    /// Pieces for each stretch between two points of a curve.
    private static let pieces = 5

    /// A Catmull-Rom spline through the points, cut into straight pieces. Two points are a straight line.
    private static func smooth(_ points: [Point]) -> [Point] {
        guard points.count > 2, let first = points.first, let last = points.last else { return points }
        let closed = first == last
        // Beyond its ends an open curve goes on straight, a closed one goes round.
        let before = closed ? points[points.count - 2] : first + (first - points[1])
        let after = closed ? points[1] : last + (last - points[points.count - 2])
        let padded = [before] + points + [after]
        var result = [first]
        for i in 1..<padded.count - 2 {
            let (a, b, c, d) = (padded[i - 1], padded[i], padded[i + 1], padded[i + 2])
            for piece in 1...pieces {
                let t = Float(piece) / Float(pieces)
                let linear = (c - a) * t
                let quadratic = (a * 2 - b * 5 + c * 4 - d) * (t * t)
                let cubic = (b * 3 - a - c * 3 + d) * (t * t * t)
                result.append(b + (linear + quadratic + cubic) * 0.5)
            }
        }
        return result
    }

    private static func stroke(_ coordinates: Float...) -> [Point] {
        stride(from: 0, to: coordinates.count - 1, by: 2).map { Point(coordinates[$0], coordinates[$0 + 1]) }
    }

    private static let outlines: [[[[Point]]]] = [
        [  // 0: round, narrow, begun at the right with the ends crossing
            [stroke(0.5, 0, 0.2, 0.14, 0.08, 0.5, 0.2, 0.86, 0.5, 1, 0.8, 0.86, 0.92, 0.5, 0.8, 0.14, 0.5, 0)],
            [stroke(0.5, 0, 0.27, 0.16, 0.18, 0.5, 0.27, 0.86, 0.5, 1, 0.73, 0.86, 0.82, 0.5, 0.73, 0.14, 0.5, 0)],
            [stroke(0.72, 0.08, 0.42, 0.04, 0.14, 0.3, 0.12, 0.75, 0.4, 1, 0.75, 0.85, 0.9, 0.45, 0.7, 0.1, 0.5, 0)],
        ],
        [  // 1: a line, a line with a flag, one with a foot as well
            [stroke(0.5, 0, 0.5, 1)],
            [stroke(0.53, 0, 0.5, 0.35, 0.48, 0.7, 0.5, 1)],
            [stroke(0.5, 0, 0.5, 1)],
            [stroke(0.3, 0.24, 0.43, 0.14, 0.54, 0), stroke(0.54, 0, 0.5, 1)],
            [stroke(0.28, 0.22, 0.52, 0), stroke(0.52, 0, 0.52, 1), stroke(0.26, 1, 0.52, 1, 0.8, 1)],
        ],
        [  // 2: with a flat foot, with a loop, with a wavy foot
            [
                stroke(0.14, 0.25, 0.25, 0.07, 0.5, 0, 0.76, 0.1, 0.8, 0.32, 0.62, 0.6, 0.36, 0.84, 0.12, 1),
                stroke(0.12, 1, 0.5, 0.98, 0.92, 0.98),
            ],
            [
                stroke(
                    0.16, 0.2, 0.4, 0.01, 0.72, 0.08, 0.77, 0.34, 0.55, 0.68, 0.26, 0.95, 0.08, 0.9, 0.2, 0.74, 0.46,
                    0.84, 0.7, 0.99, 0.96, 0.86)
            ],
            [
                stroke(0.18, 0.2, 0.38, 0.02, 0.68, 0.04, 0.78, 0.28, 0.6, 0.6, 0.34, 0.82, 0.1, 0.98),
                stroke(0.1, 0.98, 0.34, 0.9, 0.62, 0.99, 0.92, 0.9),
            ],
        ],
        [  // 3: round, with a flat top, with a loop at the waist
            [
                stroke(0.14, 0.14, 0.44, 0, 0.76, 0.1, 0.76, 0.32, 0.42, 0.47),
                stroke(0.42, 0.47, 0.78, 0.56, 0.86, 0.8, 0.52, 1, 0.12, 0.88),
            ],
            [
                stroke(0.16, 0.04, 0.5, 0.03, 0.8, 0.02), stroke(0.8, 0.02, 0.6, 0.22, 0.42, 0.42),
                stroke(0.42, 0.42, 0.74, 0.48, 0.86, 0.74, 0.6, 0.98, 0.14, 0.92),
            ],
            [
                stroke(
                    0.2, 0.1, 0.5, 0, 0.76, 0.12, 0.7, 0.34, 0.46, 0.48, 0.4, 0.44, 0.6, 0.46, 0.84, 0.64, 0.78, 0.9,
                    0.48,
                    1, 0.12, 0.86)
            ],
        ],
        [  // 4: open, closed, with a round elbow
            [
                stroke(0.22, 0, 0.16, 0.3, 0.14, 0.56), stroke(0.14, 0.56, 0.5, 0.58, 0.9, 0.5),
                stroke(0.8, 0.04, 0.76, 0.5, 0.72, 1),
            ],
            [stroke(0.64, 0, 0.08, 0.64), stroke(0.08, 0.64, 0.94, 0.64), stroke(0.64, 0, 0.64, 0.64, 0.64, 1)],
            [
                stroke(0.26, 0, 0.14, 0.28, 0.14, 0.5, 0.4, 0.58, 0.8, 0.42),
                stroke(0.84, 0, 0.8, 0.42, 0.76, 1),
            ],
        ],
        [  // 5: with corners, in one flowing stroke
            [
                stroke(0.88, 0, 0.56, 0.02, 0.28, 0.03), stroke(0.28, 0.03, 0.2, 0.44),
                stroke(0.2, 0.44, 0.48, 0.38, 0.8, 0.52, 0.82, 0.8, 0.52, 1, 0.12, 0.9),
            ],
            [
                stroke(0.86, 0.03, 0.4, 0.04), stroke(0.4, 0.04, 0.28, 0.22, 0.22, 0.42),
                stroke(0.22, 0.42, 0.55, 0.44, 0.8, 0.64, 0.7, 0.9, 0.4, 1, 0.1, 0.92),
            ],
        ],
        [  // 6: with a curved back, with a straight one
            [
                stroke(
                    0.72, 0.02, 0.42, 0.18, 0.2, 0.52, 0.18, 0.84, 0.48, 1, 0.78, 0.88, 0.82, 0.64, 0.56, 0.5, 0.3,
                    0.62,
                    0.2, 0.84)
            ],
            [
                stroke(
                    0.56, 0, 0.38, 0.26, 0.22, 0.6, 0.22, 0.88, 0.46, 1, 0.72, 0.9, 0.76, 0.7, 0.54, 0.58, 0.32, 0.7,
                    0.22,
                    0.88)
            ],
        ],
        [  // 7: plain, with a curved stem, with a hook, with a bar
            [stroke(0.1, 0.06, 0.45, 0.05, 0.88, 0.03), stroke(0.88, 0.03, 0.62, 0.45, 0.42, 1)],
            [stroke(0.12, 0.05, 0.5, 0.06, 0.84, 0.03), stroke(0.84, 0.03, 0.72, 0.3, 0.62, 0.62, 0.6, 1)],
            [
                stroke(0.12, 0.24, 0.14, 0.06), stroke(0.14, 0.06, 0.5, 0.06, 0.88, 0.03),
                stroke(0.88, 0.03, 0.6, 0.5, 0.46, 1),
            ],
            [
                stroke(0.1, 0.05, 0.45, 0.05, 0.88, 0.02), stroke(0.88, 0.02, 0.62, 0.46, 0.4, 1),
                stroke(0.3, 0.5, 0.6, 0.48, 0.88, 0.47),
            ],
        ],
        [  // 8: in one stroke, of two rings
            [
                stroke(
                    0.78, 0.14, 0.5, 0, 0.24, 0.12, 0.28, 0.34, 0.52, 0.49, 0.78, 0.66, 0.8, 0.88, 0.5, 1, 0.2, 0.88,
                    0.24,
                    0.66, 0.5, 0.49, 0.74, 0.33, 0.78, 0.14)
            ],
            [
                stroke(0.5, 0, 0.26, 0.1, 0.26, 0.36, 0.5, 0.47, 0.74, 0.36, 0.74, 0.1, 0.5, 0),
                stroke(0.5, 0.47, 0.22, 0.6, 0.2, 0.88, 0.5, 1, 0.8, 0.88, 0.78, 0.6, 0.5, 0.47),
            ],
        ],
        [  // 9: with a straight stem, a curved one, one that ends in a hook
            [
                stroke(0.8, 0.14, 0.52, 0, 0.24, 0.12, 0.2, 0.36, 0.46, 0.48, 0.72, 0.36, 0.8, 0.14),
                stroke(0.8, 0.14, 0.74, 0.56, 0.7, 1),
            ],
            [
                stroke(0.76, 0.1, 0.48, 0, 0.22, 0.16, 0.22, 0.4, 0.48, 0.48, 0.7, 0.36, 0.78, 0.12),
                stroke(0.78, 0.12, 0.76, 0.48, 0.62, 0.8, 0.44, 1),
            ],
            [
                stroke(0.82, 0.16, 0.54, 0, 0.24, 0.14, 0.22, 0.38, 0.5, 0.46, 0.76, 0.34, 0.82, 0.16),
                stroke(0.82, 0.16, 0.84, 0.6, 0.68, 0.94, 0.4, 1, 0.18, 0.9),
            ],
        ],
    ]
}
