import Images

extension Picture {
    /// A picture of another size whose pixels are taken from this one or are of one colour.
    ///
    /// - Parameters:
    ///   - fill: a finite number for each channel, for places that have no source; 0 where it lacks one.
    ///   - source: the row and the column that a place takes its pixel from; outside the picture for `fill`.
    func rearranged(
        height: Int, width: Int, fill: [Double] = [], source: (_ y: Int, _ x: Int) -> (y: Int, x: Int)
    ) -> Picture {
        // The place of each pixel's source, worked out once for all channels; -1 for those that have none.
        let (oldHeight, oldWidth) = (shape.height, shape.width)
        let places = [Int](unsafeUninitializedCapacity: height * width) { places, filled in
            for y in 0..<height {
                for x in 0..<width {
                    let from = source(y, x)
                    let isInside = from.y >= 0 && from.y < oldHeight && from.x >= 0 && from.x < oldWidth
                    places[y * width + x] = isInside ? from.y * oldWidth + from.x : -1
                }
            }
            filled = height * width
        }
        switch self {
        case .image(let image):
            let colour = (0..<image.channels).map { $0 < fill.count ? UInt8(max(0, min(fill[$0], 255))) : 0 }
            return .image(image.taking(places, width, height, colour))
        case .floats(let floats): return .floats(floats.taking(places, height, width, fill))
        }
    }
}

extension FloatPicture {
    fileprivate func taking(_ places: [Int], _ height: Int, _ width: Int, _ fill: [Double]) -> FloatPicture {
        let (channels, plane) = (channels, self.height * self.width)
        let taken = [Float](unsafeUninitializedCapacity: places.count * channels) { target, filled in
            for channel in 0..<channels {
                let empty = channel < fill.count ? Float(fill[channel]) : 0
                for (place, from) in places.enumerated() {
                    target[channel * places.count + place] = from < 0 ? empty : values[channel * plane + from]
                }
            }
            filled = places.count * channels
        }
        return FloatPicture(channels: channels, height: height, width: width, checked: taken)
    }
}
