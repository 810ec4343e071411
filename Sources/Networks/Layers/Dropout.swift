import Tensors

/// Sets elements to 0 with probability `p` while training and scales the others by `1 / (1 - p)`.
public final class Dropout: Module {
    private let p: Double
    private let generator: Generator
    private let wholeChannels: Bool

    /// - Parameter wholeChannels: whether a draw decides about a whole channel of `[n, c, h, w]` (`Dropout2d`).
    /// - Throws: `TensorError` where `p` is no probability.
    public init(p: Double = 0.5, wholeChannels: Bool = false, generator: Generator) throws {
        guard p >= 0 && p <= 1 else { throw TensorError("a probability from 0 to 1 expected, got \(p)") }
        self.p = p
        self.generator = generator
        self.wholeChannels = wholeChannels
        super.init(kind: wholeChannels ? "Dropout2d" : "Dropout")
    }

    public override var details: String { "p=\(p)" }

    public override func forward(_ input: Tensor) throws -> Tensor {
        wholeChannels
            ? try input.dropout2d(p, training: isTraining, generator)
            : try input.dropout(p, training: isTraining, generator)
    }
}
