/// A linear layer whose weights do not change, brought into the order in which its kernel reads them; a rectifier may
/// follow it.
public final class PackedLinear: @unchecked Sendable {
    public let inputs: Int, outputs: Int
    /// Whether negative results are replaced by 0.
    public let isRectified: Bool
    /// Outputs that stand side by side: as many as fill whole vectors of every instruction set.
    public static let panelWidth = 64, narrowWidth = 16
    /// For each panel, input and output of it, in this order; what is beyond the last output is 0. A last panel of few
    /// outputs is divided into narrow ones.
    public let weight: UnsafeMutablePointer<Float>
    /// Filled up with zeros likewise.
    public let bias: UnsafeMutablePointer<Float>

    /// - Parameters:
    ///   - weight: the weight of input `i` for output `o` at `o · outputStep + i · inputStep`.
    ///   - bias: `[outputs]`; nil for zeros.
    public init(
        inputs: Int, outputs: Int, weight: UnsafePointer<Float>, outputStep: Int, inputStep: Int,
        bias: UnsafePointer<Float>?, isRectified: Bool
    ) {
        self.inputs = inputs
        self.outputs = outputs
        self.isRectified = isRectified
        let padded = (outputs + Self.narrowWidth - 1) / Self.narrowWidth * Self.narrowWidth
        self.weight = UnsafeMutableRawPointer.allocate(
            byteCount: 4 * max(1, padded * inputs), alignment: 64
        ).assumingMemoryBound(to: Float.self)
        self.bias = .allocate(capacity: padded)
        for o in 0..<padded { self.bias[o] = o < outputs ? bias?[o] ?? 0 : 0 }
        var first = 0
        while first < padded {
            let width = Self.width(padded - first)
            let panel = self.weight + first * inputs
            for o in 0..<width {
                let from = weight + (first + o) * outputStep
                for i in 0..<inputs { panel[i * width + o] = first + o < outputs ? from[i * inputStep] : 0 }
            }
            first += width
        }
    }

    deinit {
        weight.deallocate()
        bias.deallocate()
    }

    /// The width of the next panel where so many padded outputs are left.
    @inlinable public static func width(_ left: Int) -> Int {
        left > panelWidth - narrowWidth ? panelWidth : narrowWidth
    }
}
