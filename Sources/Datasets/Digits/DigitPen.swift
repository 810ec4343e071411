/// Draws one digit after the other, keeping its memory.
///
/// All arithmetic is of the kind that IEEE 754 defines to the last bit: no sine, no power.
struct DigitPen {
    typealias Point = DigitShapes.Point

    /// The width and height of a picture.
    static let side = 28
    static let pixels = side * side

    /// The straight pieces of the digit at hand, in pixels.
    private var pieces: [(from: Point, to: Point)] = []
    /// For each pixel the square of its distance from the nearest piece, as far as that matters.
    private var distances = [Float](repeating: 0, count: pixels)

    mutating func draw(_ digit: Int, _ random: inout RandomSource, into picture: UnsafeMutableBufferPointer<UInt8>) {
        let ways = DigitShapes.all[digit]
        let radius = min(max(1.3 + 0.35 * random.normal(), 0.7), 2.1)
        place(ways[random.index(ways.count)], &random, size: 19.5 - 2 * radius)
        measure(reach: radius + softness)
        ink(radius, &random, into: picture)
    }

    /// Half the width of a stroke's soft edge, in pixels.
    private let softness: Float = 0.65

    /// Bends, slants, turns and stretches the shape, fits it into `size` pixels and puts it in the middle.
    private mutating func place(_ shape: DigitShapes.Shape, _ random: inout RandomSource, size: Float) {
        let bend = Bend(&random)
        let slant = 0.14 + 0.22 * random.normal()
        // By the tangent of half the angle, whose sine and cosine then are quotients.
        let tangent = 0.06 * random.normal()
        let cosine = (1 - tangent * tangent) / (1 + tangent * tangent)
        let sine = 2 * tangent / (1 + tangent * tangent)
        let width = max(0.86 + 0.17 * random.normal(), 0.4)
        pieces.removeAll(keepingCapacity: true)
        var low = Point(repeating: .infinity)
        var high = Point(repeating: -.infinity)
        var weight: Float = 0
        var center = Point()
        for stroke in shape {
            var last = Point()
            for (i, point) in stroke.enumerated() {
                let bent = bend.apply(point) - Point(0.5, 0.5)
                let slanted = Point(bent.x * width - bent.y * slant, bent.y)
                let next = Point(slanted.x * cosine - slanted.y * sine, slanted.x * sine + slanted.y * cosine)
                low = pointwiseMin(low, next)
                high = pointwiseMax(high, next)
                if i > 0 {
                    pieces.append((last, next))
                    let length = ((next - last) * (next - last)).sum().squareRoot()
                    weight += length
                    center += (last + next) * (length * 0.5)
                }
                last = next
            }
        }
        center /= weight
        let extent = max((high - low).max(), 0.1)
        let scale = size / extent * min(1, 0.95 + 0.05 * random.normal())
        let middle = Float(Self.side) / 2
        let target = Point(middle + 0.5 * random.normal(), middle + 0.5 * random.normal())
        for i in pieces.indices {
            pieces[i] = ((pieces[i].from - center) * scale + target, (pieces[i].to - center) * scale + target)
        }
    }

    /// Fills in the distances of the pixels within `reach` of a piece.
    private mutating func measure(reach: Float) {
        let far = reach * reach
        let pieces = pieces
        distances.withUnsafeMutableBufferPointer { distances in
            distances.update(repeating: far)
            for (from, to) in pieces {
                // Pixel i's middle is at i + 0.5.
                let low = pointwiseMin(from, to) - reach - 0.5
                let high = pointwiseMax(from, to) + reach - 0.5
                let (left, right) = (Self.clamped(low.x.rounded(.up)), Self.clamped(high.x.rounded(.down)))
                let (top, bottom) = (Self.clamped(low.y.rounded(.up)), Self.clamped(high.y.rounded(.down)))
                let along = to - from
                let inverse = 1 / max((along * along).sum(), 1e-6)
                guard left <= right, top <= bottom else { continue }
                for y in top...bottom {
                    let dy = Float(y) + 0.5 - from.y
                    for x in left...right {
                        let dx = Float(x) + 0.5 - from.x
                        let t = min(max((dx * along.x + dy * along.y) * inverse, 0), 1)
                        let (ex, ey) = (dx - t * along.x, dy - t * along.y)
                        let place = y * Self.side + x
                        distances[place] = min(distances[place], ex * ex + ey * ey)
                    }
                }
            }
        }
    }

    /// Turns distances into ink: full inside the stroke, fading over its edge, uneven as a pen's.
    private func ink(
        _ radius: Float, _ random: inout RandomSource, into picture: UnsafeMutableBufferPointer<UInt8>
    ) {
        let reach = radius + softness
        let far = reach * reach
        let slope = 1 / (2 * softness)
        let strength = min(1, 1.06 + 0.08 * random.normal())
        for place in 0..<Self.pixels {
            guard distances[place] < far else {
                picture[place] = 0
                continue
            }
            let cover = min((reach - distances[place].squareRoot()) * slope, 1)
            let uneven = 1 + 0.08 * random.normal()
            picture[place] = UInt8(min(cover * strength * uneven * 255, 255))
        }
    }

    private static func clamped(_ coordinate: Float) -> Int { Int(min(max(coordinate, 0), Float(side - 1))) }
}

/// A smooth distortion of the unit box: the corners of a grid are moved at random, what lies between goes along.
private struct Bend {
    private static let cells = 3
    private var corners: [DigitShapes.Point] = []

    init(_ random: inout RandomSource) {
        let strength = 0.055 + 0.015 * random.normal()
        for _ in 0..<(Self.cells + 1) * (Self.cells + 1) {
            corners.append(DigitShapes.Point(random.normal(), random.normal()) * strength)
        }
    }

    func apply(_ point: DigitShapes.Point) -> DigitShapes.Point {
        let scaled = point * Float(Self.cells)
        let column = Int(min(max(scaled.x, 0), Float(Self.cells - 1)))
        let row = Int(min(max(scaled.y, 0), Float(Self.cells - 1)))
        let (x, y) = (Self.eased(scaled.x - Float(column)), Self.eased(scaled.y - Float(row)))
        let corner = row * (Self.cells + 1) + column
        let above = corners[corner] + (corners[corner + 1] - corners[corner]) * x
        let below =
            corners[corner + Self.cells + 1]
            + (corners[corner + Self.cells + 2] - corners[corner + Self.cells + 1]) * x
        return point + above + (below - above) * y
    }

    /// Even at both ends, so that strokes have no kink where cells meet.
    private static func eased(_ t: Float) -> Float { t * t * (3 - 2 * t) }
}
