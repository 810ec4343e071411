import Schema
import TensorSupport
import Testing

@Suite("Declared examples with nothing and with absurd numbers give a result or an error")
struct ExampleEdgeTests {
    /// Calls, has gradients come, and reads all there is. An error is fine, a crash is not.
    private func attempt(_ call: ExampleCall) throws {
        do {
            let found = try call.differentiated()
            for tensor in found.results + found.gradients.compactMap({ $0 }) where tensor.count < 100_000 {
                _ = try tensor.doubles()
            }
        } catch is TensorError {
        } catch is ArgumentError {}
    }

    @Test("sizes of 0", arguments: Operators.all)
    func empty(operation: Operator) throws {
        for example in operation.examples {
            let call = try ExampleCall(operation, example)
            let sizes = Set(call.tensors.flatMap { $0.shape.array })
            for size in sizes {
                try attempt(
                    call.replacing(
                        call.tensors.map { tensor in
                            try Tensor.zeros(Shape(tensor.shape.map { $0 == size ? 0 : $0 }), dtype: tensor.dtype)
                        }))
            }
            for place in call.tensors.indices {
                for dimension in call.tensors[place].shape.indices {
                    var tensors = call.tensors
                    var shape = tensors[place].shape
                    shape[dimension] = 0
                    tensors[place] = try .zeros(shape, dtype: tensors[place].dtype)
                    try attempt(call.replacing(tensors))
                }
            }
        }
    }

    @Test("fewer and more dimensions", arguments: Operators.all)
    func dimensions(operation: Operator) throws {
        for example in operation.examples {
            let call = try ExampleCall(operation, example)
            for place in call.tensors.indices {
                var tensors = call.tensors
                tensors[place] = try call.tensors[place].unsqueeze(0)
                try attempt(call.replacing(tensors))
                tensors[place] = try .ones([], dtype: tensors[place].dtype)
                try attempt(call.replacing(tensors))
                if call.tensors[place].dim > 0, call.tensors[place].shape[0] > 0 {
                    tensors[place] = try call.tensors[place].select(0, 0)
                    try attempt(call.replacing(tensors))
                }
            }
        }
    }

    @Test("every type of elements", arguments: Operators.all)
    func types(operation: Operator) throws {
        for example in operation.examples {
            let call = try ExampleCall(operation, example)
            for dtype in DType.allCases {
                for place in call.tensors.indices {
                    var tensors = call.tensors
                    tensors[place] = try call.tensors[place].to(dtype)
                    try attempt(call.replacing(tensors))
                }
                try attempt(call.replacing(call.tensors.map { try $0.to(dtype) }))
            }
        }
    }

    @Test("infinities, NaN, and indices that are none", arguments: Operators.all)
    func elements(operation: Operator) throws {
        for example in operation.examples {
            let call = try ExampleCall(operation, example)
            for place in call.tensors.indices {
                for value in [Double.infinity, -.infinity, .nan, 1e38, -1, 1e6, 9e18, -9e18] {
                    var tensors = call.tensors
                    tensors[place] = try .full(tensors[place].shape, value, dtype: tensors[place].dtype)
                    try attempt(call.replacing(tensors))
                }
            }
        }
    }

    private static let integers = [
        .min, .min + 1, -(1 << 40), -65, -2, -1, 0, 1, 2, 3, 7, 65, 1_000, 1 << 40, 1 << 62, .max - 1, .max,
    ]
    private static let numbers: [Double] = [
        -.infinity, -1e300, -1e10, -1, -0.0, 0, 1e-300, 0.5, 1, 2, 1e10, 1e300, .infinity, .nan,
    ]

    /// What may be given for a parameter of a kind, by its declaration.
    private func extremes(_ kind: ArgumentKind) -> [Value] {
        switch kind {
        case .integer(let range): Self.integers.filter(range.contains).map { .integer($0) }
        case .number(let range): Self.numbers.filter { $0.isNaN || range.contains($0) }.map { .number($0) }
        case .integerOrPair(let range):
            Self.integers.filter(range.contains).flatMap { [.integer($0), .list([.integer(1), .integer($0)])] }
        case .integers, .partialIntegers:
            Self.integers.flatMap { [.list([.integer($0)]), .list([.integer(2), .integer($0)])] }
                + [.list([]), .list(Array(repeating: .integer(1), count: 65))]
        case .numbers: Self.numbers.map { .list([.number($0)]) } + [.list([])]
        case .boolean: [.boolean(true), .boolean(false)]
        case .choice(let values): values.map { .string($0) }
        case .string: [.string(""), .string("x")]
        case .objects: [.list([])]
        case .anyOf(let kinds): kinds.flatMap(extremes)
        default: []
        }
    }

    @Test("numbers in every parameter that takes some", arguments: Operators.all)
    func parameters(operation: Operator) throws {
        for example in operation.examples {
            let call = try ExampleCall(operation, example)
            for (place, parameter) in operation.schema.parameters.enumerated() {
                for value in extremes(parameter.kind) {
                    var changed = call
                    changed.arguments[place] = value
                    try attempt(changed)
                }
                guard parameter.isOptional else { continue }
                var changed = call
                changed.arguments[place] = nil
                try attempt(changed)
            }
        }
    }
}
