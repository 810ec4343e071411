import Images

/// A scene as SVG text.
public struct SVGDrawing {
    private let scene: Scene
    private let isPart: Bool

    /// - Parameter isPart: whether it stands in a page whose style gives the roles their colours as the variables
    ///   `--ink`, `--muted`, `--grid`, `--paper` and `--s0` to `--s6`. Default: false, a file on white.
    public init(_ scene: Scene, isPart: Bool = false) {
        self.scene = scene
        self.isPart = isPart
    }

    /// The element, or with a declaration the file.
    public var text: String {
        let (width, height) = (number(scene.width), number(scene.height))
        var text = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(height)\""
        if !isPart { text += " width=\"\(width)\" height=\"\(height)\"" }
        text += " font-family=\"system-ui, sans-serif\">\n"
        if !isPart { text += "<rect width=\"100%\" height=\"100%\" fill=\"\(colour(.background))\"/>\n" }
        for item in scene.items { text += element(item) + "\n" }
        return text + "</svg>\n"
    }

    private func element(_ item: Scene.Item) -> String {
        switch item {
        case .line(let points, let ink, let width, let isDashed):
            let dashes = isDashed ? " stroke-dasharray=\"5 4\"" : ""
            let style = "fill=\"none\" stroke=\"\(colour(ink))\" stroke-width=\"\(number(width))\"\(dashes)"
            let places = points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
            // A line of one point is a dot.
            let shown = points.count == 1 ? "\(places) \(places)" : places
            return "<polyline points=\"\(shown)\" \(style) stroke-linecap=\"round\" stroke-linejoin=\"round\"/>"
        case .rectangle(let rectangle, let ink): return "<rect \(box(rectangle)) fill=\"\(colour(ink))\"/>"
        case .text(let text):
            let anchor =
                switch text.anchor {
                case .start: ""
                case .middle: " text-anchor=\"middle\""
                case .end: " text-anchor=\"end\""
                }
            let (x, y) = (number(text.place.x), number(text.place.y))
            let turn = text.isUpright ? " transform=\"rotate(-90 \(x) \(y))\"" : ""
            return "<text x=\"\(x)\" y=\"\(y)\" font-size=\"\(number(text.size))\" fill=\"\(colour(text.ink))\""
                + "\(anchor)\(turn)>\(escapedMarkup(text.text))</text>"
        case .image(let image, let rectangle):
            // An image that cannot be written for want of memory is left out.
            let data = (try? encodePNG(image)).map { dataURI($0, type: "image/png") } ?? ""
            return "<image \(box(rectangle)) preserveAspectRatio=\"none\" style=\"image-rendering: pixelated\" "
                + "href=\"\(data)\"/>"
        }
    }

    private func box(_ rectangle: Rectangle) -> String {
        "x=\"\(number(rectangle.x))\" y=\"\(number(rectangle.y))\" width=\"\(number(rectangle.width))\" "
            + "height=\"\(number(rectangle.height))\""
    }

    private func colour(_ ink: Ink) -> String {
        if isPart {
            switch ink {
            case .foreground: return "var(--ink)"
            case .muted: return "var(--muted)"
            case .grid: return "var(--grid)"
            case .background: return "var(--paper)"
            case .series(let number): return "var(--s\(number % Palette.series.count))"
            case .rgb: break
            }
        }
        let colour = Palette.onWhite(ink)
        return "#" + [colour.red, colour.green, colour.blue].map { $0.hexadecimal }.joined()
    }

    private func number(_ value: Double) -> String { decimal(value, digits: 1) }
}

extension UInt8 {
    fileprivate var hexadecimal: String { (self < 16 ? "0" : "") + String(self, radix: 16) }
}

/// A text in HTML, SVG or XML, in an attribute too: what has a meaning there is replaced, and so is what XML has no
/// place for.
public func escapedMarkup(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": escaped += "&amp;"
        case "<": escaped += "&lt;"
        case ">": escaped += "&gt;"
        case "\"": escaped += "&quot;"
        case "'": escaped += "&#39;"
        default:
            let isAllowed = scalar.value >= 32 && scalar.value != 127 && !scalar.properties.isNoncharacterCodePoint
            escaped.unicodeScalars.append(isAllowed ? scalar : "\u{fffd}")
        }
    }
    return escaped
}

/// Bytes as an address that holds them (RFC 2397).
public func dataURI(_ bytes: [UInt8], type: String) -> String { "data:\(type);base64,\(base64(bytes))" }

/// Bytes as Base64 (RFC 4648).
public func base64(_ bytes: [UInt8]) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let given = bytes[start..<min(start + 3, bytes.count)]
        let word = given.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - given.count))
        for place in 0..<4 {
            text.append(place <= given.count ? letters[Int(word >> UInt32(18 - 6 * place) & 63)] : UInt8(ascii: "="))
        }
    }
    return String(decoding: text, as: UTF8.self)
}
