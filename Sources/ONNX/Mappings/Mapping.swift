import Operators
import Tensors
import Tracing

/// How one kind of operation is said with ONNX's operators (https://onnx.ai/onnx/operators/).
struct Mapping: Sendable {
    let operation: ObjectIdentifier
    private let nodes: @Sendable (any Operation, Call) throws -> [Wire]

    /// - Parameter nodes: puts the nodes in and says which wires are the operation's outputs.
    init<Kind: Operation & SendableMetatype>(
        _ operation: Kind.Type, _ nodes: @escaping @Sendable (_ operation: Kind, _ call: Call) throws -> [Wire]
    ) {
        self.operation = ObjectIdentifier(operation)
        self.nodes = { operation, call in
            guard let kind = operation as? Kind else { throw call.refuse("\(operation.name) has no ONNX operator") }
            return try nodes(kind, call)
        }
    }

    /// The same for operations with one output.
    static func one<Kind: Operation & SendableMetatype>(
        _ operation: Kind.Type, _ node: @escaping @Sendable (_ operation: Kind, _ call: Call) throws -> Wire
    ) -> Mapping { Mapping(operation) { [try node($0, $1)] } }

    func callAsFunction(_ operation: any Operation, _ call: Call) throws -> [Wire] { try nodes(operation, call) }

    /// Every mapping there is.
    static let all: [Mapping] =
        pointwise + convolutions + pooling + normalization + matrices + reductions + running + sorting + gathering
        + scattering + joining

    private static let byOperation = Dictionary(all.map { ($0.operation, $0) }) { first, _ in first }

    /// The mapping of an operation; nil where it has no counterpart.
    static func of(_ operation: any Operation) -> Mapping? { byOperation[ObjectIdentifier(type(of: operation))] }
}

/// One operation of a graph that is being put into a model.
struct Call {
    let graph: GraphBuilder
    /// Operands in the order of the operation's.
    let inputs: [Wire]
    /// Sizes and types of what it gives.
    let outputs: [(shape: [Extent], dtype: DType)]
    /// Which outputs anything needs.
    let needed: [Bool]
    let name: String

    func refuse(_ reason: String) -> any Error { graph.refuse(reason) }

    var shape: [Extent] { outputs[0].shape }
    var dtype: DType { outputs[0].dtype }

    /// An input's sizes of which none may depend on the batch.
    func fixed(_ sizes: some Sequence<Extent>, _ what: String) throws -> [Int] {
        try sizes.map { size in
            guard size.isConstant else {
                throw refuse("\(name): \(what) that depends on the batch has no ONNX operator")
            }
            return size.base
        }
    }
}
