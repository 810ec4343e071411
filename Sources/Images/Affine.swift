/// Where a pixel of a result comes from: column `a * x + b * y + c` and row `d * x + e * y + f`, in pixels from the upper
/// left corner, a pixel's middle at a half.
public struct AffineMatrix: Sendable, Equatable {
    public var a: Double
    public var b: Double
    public var c: Double
    public var d: Double
    public var e: Double
    public var f: Double

    public init(_ a: Double, _ b: Double, _ c: Double, _ d: Double, _ e: Double, _ f: Double) {
        (self.a, self.b, self.c, self.d, self.e, self.f) = (a, b, c, d, e, f)
    }

    /// Where a place comes from.
    public func source(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
        (a * x + b * y + c, d * x + e * y + f)
    }

    /// Whether the places of all of a picture can be counted in 65,536ths of a pixel, in 32 bits.
    fileprivate func isFixed(_ width: Int, _ height: Int) -> Bool {
        [(0, 0), (width, 0), (0, height), (width, height)].allSatisfy { x, y in
            let from = source(Double(x), Double(y))
            return abs(from.x) < 32768 && abs(from.y) < 32768
        }
    }
}

extension Image {
    /// The image turned, sheared, scaled or moved; the bytes are those of Pillow 13's `transform(size, AFFINE, matrix,
    /// resample, fillcolor=fill)`.
    ///
    /// - Parameters:
    ///   - matrix: where each pixel of the result comes from; of finite numbers.
    ///   - interpolation: the nearest pixel, bilinear or bicubic.
    ///   - fill: the colour of places outside the image, a sample for each channel.
    /// - Throws: `ImageError` for a size that no image has, another interpolation, another number of samples.
    public func transformed(
        width newWidth: Int, height newHeight: Int, _ matrix: AffineMatrix, interpolation: Interpolation, fill: [UInt8]
    ) throws -> Image {
        try Self.check(width: newWidth, height: newHeight, action: "make")
        guard fill.count == channels else {
            throw ImageError("transform an image of \(channels) channels: a fill of \(fill.count) samples")
        }
        let sampler: AffineSampler
        switch interpolation {
        case .nearest:
            return taking(nearest(newWidth, newHeight, matrix), newWidth, newHeight, fill)
        case .bilinear: sampler = AffineSampler(image: self, isCubic: false)
        case .bicubic: sampler = AffineSampler(image: self, isCubic: true)
        default:
            throw ImageError("transform an image: nearest, bilinear or bicubic expected, got \(interpolation.rawValue)")
        }
        let channels = channels
        let made = [UInt8](unsafeUninitializedCapacity: newWidth * newHeight * channels) { target, filled in
            for y in 0..<newHeight {
                for x in 0..<newWidth {
                    let from = matrix.source(Double(x) + 0.5, Double(y) + 0.5)
                    let place = (y * newWidth + x) * channels
                    for channel in 0..<channels {
                        target[place + channel] = sampler[from.x, from.y, channel] ?? fill[channel]
                    }
                }
            }
            filled = newWidth * newHeight * channels
        }
        return Image(width: newWidth, height: newHeight, channels: channels, checked: made)
    }

    /// The pixel that each of another picture is taken from; -1 for none.
    private func nearest(_ newWidth: Int, _ newHeight: Int, _ m: AffineMatrix) -> [Int] {
        let (width, height) = (width, height)
        func pixel(_ x: Int, _ y: Int) -> Int { x >= 0 && x < width && y >= 0 && y < height ? y * width + x : -1 }
        // A place that is too large for an integer is outside every image.
        func whole(_ value: Double) -> Int { value >= 0 && value < 1e9 ? Int(value) : -1 }
        var places: [Int] = []
        places.reserveCapacity(newWidth * newHeight)
        if m.b == 0, m.d == 0 {
            // Only scaled and moved. Pillow adds the steps up.
            var (x, y) = (m.c + m.a * 0.5, m.f + m.e * 0.5)
            let columns = (0..<newWidth).map { _ in
                defer { x += m.a }
                return whole(x)
            }
            for _ in 0..<newHeight {
                for column in columns { places.append(pixel(column, whole(y))) }
                y += m.e
            }
        } else if m.isFixed(newWidth, newHeight) {
            func fixed(_ value: Double) -> Int { Int((value * 65536 + 0.5).rounded(.down)) }
            let (a, b, d, e) = (fixed(m.a), fixed(m.b), fixed(m.d), fixed(m.e))
            var (startX, startY) = (fixed(m.c + m.a * 0.5 + m.b * 0.5), fixed(m.f + m.d * 0.5 + m.e * 0.5))
            for _ in 0..<newHeight {
                var (x, y) = (startX, startY)
                for _ in 0..<newWidth {
                    places.append(pixel(x >> 16, y >> 16))
                    x &+= a
                    y &+= d
                }
                startX &+= b
                startY &+= e
            }
        } else {
            var (startX, startY) = (m.c + m.a * 0.5 + m.b * 0.5, m.f + m.d * 0.5 + m.e * 0.5)
            for _ in 0..<newHeight {
                var (x, y) = (startX, startY)
                for _ in 0..<newWidth {
                    places.append(pixel(whole(x), whole(y)))
                    x += m.a
                    y += m.d
                }
                startX += m.b
                startY += m.e
            }
        }
        return places
    }

    /// An image of pixels of this one, by their places; -1 for the colour `fill`.
    package func taking(_ places: [Int], _ newWidth: Int, _ newHeight: Int, _ fill: [UInt8]) -> Image {
        let channels = channels
        let taken = [UInt8](unsafeUninitializedCapacity: places.count * channels) { target, filled in
            for (place, from) in places.enumerated() {
                for channel in 0..<channels {
                    target[place * channels + channel] = from < 0 ? fill[channel] : pixels[from * channels + channel]
                }
            }
            filled = places.count * channels
        }
        return Image(width: newWidth, height: newHeight, channels: channels, checked: taken)
    }
}

/// Samples between pixels, as Pillow's bilinear and bicubic filters of transformations work them out.
private struct AffineSampler {
    let image: Image
    let isCubic: Bool

    /// The sample at a place; nil outside the image.
    subscript(x: Double, y: Double, channel: Int) -> UInt8? {
        guard x >= 0, x < Double(image.width), y >= 0, y < Double(image.height) else { return nil }
        // Pixels have their values in their middles.
        let (x, y) = (x - 0.5, y - 0.5)
        let (left, top) = (Int(x.rounded(.down)), Int(y.rounded(.down)))
        let (dx, dy) = (x - Double(left), y - Double(top))
        func sample(_ x: Int, _ y: Int) -> Double {
            let (x, y) = (min(max(x, 0), image.width - 1), min(max(y, 0), image.height - 1))
            return Double(image.pixels[(y * image.width + x) * image.channels + channel])
        }
        guard isCubic else {
            func row(_ y: Int) -> Double {
                let (a, b) = (sample(left, y), sample(left + 1, y))
                return a + (b - a) * dx
            }
            let (upper, lower) = (row(top), row(top + 1))
            return UInt8(upper + (lower - upper) * dy)
        }
        func cubic(_ v1: Double, _ v2: Double, _ v3: Double, _ v4: Double, _ d: Double) -> Double {
            let p2 = -v1 + v3
            let p3 = 2 * (v1 - v2) + v3 - v4
            let p4 = -v1 + v2 - v3 + v4
            return v2 + d * (p2 + d * (p3 + d * p4))
        }
        func row(_ y: Int) -> Double {
            cubic(sample(left - 1, y), sample(left, y), sample(left + 1, y), sample(left + 2, y), dx)
        }
        let value = cubic(row(top - 1), row(top), row(top + 1), row(top + 2), dy)
        return UInt8(min(max(value, 0), 255))
    }
}
