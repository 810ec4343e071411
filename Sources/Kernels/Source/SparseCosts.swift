import KernelInterface

/// What a gradient from sparse gradients costs and what from dense ones, in cycles of a processor with vectors of this
/// size. Measured on Zen 5 over some sixty shapes, of which the choice between the two is wrong for one in ten, and then
/// mostly by less than a third.
enum SparseCosts {
    /// A vector added to a sum in registers; from a place that is not aligned; to memory.
    static let addedVector = 1.0, unalignedVector = 2.0, storedVector = 1.45
    /// Finding a gradient that is not zero, and beginning to add in registers or to memory.
    static let nonzeroAdded = 3.0, nonzeroStored = 8.0
    /// A vector of weights added up at a pixel; finding them; beginning with a list, and with each vector of its sums;
    /// listing a gradient that is not zero.
    static let gatheredVector = 0.75, nonzeroGathered = 1.2, beganList = 10.0, beganVector = 1.5, nonzeroListed = 6.0
    /// A float of a weight packed, or of sums added up.
    static let packedFloat = 0.6, joinedFloat = 2.0

    /// Images packed, or cleared and unpacked: from the cache, or where there are many, more and more from memory.
    ///
    /// - Parameter far: cycles that a float takes from memory.
    static func moved(_ floats: Int, far: Double) -> Double {
        Double(floats) * (0.2 + far * min(1, Double(floats) / 6e6))
    }

    /// All products, at three quarters of the peak of two vectors in a cycle, which few channels do not reach.
    static func denseWeight(_ s: Convolution, _ images: Int) -> Double {
        let (inputs, outputs) = (Double(s.inChannels), Double(s.outChannels))
        return dense(s, images, s) ?? products(s, images) * (1 + 4 / outputs) * (1 + 1.5 / inputs)
    }

    static func denseInput(_ s: Convolution, _ images: Int) -> Double {
        let (channels, columns) = (Double(s.inChannels), Double(s.columns.size))
        return s.reversed.flatMap { dense(s, images, $0) }
            ?? products(s, images) * (1 + 2 / (channels * channels)) * (1 + 6 / (channels * columns))
    }

    private static func products(_ s: Convolution, _ images: Int) -> Double {
        // To start and join what few products take comes on top.
        10_000 + Double(images * s.outChannels * s.outPixels) * Double(s.taps) / (1.5 * Double(lanes))
    }

    /// Where minimal filtering takes fewer products: see `WinogradTiles.pay`.
    private static func dense(_ s: Convolution, _ images: Int, _ worked: Convolution) -> Double? {
        guard WinogradTiles.pay(worked, images) else { return nil }
        return products(s, images) * (16 + 200 * (1 / Double(s.inChannels) + 1 / Double(s.outChannels))) / 36
    }
}
