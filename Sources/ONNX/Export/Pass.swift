import Networks
import Operators
import Tensors
import Tracing

/// One call of a network that is listened to.
struct Pass {
    let trace: Trace

    /// - Parameters:
    ///   - images: how many images its batch has.
    ///   - given: how many the given inputs have; nil where they are to keep their sizes.
    /// - Throws: what forward throws, or why no graph can be made of it.
    init(
        _ module: Module, _ inputs: [ONNXExport.Input], images: Int, given: Int?, seed: Int, _ scope: Scope
    ) throws {
        let inputs = try inputs.enumerated().map { i, input in
            let isBatched = given != nil && input.shape.first == given
            var shape = input.shape
            if isBatched { shape[0] = images }
            return try input.sample(shape, seed: seed + 16 * i)
        }
        let own = try module.stateDict().map(\.tensor) + module.namedBuffers().map(\.tensor)
        let trace = Trace(inputs: inputs, for: .export, lasting: own)
        let generator = scope.context.generator
        let before = generator.snapshot
        let outputs = Result {
            try Listening.with(trace) {
                let outputs = try module(inputs, scope).tensors
                trace.end(outputs)
                return outputs
            }
        }
        guard generator.snapshot == before else {
            generator.snapshot = before
            throw TensorError("forward draws random numbers, but an ONNX graph gives the same for the same input")
        }
        guard try !outputs.get().isEmpty else { throw TensorError("forward gives no tensor back") }
        // Where forward went on after it was told so.
        if let refusal = trace.refusal { throw refusal }
        self.trace = trace
    }
}

extension Trace.Purpose {
    /// ONNX's operators check places themselves.
    static let export = Trace.Purpose("an ONNX graph", isLenient: true)
}
