import Images

/// A scene as pixels, with smooth edges.
public struct Raster {
    private let width: Int
    private let height: Int
    private let scale: Double
    private var pixels: [UInt8]
    /// How much of each pixel the present line covers, 0 to 255; 0 everywhere between two lines.
    private var coverage: [UInt8]

    /// The picture of a scene on white.
    ///
    /// - Parameter scale: pixels for each point.
    /// - Throws: `ImageError` for a size that no image may have, `PlotError` for what is no size.
    public static func image(of scene: Scene, scale: Double = 2) throws -> Image {
        guard let width = Int(exactly: (scene.width * scale).rounded()),
            let height = Int(exactly: (scene.height * scale).rounded())
        else { throw PlotError("a drawing of \(scene.width) x \(scene.height) points has no pixels") }
        try Image.check(width: width, height: height, action: "draw")
        var raster = Raster(width: width, height: height, scale: scale)
        for item in scene.items { raster.draw(item) }
        return try Image(width: width, height: height, channels: 3, pixels: raster.pixels)
    }

    private init(width: Int, height: Int, scale: Double) {
        self.width = width
        self.height = height
        self.scale = scale
        pixels = [UInt8](repeating: 255, count: width * height * 3)
        coverage = [UInt8](repeating: 0, count: width * height)
    }

    private mutating func draw(_ item: Scene.Item) {
        switch item {
        case .line(let points, let ink, let width, let isDashed):
            let scaled = points.map { Point($0.x * scale, $0.y * scale) }
            let pieces = isDashed ? dashes(scaled) : Array(zip(scaled, scaled.dropFirst()))
            stroke(scaled.count == 1 ? [(scaled[0], scaled[0])] : pieces, ink, width: width * scale)
        case .rectangle(let rectangle, let ink): fill(rectangle, ink)
        case .text(let text): write(text)
        case .image(let image, let rectangle): place(image, rectangle)
        }
    }

    // MARK: Lines

    /// The pieces of a line that are drawn where it is dashed.
    private func dashes(_ points: [Point]) -> [(Point, Point)] {
        let (dash, gap) = (5 * scale, 4 * scale)
        var pieces: [(Point, Point)] = []
        var way = 0.0
        for (start, end) in zip(points, points.dropFirst()) {
            let length = ((end.x - start.x) * (end.x - start.x) + (end.y - start.y) * (end.y - start.y)).squareRoot()
            // Longer ones lead far out of the picture, where nobody sees dashes.
            guard length > 0, length <= Double(width + height) * 4 else { continue }
            func at(_ place: Double) -> Point {
                Point(start.x + (end.x - start.x) * place / length, start.y + (end.y - start.y) * place / length)
            }
            var place = 0.0
            while place < length {
                let phase = (way + place).truncatingRemainder(dividingBy: dash + gap)
                let next = min(length, place + (phase < dash ? dash - phase : dash + gap - phase) + 1e-9)
                if phase < dash { pieces.append((at(place), at(next))) }
                place = next
            }
            way += length
        }
        return pieces
    }

    /// Draws pieces of a line with round ends. Where they overlap a pixel is covered once.
    private mutating func stroke(_ pieces: [(Point, Point)], _ ink: Ink, width stroke: Double) {
        let radius = max(0.5, stroke / 2)
        var (left, top, right, bottom) = (width, height, -1, -1)
        for (start, end) in pieces {
            let columns = span(min(start.x, end.x) - radius - 1, max(start.x, end.x) + radius + 1, width)
            let rows = span(min(start.y, end.y) - radius - 1, max(start.y, end.y) + radius + 1, height)
            guard let firstColumn = columns.first, let lastColumn = columns.last, let firstRow = rows.first,
                let lastRow = rows.last
            else { continue }
            (left, right) = (min(left, firstColumn), max(right, lastColumn))
            (top, bottom) = (min(top, firstRow), max(bottom, lastRow))
            let (dx, dy) = (end.x - start.x, end.y - start.y)
            let square = dx * dx + dy * dy
            for row in rows {
                for column in columns {
                    let (x, y) = (Double(column) + 0.5 - start.x, Double(row) + 0.5 - start.y)
                    let part = square > 0 ? min(max((x * dx + y * dy) / square, 0), 1) : 0
                    let (awayX, awayY) = (x - part * dx, y - part * dy)
                    let covered = radius + 0.5 - (awayX * awayX + awayY * awayY).squareRoot()
                    guard covered > 0 else { continue }
                    let value = UInt8(min(covered, 1) * 255)
                    let place = row * width + column
                    if value > coverage[place] { coverage[place] = value }
                }
            }
        }
        guard left <= right, top <= bottom else { return }
        let colour = Palette.onWhite(ink)
        for row in top...bottom {
            for place in row * width + left...row * width + right where coverage[place] > 0 {
                blend(colour, Double(coverage[place]) / 255, at: place)
                coverage[place] = 0
            }
        }
    }

    /// The pixels from one place to another, of as many as there are.
    private func span(_ from: Double, _ to: Double, _ count: Int) -> Range<Int> {
        guard from < Double(count), to > 0 else { return 0..<0 }
        let first = Int(max(0, from.rounded(.down)))
        return first..<max(first, Int(min(Double(count), to.rounded(.up))))
    }

    private mutating func blend(_ colour: RGB, _ part: Double, at place: Int) {
        for (channel, value) in [colour.red, colour.green, colour.blue].enumerated() {
            let old = Double(pixels[place * 3 + channel])
            pixels[place * 3 + channel] = UInt8((old + (Double(value) - old) * part).rounded())
        }
    }

    // MARK: The rest

    private mutating func fill(_ rectangle: Rectangle, _ ink: Ink) {
        let colour = Palette.onWhite(ink)
        let (left, right) = (rectangle.x * scale, (rectangle.x + rectangle.width) * scale)
        let (top, bottom) = (rectangle.y * scale, (rectangle.y + rectangle.height) * scale)
        for row in span(top, bottom, height) {
            let tall = min(Double(row + 1), bottom) - max(Double(row), top)
            for column in span(left, right, width) {
                let wide = min(Double(column + 1), right) - max(Double(column), left)
                blend(colour, min(max(tall * wide, 0), 1), at: row * width + column)
            }
        }
    }

    /// A picture, its nearest pixels.
    private mutating func place(_ image: Image, _ rectangle: Rectangle) {
        let (left, top) = (rectangle.x * scale, rectangle.y * scale)
        let (wide, tall) = (rectangle.width * scale, rectangle.height * scale)
        guard wide > 0, tall > 0 else { return }
        for row in span(top, top + tall, height) {
            let y = Int((Double(row) + 0.5 - top) / tall * Double(image.height))
            for column in span(left, left + wide, width) {
                let x = Int((Double(column) + 0.5 - left) / wide * Double(image.width))
                guard (0..<image.width).contains(x), (0..<image.height).contains(y) else { continue }
                let source = (y * image.width + x) * image.channels
                for channel in 0..<3 {
                    pixels[(row * width + column) * 3 + channel] =
                        image.pixels[source + (image.channels >= 3 ? channel : 0)]
                }
            }
        }
    }

    private mutating func write(_ text: Scene.Text) {
        let unit = text.size * scale * 0.72 / StrokeFont.rows
        let glyphs = text.text.map { StrokeFont.glyph($0) }
        let length = max(0, glyphs.reduce(0) { $0 + $1.columns - 1 + StrokeFont.gap } - StrokeFont.gap) * unit
        var offset =
            switch text.anchor {
            case .start: 0.0
            case .middle: -length / 2
            case .end: -length
            }
        let base = Point(text.place.x * scale, text.place.y * scale)
        var pieces: [(Point, Point)] = []
        for glyph in glyphs {
            func at(_ point: Point) -> Point {
                let (along, up) = (offset + point.x * unit, (StrokeFont.rows - 1 - point.y) * unit + unit * 0.5)
                return text.isUpright
                    ? Point(base.x - up, base.y - along) : Point(base.x + along, base.y - up)
            }
            pieces += glyph.strokes.map { (at($0.0), at($0.1)) }
            offset += (glyph.columns - 1 + StrokeFont.gap) * unit
        }
        stroke(pieces, text.ink, width: max(1.1, unit * 0.95))
    }
}
