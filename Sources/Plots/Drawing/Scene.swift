import Images

/// A place in a scene: x to the right, y downwards, in points.
public struct Point: Equatable, Sendable {
    public var x: Double
    public var y: Double

    public init(_ x: Double, _ y: Double) {
        self.x = x
        self.y = y
    }
}

/// A rectangle in a scene.
public struct Rectangle: Equatable, Sendable {
    public var x: Double
    public var y: Double
    public var width: Double
    public var height: Double

    public init(x: Double, y: Double, width: Double, height: Double) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }
}

/// What a part of a scene is painted with. All but `rgb` are roles, which a page may give other colours in the dark.
public enum Ink: Equatable, Sendable {
    case foreground, muted, grid, background
    /// The curve of that number, from 0; see `Palette.series`.
    case series(Int)
    case rgb(RGB)
}

/// A colour of the screen (sRGB), 0 to 255.
public struct RGB: Equatable, Sendable {
    public var red: UInt8
    public var green: UInt8
    public var blue: UInt8

    public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }
}

/// A drawing of lines, rectangles, texts and pictures that `SVGDrawing` and `Raster` turn into files.
public struct Scene {
    /// In points; a file of pixels has some for each.
    public let width: Double
    public let height: Double
    private(set) var items: [Item] = []

    enum Item {
        case line([Point], Ink, width: Double, isDashed: Bool)
        case rectangle(Rectangle, Ink)
        case text(Text)
        case image(Image, Rectangle)
    }

    struct Text {
        let text: String
        let place: Point
        let size: Double
        let ink: Ink
        let anchor: Anchor
        /// Whether it is read from below.
        let isUpright: Bool
    }

    /// Which part of a text is at its place. Its place is on the line that letters stand on.
    enum Anchor { case start, middle, end }

    init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    mutating func line(_ points: [Point], _ ink: Ink, width: Double = 1, isDashed: Bool = false) {
        items.append(.line(points, ink, width: width, isDashed: isDashed))
    }

    mutating func rectangle(_ rectangle: Rectangle, _ ink: Ink) { items.append(.rectangle(rectangle, ink)) }

    mutating func text(
        _ text: String, _ place: Point, size: Double = Scene.textSize, _ ink: Ink = .foreground,
        anchor: Anchor = .start, isUpright: Bool = false
    ) {
        guard !text.isEmpty else { return }
        items.append(
            .text(Text(text: text, place: place, size: size, ink: ink, anchor: anchor, isUpright: isUpright)))
    }

    mutating func image(_ image: Image, _ rectangle: Rectangle) { items.append(.image(image, rectangle)) }

    /// How large texts are, in points, and titles.
    static let textSize = 12.0
    static let titleSize = 14.0

    /// About how wide a text is.
    static func width(of text: String, size: Double = textSize) -> Double { Double(text.count) * size * 0.62 }

    /// A text cut to a width, with an ellipsis where something is left out.
    static func fitting(_ text: String, _ width: Double, size: Double = textSize) -> String {
        let most = max(1, Int(width / (size * 0.62)))
        return text.count <= most ? text : text.prefix(most - 1) + "…"
    }
}
