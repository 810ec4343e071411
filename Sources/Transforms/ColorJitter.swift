import Images
import Tensors

/// Changes brightness, contrast, saturation and hue by drawn amounts, in a drawn order
/// (`torchvision.transforms.ColorJitter`). Images have the bytes of Pillow's `ImageEnhance` and HSV.
public struct ColorJitter: Transform {
    /// The smallest and the largest amount of each; nil where it stays.
    private let ranges: [[Double]?]

    /// - Parameters: each the smallest and the largest factor, or one number for that much around 1 (around 0 for the hue,
    ///   which is a share of the circle, from -0.5 to 0.5); factors are not negative. Default: no change.
    /// - Throws: `TransformError`.
    public init(
        brightness: [Double] = [0], contrast: [Double] = [0], saturation: [Double] = [0], hue: [Double] = [0]
    ) throws {
        func range(_ values: [Double], _ argument: String) throws -> [Double]? {
            let isHue = argument == "hue"
            let center = isHue ? 0.0 : 1.0
            var range = values
            if values.count == 1 {
                guard values[0] >= 0 else {
                    throw TransformError(
                        "ColorJitter: \(argument): a number from 0 expected, got \(PythonText.given(values[0]))")
                }
                range = [center - values[0], center + values[0]]
                if !isHue { range[0] = max(range[0], 0) }
            }
            try Self.check(range, argument, isHue)
            return range == [center, center] ? nil : range
        }
        ranges = [
            try range(brightness, "brightness"), try range(contrast, "contrast"), try range(saturation, "saturation"),
            try range(hue, "hue"),
        ]
    }

    private static func check(_ range: [Double], _ argument: String, _ isHue: Bool) throws {
        let (low, high) = isHue ? (-0.5, 0.5) : (0, 1e6)
        guard range.count == 2, low <= range[0], range[0] <= range[1], range[1] <= high else {
            throw TransformError(
                "ColorJitter: \(argument): values from \(PythonText.given(low)) to \(PythonText.given(high)) expected, "
                    + "got \(PythonText.list(range))")
        }
    }

    public var isRandom: Bool { true }

    public func prepare(_ shape: inout PictureShape, _ generator: Generator) throws -> PictureWork {
        let shape = shape
        guard shape.channels == 1 || shape.channels == 3 else {
            throw TransformError("ColorJitter: 1 or 3 channels expected, got \(shape)")
        }
        let order = generator.permutation(4)
        let amounts = ranges.map { range in
            range.map { Double(generator.uniform(Float($0[0]), Float($0[1]))) }
        }
        return only(shape) { picture in
            var picture = picture
            for change in order {
                guard let amount = amounts[change] else { continue }
                switch picture {
                case .image(let image): picture = .image(image.changed(change, amount))
                case .floats(let floats): picture = .floats(floats.changed(change, Float(amount)))
                }
            }
            return picture
        }
    }

    public var description: String {
        let texts = zip(["brightness", "contrast", "saturation", "hue"], ranges).map { name, range in
            "\(name)=\(range.map { PythonText.tuple($0) } ?? "None")"
        }
        return "\(name)(\(texts.joined(separator: ", ")))"
    }
}

extension Image {
    fileprivate func changed(_ change: Int, _ amount: Double) -> Image {
        switch change {
        case 0: brightened(Float(amount))
        case 1: contrasted(Float(amount))
        case 2: saturated(Float(amount))
        default: hueTurned(amount)
        }
    }
}

extension FloatPicture {
    fileprivate func changed(_ change: Int, _ amount: Float) -> FloatPicture {
        let plane = height * width
        switch change {
        case 0: return blended(amount) { _ in 0 }
        case 1:
            let luma = luma
            let mean = Float(luma.reduce(0.0) { $0 + Double($1) } / Double(plane))
            return blended(amount) { _ in mean }
        case 2 where channels == 3:
            let luma = luma
            return blended(amount) { luma[$0 % plane] }
        case 3 where channels == 3: return hueTurned(amount)
        default: return self
        }
    }

    private func blended(_ factor: Float, with other: (Int) -> Float) -> FloatPicture {
        let mixed = values.indices.map { max(0, min(factor * values[$0] + (1 - factor) * other($0), 1)) }
        return FloatPicture(channels: channels, height: height, width: width, checked: mixed)
    }

    private func hueTurned(_ turn: Float) -> FloatPicture {
        let plane = height * width
        var turned = values
        for i in 0..<plane {
            let (r, g, b) = (values[i], values[plane + i], values[2 * plane + i])
            let (most, least) = (max(r, g, b), min(r, g, b))
            guard most > least else { continue }
            let range = most - least
            let (red, green, blue) = ((most - r) / range, (most - g) / range, (most - b) / range)
            let sixths = r == most ? blue - green : g == most ? 2 + red - blue : 4 + green - red
            var hue = (sixths / 6 + 1).truncatingRemainder(dividingBy: 1) + turn
            hue -= hue.rounded(.down)
            let saturation = range / most
            let sector = (hue * 6).rounded(.down)
            let rest = hue * 6 - sector
            func part(_ lost: Float) -> Float { max(0, min(most * (1 - lost), 1)) }
            let (p, q, t) = (part(saturation), part(saturation * rest), part(saturation * (1 - rest)))
            let colour: [Float] =
                switch sector {
                case 1: [q, most, p]
                case 2: [p, most, t]
                case 3: [p, q, most]
                case 4: [t, p, most]
                case 5: [most, p, q]
                default: [most, t, p]
                }
            for channel in 0..<3 { turned[channel * plane + i] = colour[channel] }
        }
        return FloatPicture(channels: channels, height: height, width: width, checked: turned)
    }
}
