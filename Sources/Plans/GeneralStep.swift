import Tensors
import Tracing

/// An operation that runs as it is, over the whole batch, into memory that the plan keeps.
struct GeneralStep {
    let operation: any Operation
    let inputs: [Graph.Source]
    let outputs: [Int]

    /// - Throws: `TensorError` where a constant cannot be copied.
    init(_ node: Graph.Node) throws {
        operation = node.operation
        outputs = node.outputs
        // The plan's own: the network may be trained on.
        inputs = try node.inputs.map { source in
            guard case .constant(let tensor) = source else { return source }
            return .constant(try tensor.detach().clone())
        }
    }

    /// The operation's operands and results for one size of the batch, in memory that is there.
    ///
    /// - Throws: `TensorError` where the operation does not take batches of this size, or makes something else of them than
    ///   it is to.
    func bound(to memory: Memory) throws -> Bound {
        let operands = try inputs.map { try memory.tensor($0) }
        let results = try outputs.map { try memory.whole($0) }
        let specs = try operation.infer(operands.map(\.spec))
        guard specs == results.map(\.spec) else {
            throw TensorError(
                "\(operation.name) makes \(specs.map(\.shape)) of this batch where \(results.map(\.shape)) is needed")
        }
        return Bound(operation: operation, inputs: operands, outputs: results)
    }

    struct Bound {
        let operation: any Operation
        let inputs: [Tensor], outputs: [Tensor]

        func run() throws {
            guard outputs.contains(where: { $0.count > 0 }) else { return }
            try operation.run(inputs, into: outputs)
        }
    }
}

/// The memories of a plan's values for one size of the batch, those that only a segment sees excepted.
final class Memory {
    private let graph: Graph
    private let images: Int
    private var storages: [Int: Storage] = [:]

    init(_ graph: Graph, images: Int, values: Set<Int>) throws {
        (self.graph, self.images) = (graph, images)
        for value in values {
            let (count, size) = (graph.values[value].count.at(images), graph.values[value].dtype.size)
            guard count >= 0, count < 1 << 43 else {
                throw TensorError("a batch of \(images) is more than memory can hold")
            }
            storages[value] = try Storage(byteCount: count * size)
        }
    }

    /// The first element of a value; nil for one that has no memory here.
    func floats(_ value: Int) -> UnsafeMutablePointer<Float>? {
        storages[value]?.pointer.assumingMemoryBound(to: Float.self)
    }

    /// A value as the operation that makes it sees it.
    func whole(_ value: Int) throws -> Tensor {
        try tensor(value, graph.values[value].layout.at(images), graph.values[value].dtype)
    }

    func tensor(_ source: Graph.Source) throws -> Tensor {
        switch source {
        case .constant(let tensor): tensor
        case .repeated(let tensor, let shape): try tensor.expand(Shape(shape.map { $0.at(images) }))
        case .value(let value, let layout, let dtype): try tensor(value, layout.at(images), dtype)
        }
    }

    /// - Throws: `TensorError` where the layout reaches beyond the value's memory.
    private func tensor(_ value: Int, _ layout: Layout, _ dtype: DType) throws -> Tensor {
        guard let storage = storages[value], layout.offset >= 0, layout.shape.allSatisfy({ $0 >= 0 }),
            layout.strides.allSatisfy({ $0 >= 0 }), layout.end * dtype.size <= storage.byteCount
        else { throw TensorError("a batch of \(images) images does not fit to what forward does") }
        return Tensor(
            storage: storage, offset: layout.offset, shape: layout.shape, strides: layout.strides, dtype: dtype)
    }
}
