import Images

/// Pictures in rows, each with a few words below it.
public struct ImageGrid: Chart {
    public let labels: Labels
    let images: [Image]
    let captions: [String]
    private let givenColumns: Int?

    /// - Parameters:
    ///   - captions: for the pictures in their order; "\n" ends a line.
    ///   - columns: how many stand in a row; nil makes about a square.
    public init(_ images: [Image], captions: [String] = [], columns: Int? = nil, _ labels: Labels) {
        self.images = images
        self.captions = captions
        givenColumns = columns
        self.labels = labels
    }

    var columns: Int {
        if let givenColumns { return max(1, min(givenColumns, max(1, images.count))) }
        var side = 1
        while side * side < images.count { side += 1 }
        return side
    }

    private var rows: Int { (images.count + columns - 1) / columns }
    private var lines: Int { captions.map { $0.split(separator: "\n").count }.max() ?? 0 }
    private var captionHeight: Double { Double(lines) * 15 + (lines > 0 ? 5 : 0) }
    private var top: Double { labels.title.isEmpty ? 8 : 36 }

    public var usualSize: (width: Double, height: Double) {
        let largest = images.map { max($0.width, $0.height) }.max() ?? 28
        // Small pictures are shown larger, large ones smaller.
        let side = Double(min(max(largest, 72), 160))
        let wide = captions.lazy.flatMap { $0.split(separator: "\n") }.map { Scene.width(of: String($0)) }.max() ?? 0
        let cell = max(side, min(wide, 160)) + 8
        return (
            Double(columns) * cell + 16, Double(max(1, rows)) * (side + captionHeight + 8) + top + 8
        )
    }

    public func scene(width: Double, height: Double) -> Scene {
        var scene = Scene(width: width, height: height)
        scene.text(
            Scene.fitting(labels.title, width - 20, size: Scene.titleSize), Point(10, 24), size: Scene.titleSize)
        let cellWidth = (width - 16) / Double(columns)
        let cellHeight = (height - top - 8) / Double(max(1, rows))
        let side = max(4, min(cellWidth - 8, cellHeight - captionHeight - 8))
        for (number, image) in images.enumerated() {
            let (x, y) = (
                8 + Double(number % columns) * cellWidth, top + Double(number / columns) * cellHeight
            )
            let scale = side / Double(max(image.width, image.height))
            let (shown, tall) = (Double(image.width) * scale, Double(image.height) * scale)
            scene.image(
                image,
                Rectangle(x: x + (cellWidth - shown) / 2, y: y + (side - tall) / 2, width: shown, height: tall))
            guard number < captions.count else { continue }
            for (line, text) in captions[number].split(separator: "\n").enumerated() {
                scene.text(
                    Scene.fitting(String(text), cellWidth - 4),
                    Point(x + cellWidth / 2, y + side + 15 + Double(line) * 15), anchor: .middle)
            }
        }
        return scene
    }
}
