import Tensors

/// Tensors to be learned, in order, under the names 0, 1, … (`torch.nn.ParameterList`).
public final class ParameterList: Module {
    public init(_ parameters: [Tensor]) throws {
        super.init(kind: "ParameterList")
        for parameter in parameters { try append(parameter) }
    }

    public func append(_ parameter: Tensor) throws { try registerParameter("\(ownParameters.count)", parameter) }

    public override func remade() throws -> Module { try ParameterList([]) }

    public override var details: String { plural(ownParameters.count, "parameter") }
}

/// Tensors to be learned, by name, in order (`torch.nn.ParameterDict`).
public final class ParameterDict: Module {
    public init(_ parameters: [(name: String, tensor: Tensor)]) throws {
        super.init(kind: "ParameterDict")
        for (name, tensor) in parameters { try registerParameter(name, tensor) }
    }

    public override func remade() throws -> Module { try ParameterDict([]) }

    public override var details: String { ownParameters.map(\.name).joined(separator: ", ") }
}
