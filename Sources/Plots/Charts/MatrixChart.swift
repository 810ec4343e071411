import Images

/// A table of numbers as a heat map with the numbers in it, as a confusion matrix is shown.
public struct MatrixChart: Chart {
    public let labels: Labels
    let rows: [[Double]]
    let rowNames: [String]
    let columnNames: [String]

    /// The most rows and columns in which numbers are written; larger ones are colours alone.
    private static let mostWritten = 30

    /// - Parameters:
    ///   - rows: all of one length.
    ///   - rowNames: missing ones are the rows' numbers, counted from 0; `columnNames` likewise.
    public init(_ rows: [[Double]], rowNames: [String] = [], columnNames: [String] = [], _ labels: Labels) {
        self.labels = labels
        self.rows = rows
        let columns = rows.first?.count ?? 0
        self.rowNames = (0..<rows.count).map { $0 < rowNames.count ? rowNames[$0] : "\($0)" }
        self.columnNames = (0..<columns).map { $0 < columnNames.count ? columnNames[$0] : "\($0)" }
    }

    private var columns: Int { columnNames.count }

    /// The part of the way from the least to the most shown; counts begin at nothing.
    private func shade() -> (Double) -> Double {
        let shown = rows.lazy.joined().filter { $0.isFinite }
        let (least, most) = (min(0, shown.min() ?? 0), shown.max() ?? 1)
        return { most > least ? ($0 - least) / (most - least) : 0 }
    }

    public var usualSize: (width: Double, height: Double) {
        let side = Double(min(max(rows.count, columns), Self.mostWritten + 6))
        return (max(320, 170 + side * 42), max(280, 120 + side * 34))
    }

    public func scene(width: Double, height: Double) -> Scene {
        var scene = Scene(width: width, height: height)
        scene.text(
            Scene.fitting(labels.title, width - 20, size: Scene.titleSize), Point(10, 24), size: Scene.titleSize)
        let names = rowNames.map { Scene.fitting($0, 110) }
        let left = (names.map { Scene.width(of: $0) }.max() ?? 0) + 16 + (labels.y.isEmpty ? 0 : 18)
        let top = labels.title.isEmpty ? 14.0 : 38
        let isWritten = max(rows.count, columns) <= Self.mostWritten
        let cell = (width - left - 14) / Double(max(1, columns))
        let longest = columnNames.map { Scene.width(of: $0) }.max() ?? 0
        let isUpright = longest > cell - 4
        let bottom = (isUpright ? min(longest, 110) + 14 : 22) + (labels.x.isEmpty ? 0 : 20)
        let area = Rectangle(
            x: left, y: top, width: max(10, width - left - 14), height: max(10, height - top - bottom))
        if isWritten { writeCells(area, into: &scene) } else { drawCells(area, into: &scene) }
        let rise = area.height / Double(max(1, rows.count))
        var free = -Double.infinity
        for (number, name) in names.enumerated() {
            let middle = area.y + (Double(number) + 0.5) * rise
            guard middle - 6 >= free else { continue }
            scene.text(name, Point(area.x - 8, middle + 4), anchor: .end)
            free = middle + 7
        }
        free = -Double.infinity
        for (number, name) in columnNames.enumerated() {
            let middle = area.x + (Double(number) + 0.5) * cell
            let half = isUpright ? 6 : Scene.width(of: name) / 2
            guard middle - half >= free else { continue }
            free = middle + half + 2
            let base = area.y + area.height
            if isUpright {
                scene.text(
                    Scene.fitting(name, 110), Point(middle + 4, base + 8), anchor: .end, isUpright: true)
            } else {
                scene.text(name, Point(middle, base + 16), anchor: .middle)
            }
        }
        scene.text(labels.x, Point(area.x + area.width / 2, height - 8), .muted, anchor: .middle)
        scene.text(labels.y, Point(14, area.y + area.height / 2), .muted, anchor: .middle, isUpright: true)
        return scene
    }

    private func writeCells(_ area: Rectangle, into scene: inout Scene) {
        let shade = shade()
        let (width, height) = (area.width / Double(max(1, columns)), area.height / Double(max(1, rows.count)))
        let texts = rows.map { $0.map { shortNumber($0) } }
        let longest = texts.joined().map(\.count).max() ?? 1
        // Most cells of a confusion matrix are empty.
        scene.rectangle(area, .rgb(Palette.blues(0)))
        let size = min(Scene.textSize, (width - 4) / (Double(longest) * 0.62), height - 3)
        for (row, values) in rows.enumerated() {
            for (column, value) in values.prefix(columns).enumerated() {
                let part = shade(value)
                guard part != 0 || value != 0 else { continue }
                let (x, y) = (area.x + Double(column) * width, area.y + Double(row) * height)
                scene.rectangle(
                    Rectangle(x: x, y: y, width: width - 1, height: height - 1), .rgb(Palette.blues(part)))
                guard size >= 5, value != 0 else { continue }
                scene.text(
                    texts[row][column], Point(x + (width - 1) / 2, y + height / 2 + size * 0.36), size: size,
                    part > 0.55 ? .rgb(RGB(255, 255, 255)) : .rgb(RGB(32, 33, 36)), anchor: .middle)
            }
        }
    }

    /// The cells as a picture with a pixel each.
    private func drawCells(_ area: Rectangle, into scene: inout Scene) {
        guard let image = picture() else { return }
        scene.image(image, area)
    }

    /// A picture with a pixel for each cell; nil where there is none, or one that no picture can hold.
    public func picture() -> Image? {
        let shade = shade()
        var pixels: [UInt8] = []
        pixels.reserveCapacity(rows.count * columns * 3)
        for value in rows.joined() {
            let colour = Palette.blues(shade(value))
            pixels += [colour.red, colour.green, colour.blue]
        }
        return try? Image(width: columns, height: rows.count, channels: 3, pixels: pixels)
    }
}
