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

    /// Whether the names of the curves are written above them. Default: true.
    public var hasLegend = true
    /// How wide a column of points is, of which no more are drawn than can be told apart. Default: 1 point.
    public var resolution = 1.0

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
            Axis(series.lazy.flatMap(\.y), isLogarithmic: isYLogarithmic, marks: Int(height / 48))
        )
    }

    public func scene(width: Double, height: Double) -> Scene {
        var scene = Scene(width: width, height: height)
        let top = legend(width: width, into: &scene)
        let frame = frame(width: width, height: height, top: top)
        frame.draw(labels, into: &scene)
        for (number, series) in series.enumerated() {
            for run in samples(series, frame).map({ $0.map(\.place) }) {
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

    /// A place on a curve and the numbers that it stands for.
    public struct Sample: Sendable {
        public let place: Point
        public let x: Double
        public let y: Double
    }

    /// The uninterrupted pieces of a curve, with no more points than can be seen.
    public func samples(_ series: Series, _ frame: Frame) -> [[Sample]] {
        var runs: [[Sample]] = [[]]
        for (x, y) in zip(series.x, series.y) {
            if let place = frame.place(x, y) {
                runs[runs.count - 1].append(Sample(place: place, x: x, y: y))
            } else if !(runs.last?.isEmpty ?? true) {
                runs.append([])
            }
        }
        return runs.filter { !$0.isEmpty }.map { run in
            thinned(run.map(\.place), resolution: resolution).map { run[$0] }
        }
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
        guard hasLegend else { return height + (labels.title.isEmpty ? 0 : 10) }
        guard series.count > 1 || series.first.map({ !$0.name.isEmpty && labels.title.isEmpty }) ?? false else {
            return height + (labels.title.isEmpty ? 0 : 10)
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

/// Which points of a line can be told apart: of those that lie in one column the first, the lowest, the highest and the
/// last.
///
/// - Parameter resolution: how wide a column is.
func thinned(_ points: [Point], resolution: Double) -> [Int] {
    var result: [Int] = []
    var start = 0
    while start < points.count {
        let column = (points[start].x / resolution).rounded(.down)
        var end = start + 1
        while end < points.count, (points[end].x / resolution).rounded(.down) == column { end += 1 }
        let places = start..<end
        if places.count <= 4 {
            result += places
        } else {
            let lowest = places.min { points[$0].y < points[$1].y } ?? start
            let highest = places.max { points[$0].y < points[$1].y } ?? start
            result += Set([start, lowest, highest, end - 1]).sorted()
        }
        start = end
    }
    return result
}
