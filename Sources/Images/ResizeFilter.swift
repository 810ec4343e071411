import CLibrary

/// How pixels between pixels are made: torchvision's `InterpolationMode`, Pillow's `Resampling`.
public enum Interpolation: String, Sendable, CaseIterable {
    case nearest
    case bilinear
    case bicubic
    case box
    case hamming
    case lanczos
}

extension Interpolation {
    /// The filter that resizes; nil for the nearest pixel.
    package var kernel: ResizeKernel? {
        switch self {
        case .nearest: nil
        case .box: ResizeKernel(support: 0.5) { $0 > -0.5 && $0 <= 0.5 ? 1 : 0 }
        case .bilinear: ResizeKernel(support: 1) { max(1 - abs($0), 0) }
        case .hamming:
            ResizeKernel(support: 1) {
                let x = abs($0) * Double.pi
                return $0 == 0 ? 1 : abs($0) >= 1 ? 0 : sin(x) / x * (0.54 + 0.46 * cos(x))
            }
        case .bicubic:
            // Keys's cubic convolution with a = -0.5.
            ResizeKernel(support: 2) {
                let (x, a) = (abs($0), -0.5)
                return x < 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
            }
        case .lanczos:
            ResizeKernel(support: 3) {
                func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(x * Double.pi) / (x * Double.pi) }
                return $0 >= -3 && $0 < 3 ? sinc($0) * sinc($0 / 3) : 0
            }
        }
    }
}

/// A filter for lines that are neither enlarged nor made smaller.
package struct ResizeKernel {
    /// It is 0 farther than this from its middle, in samples.
    package let support: Double
    package let weight: (Double) -> Double
}

/// The weights that make a line of one size from a line of another.
package struct ResizeFilter {
    let kernel: ResizeKernel
    let oldSize: Int
    package let newSize: Int
    let spreads: Bool

    /// - Parameter spreads: whether a line that shrinks is averaged, not only sampled. Default: true.
    package init(_ kernel: ResizeKernel, from oldSize: Int, to newSize: Int, spreads: Bool = true) {
        (self.kernel, self.oldSize, self.newSize, self.spreads) = (kernel, oldSize, newSize, spreads)
    }

    /// Calls `body` for each place of the new line with the stretch of the old line that makes it: its start and
    /// the weight of each of its samples, which add up to about 1.
    ///
    /// The order of the operations is Pillow's: another one differs in the last bit, and then in a pixel.
    package func forEachWindow(_ body: (_ place: Int, _ first: Int, _ weights: UnsafeBufferPointer<Double>) -> Void) {
        let scale = Double(oldSize) / Double(newSize)
        // Enlarging interpolates between neighbours, shrinking spreads the filter over all that become one.
        let spread = spreads ? max(scale, 1) : 1
        let support = kernel.support * spread
        let inverse = 1 / spread
        let most = min(Int(support.rounded(.up)) * 2 + 1, oldSize)
        withUnsafeTemporaryAllocation(of: Double.self, capacity: most) { weights in
            for place in 0..<newSize {
                let center = (Double(place) + 0.5) * scale
                let first = max(Int(center - support + 0.5), 0)
                let count = max(0, min(Int(center + support + 0.5), oldSize) - first)
                var total = 0.0
                for i in 0..<count {
                    weights[i] = kernel.weight((Double(i + first) - center + 0.5) * inverse)
                    total += weights[i]
                }
                if total != 0 { for i in 0..<count { weights[i] /= total } }
                body(place, first, UnsafeBufferPointer(rebasing: weights[..<count]))
            }
        }
    }

    /// The same with weights in fixed point, which add up to about `1 << precision`.
    func forEachWindow(
        precision: Int32, _ body: (_ place: Int, _ first: Int, _ weights: UnsafeBufferPointer<Int32>) -> Void
    ) {
        let one = Double(1 << precision)
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: oldSize) { fixed in
            forEachWindow { place, first, weights in
                for (i, weight) in weights.enumerated() {
                    fixed[i] = Int32(weight < 0 ? weight * one - 0.5 : weight * one + 0.5)
                }
                body(place, first, UnsafeBufferPointer(rebasing: fixed[..<weights.count]))
            }
        }
    }
}
