import Images

extension FloatPicture {
    /// - Throws: `TransformError` for what torchvision does with tensors and is not done here, or not there.
    static func checkResizing(_ interpolation: Interpolation, antialias: Bool) throws {
        let isKnown =
            switch interpolation {
            case .nearest, .bilinear: true
            case .bicubic: antialias
            default: false
            }
        guard isKnown else {
            throw TransformError(
                "Resize: a tensor takes nearest, bilinear, or bicubic with antialias, got \(interpolation.rawValue)"
                    + (antialias ? "" : " without antialias"))
        }
    }

    /// The picture at another size, as `torch.nn.functional.interpolate` makes it: columns first, then rows.
    func resized(_ height: Int, _ width: Int, _ interpolation: Interpolation, antialias: Bool) -> FloatPicture {
        guard let kernel = interpolation.kernel else { return resizedToNearest(height, width) }
        return resizedColumns(ResizeFilter(kernel, from: self.width, to: width, spreads: antialias))
            .resizedRows(ResizeFilter(kernel, from: self.height, to: height, spreads: antialias))
    }

    private func resizedColumns(_ filter: ResizeFilter) -> FloatPicture {
        let (old, new, lines) = (width, filter.newSize, channels * height)
        guard old != new else { return self }
        let made = [Float](unsafeUninitializedCapacity: new * lines) { target, filled in
            filter.forEachWindow { x, first, weights in
                for line in 0..<lines {
                    var sum: Float = 0
                    for (i, weight) in weights.enumerated() { sum += values[line * old + first + i] * Float(weight) }
                    target[line * new + x] = sum
                }
            }
            filled = new * lines
        }
        return FloatPicture(channels: channels, height: height, width: new, checked: made)
    }

    private func resizedRows(_ filter: ResizeFilter) -> FloatPicture {
        let (old, new) = (height, filter.newSize)
        guard old != new else { return self }
        let made = [Float](unsafeUninitializedCapacity: channels * new * width) { target, filled in
            filter.forEachWindow { y, first, weights in
                for channel in 0..<channels {
                    for x in 0..<width {
                        var sum: Float = 0
                        for (i, weight) in weights.enumerated() {
                            sum += values[(channel * old + first + i) * width + x] * Float(weight)
                        }
                        target[(channel * new + y) * width + x] = sum
                    }
                }
            }
            filled = channels * new * width
        }
        return FloatPicture(channels: channels, height: new, width: width, checked: made)
    }

    /// PyTorch's nearest pixel is the one that a pixel's upper left corner lies in, Pillow's that of its middle.
    private func resizedToNearest(_ height: Int, _ width: Int) -> FloatPicture {
        func places(from old: Int, to new: Int) -> [Int] {
            let step = Float(old) / Float(new)
            return (0..<new).map { min(Int(Float($0) * step), old - 1) }
        }
        let (rows, columns) = (places(from: self.height, to: height), places(from: self.width, to: width))
        let taken = (0..<channels).flatMap { channel in
            rows.flatMap { row in columns.map { values[(channel * self.height + row) * self.width + $0] } }
        }
        return FloatPicture(channels: channels, height: height, width: width, checked: taken)
    }
}
