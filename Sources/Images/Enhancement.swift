extension Image {
    /// Darker (below 1) or brighter (above), as Pillow's `ImageEnhance.Brightness`.
    public func brightened(_ factor: Float) -> Image { blended(factor) { _ in 0 } }

    /// With less (below 1) or more contrast around the mean grey, as Pillow's `ImageEnhance.Contrast`.
    public func contrasted(_ factor: Float) -> Image {
        let grey = greyscale().pixels
        let sum = grey.reduce(0) { $0 + Int($1) }
        let mean = UInt8(Double(sum) / Double(grey.count) + 0.5)
        return blended(factor) { _ in mean }
    }

    /// With paler (below 1) or stronger colours, as Pillow's `ImageEnhance.Color`.
    public func saturated(_ factor: Float) -> Image {
        guard channels == 3 else { return self }
        let grey = greyscale().pixels
        return blended(factor) { grey[$0] }
    }

    /// Its colours turned around the circle by a share of it, in steps of a 255th, as torchvision's `adjust_hue` does it
    /// with Pillow's HSV images. A grey image has none.
    ///
    /// - Parameter factor: from -0.5 to 0.5.
    public func hueTurned(_ factor: Double) -> Image {
        guard channels == 3 else { return self }
        let turn = UInt8(truncatingIfNeeded: Int(min(max(factor, -0.5), 0.5) * 255))
        let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { target, filled in
            for place in stride(from: 0, to: pixels.count, by: 3) {
                var colour = HSV(red: pixels[place], green: pixels[place + 1], blue: pixels[place + 2])
                colour.hue &+= turn
                (target[place], target[place + 1], target[place + 2]) = colour.rgb
            }
            filled = pixels.count
        }
        return Image(width: width, height: height, channels: channels, checked: turned)
    }

    /// Between another image (0) and this one (1) or beyond, as Pillow's `blend`.
    ///
    /// - Parameter other: the sample of all channels of the other image at a pixel.
    private func blended(_ factor: Float, with other: (Int) -> UInt8) -> Image {
        let channels = channels
        let mixed = [UInt8](unsafeUninitializedCapacity: pixels.count) { target, filled in
            for pixel in 0..<width * height {
                let from = Float(other(pixel))
                for place in pixel * channels..<(pixel + 1) * channels {
                    target[place] = UInt8(max(0, min(from + factor * (Float(pixels[place]) - from), 255)))
                }
            }
            filled = pixels.count
        }
        return Image(width: width, height: height, channels: channels, checked: mixed)
    }
}

/// A colour by hue, saturation and value, each from 0 to 255: Pillow's mode "HSV", with its roundings.
struct HSV {
    var hue: UInt8
    let saturation: UInt8
    let value: UInt8

    init(red: UInt8, green: UInt8, blue: UInt8) {
        let (most, least) = (max(red, green, blue), min(red, green, blue))
        value = most
        guard most > least else {
            (hue, saturation) = (0, 0)
            return
        }
        let range = Float(most - least)
        let (r, g, b) = (Float(most - red) / range, Float(most - green) / range, Float(most - blue) / range)
        let sixths: Float
        if red == most {
            sixths = b - g
        } else if green == most {
            sixths = Float(2 + Double(r) - Double(b))
        } else {
            sixths = Float(4 + Double(g) - Double(r))
        }
        let turn = Float((Double(sixths) / 6 + 1).truncatingRemainder(dividingBy: 1))
        hue = UInt8(Double(turn) * 255)
        saturation = UInt8(Double(range / Float(most)) * 255)
    }

    var rgb: (UInt8, UInt8, UInt8) {
        guard saturation > 0 else { return (value, value, value) }
        let sixths = Double(hue) * 6 / 255
        let sector = Int(sixths)
        let rest = Double(Float(sixths - Double(sector)))
        let share = Double(Float(Double(saturation) / 255))
        func part(_ lost: Double) -> UInt8 { UInt8((Double(value) * (1 - lost)).rounded(.toNearestOrAwayFromZero)) }
        let (p, q, t) = (part(share), part(share * rest), part(share * (1 - rest)))
        return switch sector % 6 {
        case 0: (value, t, p)
        case 1: (q, value, p)
        case 2: (p, value, t)
        case 3: (p, q, value)
        case 4: (t, p, value)
        default: (value, p, q)
        }
    }
}
