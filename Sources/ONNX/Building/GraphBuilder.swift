import Tensors
import Tracing

/// Puts a model together, node by node. Wires know their sizes, which every helper works out.
final class GraphBuilder {
    private(set) var model: ONNXModel
    /// The module whose operations are being put in.
    var place: ModulePlace?
    private var taken: Set<String>
    /// Names for constants that are parameters or buffers, by their memory.
    private let parameters: [(name: String, tensor: Tensor)]
    private var constants: [ConstantKey: Wire] = [:]
    /// Keeps the tensors that `constants` are known by.
    private var kept: [Tensor] = []
    private var numbers: [NumberKey: Wire] = [:]
    private var batch: Wire?

    private struct ConstantKey: Hashable {
        let storage: ObjectIdentifier
        let offset: Int
        let shape: [Int], strides: [Int]
    }

    private struct NumberKey: Hashable {
        let values: [Double]
        let shape: [Int]
        let dtype: DType
    }

    /// - Parameters:
    ///   - model: what is known of it already: inputs, version of the operators, names.
    ///   - parameters: the tensors of the state dict.
    ///   - reserved: names that nothing inside may have.
    init(_ model: ONNXModel, parameters: [(name: String, tensor: Tensor)], reserved: [String]) {
        (self.model, self.parameters) = (model, parameters)
        taken = Set(reserved)
    }

    var opset: Int { model.opset }

    // MARK: Nodes

    /// Puts a node in.
    ///
    /// - Parameter outputs: sizes and types of what it gives.
    func add(
        _ kind: String, _ inputs: [Wire?], _ attributes: [(name: String, value: Attribute)] = [],
        outputs: [(shape: [Extent], dtype: DType)]
    ) -> [Wire] {
        let name = unique([place?.path, kind].compactMap(\.self).joined(separator: "/"))
        let wires = outputs.enumerated().map { i, output in
            Wire(name: unique("\(name)_output" + (i == 0 ? "" : "_\(i)")), shape: output.shape, dtype: output.dtype)
        }
        model.nodes.append(
            ONNXModel.Node(
                kind: kind, name: name, inputs: inputs.map { $0?.name ?? "" }, outputs: wires.map(\.name),
                attributes: attributes))
        model.wires += wires
        return wires
    }

    /// The same with one output, of the first input's type by default.
    func add(
        _ kind: String, _ inputs: [Wire?], _ attributes: [(name: String, value: Attribute)] = [], shape: [Extent],
        _ dtype: DType? = nil
    ) -> Wire {
        let own = dtype ?? inputs.lazy.compactMap { $0?.dtype }.first ?? .float32
        return add(kind, inputs, attributes, outputs: [(shape, own)])[0]
    }

    /// A name that nothing has yet.
    private func unique(_ wanted: String) -> String {
        var (name, number) = (wanted, 1)
        while !taken.insert(name).inserted {
            name = "\(wanted)_\(number)"
            number += 1
        }
        return name
    }

    /// - Throws: `ModuleError` or `TensorError`, which says where in the network something cannot be exported.
    func refuse(_ reason: String) -> any Error { place?.error(reason) ?? TensorError(reason) }

    // MARK: Outputs

    /// Gives the model's outputs their names.
    func end(_ outputs: [(name: String, wire: Wire)]) {
        model.outputs = outputs.map { output in
            var wire = output.wire
            let isFree =
                model.nodes.contains { $0.outputs.contains(wire.name) }
                && !model.outputs.contains { $0.name == wire.name }
                && outputs.filter { $0.wire.name == wire.name }.count == 1
            if isFree { rename(wire.name, output.name) } else { copy(wire, as: output.name) }
            wire.name = output.name
            return wire
        }
        let ends = Set(model.outputs.map(\.name))
        model.wires.removeAll { ends.contains($0.name) }
    }

    private func rename(_ old: String, _ new: String) {
        for i in model.nodes.indices {
            for j in model.nodes[i].inputs.indices where model.nodes[i].inputs[j] == old {
                model.nodes[i].inputs[j] = new
            }
            for j in model.nodes[i].outputs.indices where model.nodes[i].outputs[j] == old {
                model.nodes[i].outputs[j] = new
            }
        }
        model.wires.removeAll { $0.name == old }
    }

    private func copy(_ wire: Wire, as name: String) {
        model.nodes.append(
            ONNXModel.Node(
                kind: "Identity", name: unique("Identity"), inputs: [wire.name], outputs: [name], attributes: []))
    }

    // MARK: Constants

    /// A tensor as an initializer; a parameter or buffer has its name in the state dict.
    func constant(_ tensor: Tensor) throws -> Wire {
        let key = ConstantKey(
            storage: ObjectIdentifier(tensor.storage), offset: tensor.offset, shape: tensor.shape.array,
            strides: tensor.strides.array)
        if let known = constants[key] { return known }
        let source = parameters.first { $0.tensor.storage === tensor.storage }
        let hint = source?.name ?? [place?.path, "constant"].compactMap(\.self).joined(separator: ".")
        let wire = Wire(
            name: unique(hint), shape: tensor.shape.map { Extent($0) }, dtype: tensor.dtype)
        kept.append(tensor)
        model.initializers.append((wire.name, try tensor.detach().contiguous()))
        constants[key] = wire
        return wire
    }

    /// A number without dimensions.
    func scalar(_ value: Double, _ dtype: DType) throws -> Wire { try numbers([value], [], dtype) }

    /// Numbers in one dimension, as shapes and axes are given.
    func integers(_ values: [Int]) throws -> Wire { try numbers(values.map(Double.init), [values.count], .int64) }

    func numbers(_ values: [Double], _ shape: [Int], _ dtype: DType) throws -> Wire {
        let key = NumberKey(values: values, shape: shape, dtype: dtype)
        if let known = numbers[key] { return known }
        let tensor: Tensor
        if dtype == .int64 {
            tensor = try Tensor(values.map { Int64(exactly: $0) ?? ($0 < 0 ? .min : .max) }, Shape(shape))
        } else {
            tensor = try .of(values, Shape(shape), dtype)
        }
        let wire = Wire(name: unique("constant"), shape: shape.map { Extent($0) }, dtype: dtype)
        model.initializers.append((wire.name, tensor))
        numbers[key] = wire
        return wire
    }

    // MARK: Sizes

    /// Sizes as one dimension of int64, worked out from the input where they depend on the batch.
    func sizes(_ shape: [Extent]) throws -> Wire {
        if shape.allSatisfy(\.isConstant) { return try integers(shape.map(\.base)) }
        var (parts, run): ([Wire], [Int]) = ([], [])
        func endRun() throws {
            if !run.isEmpty { parts.append(try integers(run)) }
            run = []
        }
        for size in shape {
            if size.isConstant {
                run.append(size.base)
            } else {
                try endRun()
                parts.append(try self.size(size))
            }
        }
        try endRun()
        return parts.count == 1
            ? parts[0] : add("Concat", parts, [("axis", .int(0))], shape: [Extent(shape.count)])
    }

    /// One size that depends on the batch, as a dimension of one.
    private func size(_ size: Extent) throws -> Wire {
        var wire = try batchSize()
        if size.slope != 1 { wire = add("Mul", [wire, try integers([size.slope])], shape: [.one]) }
        if size.base != 0 { wire = add("Add", [wire, try integers([size.base])], shape: [.one]) }
        return wire
    }

    private func batchSize() throws -> Wire {
        if let batch { return batch }
        guard let input = model.inputs.first(where: { $0.shape.first == Extent(base: 0, slope: 1) }) else {
            throw refuse("the size of the batch is not that of an input")
        }
        let made = add(
            "Shape", [input], [("start", .int(0)), ("end", .int(1))], outputs: [([.one], .int64)])[0]
        batch = made
        return made
    }
}
