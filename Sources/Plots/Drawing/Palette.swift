/// Colours that people with any kind of colour vision tell apart.
public enum Palette {
    /// Of curves: those of Okabe and Ito (2008), without the yellow that is hardly seen on white; on a dark ground
    /// lighter blue and no black.
    static let series = [
        RGB(0, 114, 178), RGB(213, 94, 0), RGB(0, 158, 115), RGB(204, 121, 167), RGB(230, 159, 0), RGB(86, 180, 233),
        RGB(110, 110, 110),
    ]

    /// A colour for a part of the way from nothing (0) to the most (1): white to dark blue, ever darker (ColorBrewer's
    /// "Blues").
    static func blues(_ part: Double) -> RGB { blend(bluesStops, part) }

    private static let bluesStops = [
        RGB(247, 251, 255), RGB(222, 235, 247), RGB(198, 219, 239), RGB(158, 202, 225), RGB(107, 174, 214),
        RGB(66, 146, 198), RGB(33, 113, 181), RGB(8, 81, 156), RGB(8, 48, 107),
    ]

    private static func blend(_ stops: [RGB], _ part: Double) -> RGB {
        let place = min(max(part.isNaN ? 0 : part, 0), 1) * Double(stops.count - 1)
        let below = min(Int(place), stops.count - 2)
        let (first, second, share) = (stops[below], stops[below + 1], place - Double(below))
        func mixed(_ a: UInt8, _ b: UInt8) -> UInt8 { UInt8((Double(a) + (Double(b) - Double(a)) * share).rounded()) }
        return RGB(
            mixed(first.red, second.red), mixed(first.green, second.green), mixed(first.blue, second.blue))
    }

    /// The colours of a drawing on white.
    static func onWhite(_ ink: Ink) -> RGB {
        switch ink {
        case .foreground: RGB(32, 33, 36)
        case .muted: RGB(95, 99, 104)
        case .grid: RGB(226, 228, 231)
        case .background: RGB(255, 255, 255)
        case .series(let number): series[number % series.count]
        case .rgb(let colour): colour
        }
    }
}
