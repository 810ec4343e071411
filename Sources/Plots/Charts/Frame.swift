/// Where a chart with two axes has its curves: the ground, and how numbers become places.
public struct Frame {
    let x: Axis
    let y: Axis
    public let area: Rectangle

    /// - Parameter top: what is above the ground: the title, the legend.
    init(_ x: Axis, _ y: Axis, _ labels: Labels, width: Double, height: Double, top: Double) {
        self.x = x
        self.y = y
        let widest = y.ticks.map { Scene.width(of: $0.label) }.max() ?? 0
        let left = widest + 14 + (labels.y.isEmpty ? 0 : 18)
        let bottom = 26.0 + (labels.x.isEmpty ? 0 : 18)
        let lastLabel = Scene.width(of: x.ticks.last?.label ?? "") / 2
        let right = max(14, min(lastLabel, 60))
        area = Rectangle(
            x: left, y: top, width: max(10, width - left - right), height: max(10, height - top - bottom))
    }

    /// The place of a pair of numbers; nil where an axis cannot hold one.
    func place(_ x: Double, _ y: Double) -> Point? {
        guard let across = self.x.part(x), let up = self.y.part(y) else { return nil }
        return Point(area.x + across * area.width, area.y + (1 - up) * area.height)
    }

    /// Draws the grid, the ticks and what the axes are called.
    func draw(_ labels: Labels, into scene: inout Scene) {
        for tick in y.ticks {
            guard let part = y.part(tick.value) else { continue }
            let height = area.y + (1 - part) * area.height
            scene.line([Point(area.x, height), Point(area.x + area.width, height)], .grid)
            scene.text(tick.label, Point(area.x - 8, height + 4), .muted, anchor: .end)
        }
        var free = -Double.infinity
        for tick in x.ticks {
            guard let part = x.part(tick.value) else { continue }
            let place = area.x + part * area.width
            scene.line([Point(place, area.y + area.height), Point(place, area.y + area.height + 4)], .muted)
            // Labels that would touch are left out.
            let half = Scene.width(of: tick.label) / 2
            guard place - half >= free else { continue }
            scene.text(tick.label, Point(place, area.y + area.height + 18), .muted, anchor: .middle)
            free = place + half + 6
        }
        scene.line(
            [Point(area.x, area.y + area.height), Point(area.x + area.width, area.y + area.height)], .muted)
        let middle = Point(area.x + area.width / 2, area.y + area.height + 38)
        scene.text(Scene.fitting(labels.x, area.width), middle, anchor: .middle)
        scene.text(
            Scene.fitting(labels.y, area.height), Point(14, area.y + area.height / 2), anchor: .middle, isUpright: true)
    }
}
