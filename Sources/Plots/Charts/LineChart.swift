/// Curves over one horizontal axis.
public struct LineChart: Chart {
    /// A curve: pairs of numbers, of which those with a number that is not finite interrupt it.
    public struct Series: Sendable {
        public let name: String
        public let x: [Double]
        public let y: [Double]

        /// - Parameter x: as many as `y`; what is left over of the longer is not drawn.
        public init(name: String, x: [Double], y: [Double]) {
            self.name = name
            self.x = x
            self.y = y
        }
    }

    public let series: [Series]
    public let labels: Labels
    private let isXLogarithmic: Bool
    private let isYLogarithmic: Bool

    public init(_ series: [Series], _ labels: Labels, isXLogarithmic: Bool = false, isYLogarithmic: Bool = false) {
        self.series = series
        self.labels = labels
        self.isXLogarithmic = isXLogarithmic
        self.isYLogarithmic = isYLogarithmic
    }

    /// The axes, for room of so many points.
    func axes(width: Double, height: Double) -> (x: Axis, y: Axis) {
        (
            Axis(series.lazy.flatMap(\.x), isLogarithmic: isXLogarithmic, marks: Int(width / 90)),
            Axis(series.lazy.flatMap(\.y), isLogarithmic: isYLogarithmic, marks: Int(height / 60))
        )
    }

    public func scene(width: Double, height: Double) -> Scene {
        var scene = Scene(width: width, height: height)
        let top = legend(width: width, into: &scene)
        let frame = frame(width: width, height: height, top: top)
        frame.draw(labels, into: &scene)
        for (number, series) in series.enumerated() {
            for run in curve(series, frame) {
                scene.line(run, .series(number), width: 2, isDashed: number >= Palette.series.count)
                // A few points are shown one by one.
                if run.count <= 25 { for point in run { scene.line([point], .series(number), width: 5) } }
            }
        }
        return scene
    }

    /// Where curves lie in a drawing of that size, for what is put over it.
    public func frame(width: Double, height: Double) -> Frame {
        var scratch = Scene(width: width, height: height)
        return frame(width: width, height: height, top: legend(width: width, into: &scratch))
    }

    private func frame(width: Double, height: Double, top: Double) -> Frame {
        let (x, y) = axes(width: width, height: height - top)
        return Frame(x, y, labels, width: width, height: height, top: top)
    }

    /// The uninterrupted pieces of a curve, with no more points than can be seen.
    func curve(_ series: Series, _ frame: Frame) -> [[Point]] {
        var runs: [[Point]] = [[]]
        for (x, y) in zip(series.x, series.y) {
            if let place = frame.place(x, y) {
                runs[runs.count - 1].append(place)
            } else if !(runs.last?.isEmpty ?? true) {
                runs.append([])
            }
        }
        return runs.filter { !$0.isEmpty }.map { thinned($0, resolution: 1) }
    }

    /// Draws title and legend. - Returns: how much room they take.
    private func legend(width: Double, into scene: inout Scene) -> Double {
        var height = 12.0
        if !labels.title.isEmpty {
            height += 16
            scene.text(
                Scene.fitting(labels.title, width - 20, size: Scene.titleSize), Point(10, height - 4),
                size: Scene.titleSize)
            height += 4
        }
        guard series.count > 1 || series.first.map({ !$0.name.isEmpty && labels.title.isEmpty }) ?? false else {
            return height
        }
        var x = 10.0
        height += 14
        for (number, series) in series.enumerated() {
            let name = Scene.fitting(series.name, min(260, width - 60))
            let room = 28 + Scene.width(of: name)
            if x > 10, x + room > width - 6 { (x, height) = (10, height + 18) }
            let line = [Point(x, height - 5), Point(x + 16, height - 5)]
            scene.line(line, .series(number), width: 3, isDashed: number >= Palette.series.count)
            scene.text(name, Point(x + 22, height))
            x += room + 10
        }
        return height + 12
    }
}

/// A line with no more points than can be told apart: of those that lie in one column the first, the lowest, the highest
/// and the last.
///
/// - Parameter resolution: how wide a column is.
func thinned(_ points: [Point], resolution: Double) -> [Point] {
    var result: [Point] = []
    var start = 0
    while start < points.count {
        let column = (points[start].x / resolution).rounded(.down)
        var end = start + 1
        while end < points.count, (points[end].x / resolution).rounded(.down) == column { end += 1 }
        if end - start <= 4 {
            result += points[start..<end]
        } else {
            let places = start..<end
            let lowest = places.min { points[$0].y < points[$1].y } ?? start
            let highest = places.max { points[$0].y < points[$1].y } ?? start
            for place in Set([start, lowest, highest, end - 1]).sorted() { result.append(points[place]) }
        }
        start = end
    }
    return result
}
