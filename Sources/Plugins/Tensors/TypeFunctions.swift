import Host
import Operators

/// How types of elements go together.
let typeFunctions: [HostFunction] = [
    .function(
        "result_type", doc: "The type that an operation on both gives.",
        arguments: resultType.arguments, returns: .string()
    ) { call in
        let arguments = call.arguments(for: resultType)
        return .string(try [arguments.operand("tensor1"), arguments.operand("tensor2")].resultType.rawValue)
    },
    .function(
        "promote_types", doc: "The smallest type that holds the elements of both.",
        arguments: [dtype("type1"), dtype("type2")], returns: .string()
    ) { call in
        .string(try call.dtype("type1").promoted(with: call.dtype("type2")).rawValue)
    },
    .function(
        "can_cast", doc: "Whether a result of the one type may be put into a tensor of the other.",
        arguments: [dtype("from"), dtype("to")], returns: .boolean()
    ) { call in .boolean(try call.dtype("to").canHold(call.dtype("from"))) },
]

private let resultType = Schema("result_type", doc: "", arguments: [.operand("tensor1"), .operand("tensor2")])

private func dtype(_ name: StaticString) -> Argument { .choice(name, of: DType.allCases.map(\.rawValue)) }

extension Call {
    fileprivate func dtype(_ name: StaticString) throws -> DType { DType(rawValue: try string(name)) ?? .float32 }
}
