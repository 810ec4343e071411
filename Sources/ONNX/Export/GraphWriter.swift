import Tensors
import Tracing

/// Puts a graph's operations into a model, one after the other.
struct GraphWriter {
    private let graph: Graph
    private let builder: GraphBuilder
    /// What each value is, as it was made.
    private var values: [Int: Wire] = [:]
    /// Views of values that are there already.
    private var views: [View: Wire] = [:]
    /// Which values anything needs.
    private let needed: Set<Int>

    private struct View: Hashable {
        let value: Int
        let layout: BatchLayout
    }

    init(_ graph: Graph, _ builder: GraphBuilder) {
        (self.graph, self.builder) = (graph, builder)
        var needed = Set(graph.outputs.compactMap(\.value))
        for node in graph.nodes { needed.formUnion(node.inputs.compactMap(\.value)) }
        self.needed = needed
        for (i, input) in builder.model.inputs.enumerated() { values[i] = input }
    }

    /// - Returns: what the outputs are.
    mutating func write() throws -> [Wire] {
        for node in graph.nodes {
            builder.place = node.place
            let operation = node.operation
            guard let mapping = Mapping.of(operation) else {
                throw builder.refuse("\(operation.name) has no ONNX operator")
            }
            guard !node.outputs.contains(where: { graph.values[$0].layout.shape.contains(Extent(0)) }) else {
                throw builder.refuse(
                    "\(operation.name) gives a tensor without elements, for which ONNX has no operators")
            }
            let call = Call(
                graph: builder, inputs: try node.inputs.map { try wire($0) },
                outputs: node.outputs.map { (graph.values[$0].layout.shape, graph.values[$0].dtype) },
                needed: node.outputs.map(needed.contains), name: operation.name)
            for (value, wire) in zip(node.outputs, try mapping(operation, call)) { values[value] = wire }
        }
        builder.place = nil
        return try graph.outputs.map { try wire($0) }
    }

    private mutating func wire(_ source: Graph.Source) throws -> Wire {
        switch source {
        case .constant(let tensor): return try builder.constant(tensor)
        case .repeated(let tensor, let shape): return try builder.expand(builder.constant(tensor), shape)
        case .value(let value, let layout, _):
            guard let whole = values[value] else { throw builder.refuse("a value that nothing has made is used") }
            let own = graph.values[value].layout
            if layout.offset == own.offset, layout.shape == own.shape, layout.strides == own.strides { return whole }
            let view = View(value: value, layout: layout)
            if let known = views[view] { return known }
            let made = try builder.view(inMemoryOrder(whole, own), count: graph.values[value].count, layout)
            views[view] = made
            return made
        }
    }

    /// A value with its dimensions as they lie in memory, those whose places are farthest apart first.
    private func inMemoryOrder(_ whole: Wire, _ layout: BatchLayout) -> Wire {
        let order = layout.shape.indices.sorted { a, b in
            // Dimensions of one place stay where they are.
            let (x, y) = (layout.strides[a].probe, layout.strides[b].probe)
            return x == y ? a < b : x > y
        }
        return isRowMajor(layout) ? whole : builder.transpose(whole, order)
    }

    private func isRowMajor(_ layout: BatchLayout) -> Bool {
        var expected: Extent? = .one
        for d in layout.shape.indices.reversed() where layout.shape[d] != .one {
            if layout.strides[d] != expected { return false }
            expected = expected.flatMap { $0 * layout.shape[d] }
        }
        return true
    }
}
