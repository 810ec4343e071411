/// How many of some numbers lie in each of equally wide bins.
public struct Histogram: Chart {
    public let labels: Labels
    /// The ends of the bins, one more than there are bins.
    let edges: [Double]
    let counts: [Int]

    /// Counts finite numbers.
    ///
    /// - Parameter bins: how many, from 1 to 1000; nil chooses by the rule of Freedman and Diaconis (1981), 5 to 60.
    public init(_ values: [Double], bins: Int? = nil, _ labels: Labels) {
        self.labels = labels
        let sorted = values.filter { $0.isFinite && abs($0) < 1e300 }.sorted()
        var (low, high) = (sorted.first ?? 0, sorted.last ?? 1)
        if low == high { (low, high) = (low - max(0.5, abs(low) * 0.1), high + max(0.5, abs(high) * 0.1)) }
        let count = bins.map { min(max($0, 1), 1000) } ?? Self.bins(sorted, high - low)
        edges = (0...count).map { low + (high - low) * Double($0) / Double(count) }
        var counts = [Int](repeating: 0, count: count)
        for value in sorted { counts[min(count - 1, Int((value - low) / (high - low) * Double(count)))] += 1 }
        self.counts = counts
    }

    private static func bins(_ sorted: [Double], _ range: Double) -> Int {
        guard sorted.count > 1 else { return 10 }
        let spread = sorted[sorted.count * 3 / 4] - sorted[sorted.count / 4]
        var root = 1.0
        while root * root * root < Double(sorted.count) { root += 1 }
        guard spread > 0 else { return 20 }
        return Int(min(max((range / (2 * spread / root)).rounded(.up), 5), 60))
    }

    public func scene(width: Double, height: Double) -> Scene {
        var scene = Scene(width: width, height: height)
        scene.text(
            Scene.fitting(labels.title, width - 20, size: Scene.titleSize), Point(10, 24), size: Scene.titleSize)
        let frame = Frame(
            Axis(edges, marks: Int(width / 90)), Axis([0] + counts.map { Double($0) }, marks: Int(height / 60)), labels,
            width: width, height: height, top: labels.title.isEmpty ? 12 : 44)
        frame.draw(labels, into: &scene)
        for (number, count) in counts.enumerated() where count > 0 {
            guard let top = frame.place(edges[number], Double(count)), let end = frame.place(edges[number + 1], 0)
            else { continue }
            let gap = end.x - top.x > 4 ? 1.0 : 0
            scene.rectangle(
                Rectangle(x: top.x, y: top.y, width: end.x - top.x - gap, height: max(0.5, end.y - top.y)), .series(0))
        }
        return scene
    }
}
