extension Tensor {
    /// Sets every element to what `draw` gives, in the order in which the elements lie in memory, as PyTorch does: the
    /// dimension whose elements lie farthest apart is the outermost.
    ///
    /// - Throws: `TensorError` where the tensor cannot be changed in place.
    func draw(_ draw: () -> Double) throws {
        try expectChangeable()
        storage.willChange()
        switch dtype {
        case .float32: store(as: Float.self) { Float(draw()) }
        case .float64: store(as: Double.self, draw)
        default: try drawIntegers { Int64(exactly: draw().rounded(.towardZero)) ?? .max }
        }
    }

    /// The same for integers, of which the type's lower bits are kept.
    func drawIntegers(_ draw: () -> Int64) throws {
        try expectChangeable()
        storage.willChange()
        switch dtype {
        case .float32: store(as: Float.self) { Float(draw()) }
        case .float64: store(as: Double.self) { Double(draw()) }
        case .int64: store(as: Int64.self, draw)
        case .int32: store(as: Int32.self) { Int32(truncatingIfNeeded: draw()) }
        case .int16: store(as: Int16.self) { Int16(truncatingIfNeeded: draw()) }
        case .int8, .uint8: store(as: UInt8.self) { UInt8(truncatingIfNeeded: draw()) }
        case .bool: store(as: UInt8.self) { draw() == 0 ? 0 : 1 }
        }
    }

    private func store<T>(as type: T.Type, _ draw: () -> T) {
        let values = address(as: type)
        if isContiguous {
            for i in 0..<count { values[i] = draw() }
            return
        }
        let order = strideOrder
        var (index, offset) = ([Int](repeating: 0, count: dim), 0)
        for _ in 0..<count {
            values[offset] = draw()
            for d in order.reversed() {
                index[d] += 1
                offset += strides[d]
                if index[d] < shape[d] { break }
                offset -= shape[d] * strides[d]
                index[d] = 0
            }
        }
    }

    /// Uniform numbers in `low..<high` put into this tensor.
    public func drawUniform(_ low: Double, _ high: Double, _ generator: Generator) throws {
        if dtype == .float64 { return try draw { generator.uniform53() * (high - low) + low } }
        let (low, high) = (Float(low), Float(high))
        try draw { Double(generator.uniform(low, high)) }
    }

    /// Normally distributed numbers put into this tensor.
    public func drawNormal(_ mean: Double, _ deviation: Double, _ generator: Generator) throws {
        guard count >= 16, isContiguous else { return try draw { generator.normal() * deviation + mean } }
        try expectChangeable()
        storage.willChange()
        if dtype == .float64 {
            let values = UnsafeMutableBufferPointer(start: address(as: Double.self), count: count)
            generator.fillNormal(values)
            if mean != 0 || deviation != 1 { for i in values.indices { values[i] = values[i] * deviation + mean } }
        } else {
            let values = UnsafeMutableBufferPointer(start: floats, count: count)
            generator.fillNormal(values)
            let (mean, deviation) = (Float(mean), Float(deviation))
            if mean != 0 || deviation != 1 { for i in values.indices { values[i] = values[i] * deviation + mean } }
        }
    }

    /// - Throws: `TensorError` where this type cannot hold random numbers of a continuous distribution.
    func expectDrawable() throws {
        guard dtype.isFloatingPoint else {
            throw TensorError("float32 or float64 expected for such random numbers, got \(dtype.rawValue)")
        }
    }
}
