import Networks
import Operators
import Tensors
import Tracing

/// Makes ONNX models of networks.
///
/// The network's forward function is called in evaluation with batches of two sizes and listened to; what both calls have
/// in common becomes the graph. A third call finds out whether that holds for another size.
public struct ONNXExport {
    /// The versions of ONNX's operators that models can be made for.
    public static let opsets = 17...22

    /// Version of ONNX's operators. Default: 17.
    public var opset = 17
    /// Whether batches of any size are taken. Default: true.
    public var isBatchDynamic = true
    /// How the first dimension of inputs and outputs is named. Default: "batch".
    public var batchName = "batch"
    /// Names of the inputs; "input", or "input_1" and so on, where there are none.
    public var inputNames: [String] = []
    /// Names of the outputs; "output", or "output_1" and so on, where there are none.
    public var outputNames: [String] = []
    /// What is kept with the model.
    public var metadata: [(key: String, value: String)] = []
    /// Of which Nightjar the model says that it comes.
    public var version = ""
    /// Whether a further call checks that the graph holds for another size of the batch. Default: true.
    public var isChecked = true

    public init() {}

    /// A model of a network, whose mode, parameters and buffers stay as they are.
    ///
    /// - Parameter inputs: what forward takes. Those whose first dimension is that of the first input grow with the batch.
    /// - Throws: `ModuleError` or `TensorError` where forward does what ONNX has no operator for, where it depends on
    ///   elements of its input or on chance, and where it does another thing for other sizes of the batch.
    public func model(_ module: Module, _ inputs: [Input], _ scope: Scope) throws -> ONNXModel {
        guard Self.opsets.contains(opset) else {
            throw TensorError(
                "an 'opset_version' from \(Self.opsets.lowerBound) to \(Self.opsets.upperBound) expected, got \(opset)")
        }
        guard !inputs.isEmpty else { throw TensorError("at least one input expected, got none") }
        guard inputs.allSatisfy({ !$0.shape.contains(0) }) else { throw TensorError("inputs with elements expected") }
        let graph: Graph = try module.evaluating { try GradMode.set(false) { try listen(module, inputs, scope) } }
        var model = ONNXModel()
        (model.opset, model.batchName, model.name) = (opset, batchName, module.kind)
        (model.producerVersion, model.metadata) = (version, metadata)
        let names = try names(inputs: inputs.count, outputs: graph.outputs.count)
        model.inputs = zip(names.inputs, graph.values).map { name, value in
            Wire(name: name, shape: value.layout.shape, dtype: value.dtype)
        }
        let builder = GraphBuilder(model, parameters: try module.stateDict(), reserved: names.inputs + names.outputs)
        var writer = GraphWriter(graph, builder)
        builder.end(Array(zip(names.outputs, try writer.write())))
        return builder.model
    }

    private func names(inputs: Int, outputs: Int) throws -> (inputs: [String], outputs: [String]) {
        func complete(_ given: [String], _ count: Int, _ usual: String) throws -> [String] {
            guard given.isEmpty || given.count == count else {
                throw TensorError("\(plural(count, "name")) expected in '\(usual)_names', got \(given.count)")
            }
            return given.isEmpty ? count == 1 ? [usual] : (1...count).map { "\(usual)_\($0)" } : given
        }
        let found = (try complete(inputNames, inputs, "input"), try complete(outputNames, outputs, "output"))
        let all = found.0 + found.1
        guard Set(all).count == all.count, !all.contains("") else {
            throw TensorError("names for inputs and outputs that differ expected, got \(all.joined(separator: ", "))")
        }
        return found
    }

    // MARK: The graph

    private func listen(_ module: Module, _ inputs: [Input], _ scope: Scope) throws -> Graph {
        let given = inputs[0].shape.first ?? 1
        func pass(_ images: Int, seed: Int) throws -> Pass {
            try Pass(module, inputs, images: images, given: isBatchDynamic ? given : nil, seed: seed, scope)
        }
        guard isBatchDynamic, !inputs[0].shape.isEmpty else {
            let passes = (try pass(given, seed: 1), try pass(given, seed: 2))
            guard let graph = Graph(passes.0.trace, images: given, passes.1.trace, images: given, rules: .export) else {
                throw TensorError(
                    "what forward does depends on the elements of its input, which an ONNX graph cannot follow")
            }
            return graph
        }
        // With one image much looks alike that is not.
        let first = try pass(2, seed: 1)
        let advice = "; export with dynamic_batch = false for batches of \(given) only"
        func other(_ images: Int, seed: Int) throws -> Pass {
            do { return try pass(images, seed: seed) } catch {
                throw TensorError("forward takes a batch of 2, but not one of \(images) (\(error))\(advice)")
            }
        }
        let second = try other(3, seed: 2)
        guard let graph = Graph(first.trace, images: 2, second.trace, images: 3, rules: .export) else {
            throw TensorError("forward does not do the same for batches of 2 and of 3" + advice)
        }
        if isChecked {
            let images = given < 4 ? 4 : given
            let third = try other(images, seed: 3)
            guard Graph(first.trace, images: 2, third.trace, images: images, rules: .export) != nil,
                graph.agrees(with: third.trace, images: images)
            else { throw TensorError("forward does not do the same for batches of 2 and of \(images)" + advice) }
            // One image is copied less often, so that the results alone tell. Not every network takes one.
            let alone = try given == 1 ? other(1, seed: 4) : try? pass(1, seed: 4)
            guard alone.map({ graph.hasOutputs(of: $0.trace, images: 1) }) ?? true else {
                throw TensorError("forward gives results of other sizes for a batch of 1" + advice)
            }
        }
        return graph
    }
}

extension Graph.Rules {
    /// ONNX checks places when it runs, and repeats constants as it must.
    static let export = Graph.Rules(isLenient: true) { a, b in
        guard let first = a as? ConvolutionInputGradient, let second = b as? ConvolutionInputGradient else {
            return nil
        }
        return first.options == second.options && first.input.dropFirst().elementsEqual(second.input.dropFirst())
    }
}

extension Graph {
    /// Whether the sizes of all values are those that a pass over a batch of another size had.
    fileprivate func agrees(with trace: Trace, images: Int) -> Bool {
        values.count == trace.values.count
            && zip(values, trace.values).allSatisfy { value, found in
                value.dtype == found.dtype && value.count.at(images) == found.count
                    && value.layout.at(images).shape == found.layout.shape
            }
    }

    /// Whether the outputs have the sizes that those of a pass over a batch of another size had.
    fileprivate func hasOutputs(of trace: Trace, images: Int) -> Bool {
        outputs.count == trace.outputs.count
            && zip(outputs, trace.outputs).allSatisfy { $0.shape(images) == $1.shape }
    }
}

extension Graph.Source {
    fileprivate func shape(_ images: Int) -> Shape {
        switch self {
        case .value(_, let layout, _): layout.at(images).shape
        case .constant(let tensor): tensor.shape
        case .repeated(_, let shape): Shape(shape.map { $0.at(images) })
        }
    }
}

extension Trace.Source {
    fileprivate var shape: Shape {
        switch self {
        case .value(_, let layout, _): layout.shape
        case .constant(let tensor): tensor.shape
        }
    }
}
