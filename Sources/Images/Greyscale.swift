extension Image {
    /// The image in one channel: the luma of ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B, in the 16-bit fixed point
    /// and with the rounding of Pillow's `convert("L")`, whose bytes it equals. A grey image is itself.
    public func greyscale() -> Image {
        guard channels == 3 else { return self }
        let count = width * height
        let grey = pixels.withUnsafeBufferPointer { source in
            [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
                for i in 0..<count {
                    let red = UInt32(source[3 * i])
                    let green = UInt32(source[3 * i + 1])
                    let blue = UInt32(source[3 * i + 2])
                    // The weights add up to 1 << 16, so the sum stays below 256 << 16.
                    let luma = (red &* 19595 &+ green &* 38470 &+ blue &* 7471 &+ 0x8000) >> 16
                    target[i] = UInt8(truncatingIfNeeded: luma)
                }
                initialized = count
            }
        }
        return Image(width: width, height: height, channels: 1, checked: grey)
    }
}

extension Image {
    /// The image in three channels, as Pillow's `convert("RGB")` makes it: a grey one has its samples three times.
    public func inColour() -> Image {
        guard channels == 1 else { return self }
        let count = width * height
        let colours = pixels.withUnsafeBufferPointer { source in
            [UInt8](unsafeUninitializedCapacity: 3 * count) { target, initialized in
                for i in 0..<count {
                    for channel in 0..<3 { target[3 * i + channel] = source[i] }
                }
                initialized = 3 * count
            }
        }
        return Image(width: width, height: height, channels: 3, checked: colours)
    }
}
