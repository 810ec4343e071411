/// An operator that is a function of corresponding elements. Its gradient, its in-place form, its work on every type of
/// elements, on repeated and scattered operands follow from the expression.
public struct Pointwise: Declared {
    let function: PointwiseFunction
    public let declaration: Operator

    /// A function of one tensor.
    ///
    /// - Parameters:
    ///   - parameters: numbers beside the tensor; the expression finds them as `p`.
    ///   - hasInplace: whether a last parameter `inplace` has the tensor itself changed, as PyTorch's activations have.
    ///   - leavesHistory: whether the form that changes its tensor leaves the tensor's history as it was.
    ///   - value: the result, of an element and the parameters.
    ///   - gradient: the element's gradient, of the result's gradient, the element, the result and the parameters;
    ///     derived from `value` by default.
    init(
        _ name: String, doc: String, parameters: [Argument] = [], hasInplace: Bool = false, leavesHistory: Bool = false,
        typing: PointwiseFunction.Typing = .floating, accepts: PointwiseFunction.Elements = .all, faces: [Face],
        examples: @autoclosure @escaping @Sendable () -> [Example],
        gradient: ((_ g: Expression, _ x: Expression, _ y: Expression, _ p: [Expression]) -> Expression)? = nil,
        value: (_ x: Expression, _ p: [Expression]) -> Expression
    ) {
        let p = parameters.indices.map { Expression.parameter($0) }
        let function = PointwiseFunction(
            name, inputs: 1, parameters: p.count, typing: typing, accepts: accepts, value: value(.variable(0), p),
            gradients: gradient.map { [$0(.variable(2), .variable(0), .variable(1), p)] })
        self.function = function
        let count = parameters.count
        // By position, which needs no search for a name.
        @Sendable func numbers(_ a: Arguments) throws -> [Double] {
            try (0..<count).map { try a.value(at: $0 + 1)?.number ?? a.number(parameters[$0].name) }
        }
        declaration = Operator(
            name, doc: doc, [.tensor("input")] + parameters + (hasInplace ? [.inplace] : []), faces: faces,
            examples: examples(),
            inPlace: { a, _ in
                let operands = [Operand.tensor(try a.tensor("input"))]
                if leavesHistory { return .tensor(try function.besideHistory(operands)) }
                return .tensor(try function.inPlace(operands, parameters: numbers(a)))
            }
        ) { a, _ in
            .tensor(
                try hasInplace
                    ? function.activated(a, numbers(a)) : function(a.tensor("input"), parameters: numbers(a)))
        }
    }

    /// A function of two operands, either a tensor or a number.
    ///
    /// - Parameters:
    ///   - takesNumbers: whether an operand may be a number.
    ///   - leavesHistory: whether the form that changes its tensor leaves the tensor's history as it was.
    ///   - gradients: those of both, of the result's gradient, both operands and the result.
    static func binary(
        _ name: String, doc: String, other: StaticString = "other", takesNumbers: Bool = true,
        leavesHistory: Bool = false,
        typing: PointwiseFunction.Typing = .common, accepts: PointwiseFunction.Elements = .all, faces: [Face],
        examples: @autoclosure @escaping @Sendable () -> [Example],
        gradients: ((_ g: Expression, _ a: Expression, _ b: Expression, _ y: Expression) -> [Expression])? = nil,
        value: (_ a: Expression, _ b: Expression) -> Expression
    ) -> Pointwise {
        let (a, b) = (Expression.variable(0), Expression.variable(1))
        let function = PointwiseFunction(
            name, inputs: 2, typing: typing, accepts: accepts, value: value(a, b),
            gradients: gradients.map { $0(.variable(3), a, b, .variable(2)) })
        let declaration = Operator(
            name, doc: doc, takesNumbers ? [.operand("input"), .operand(other)] : [.tensor("input"), .tensor(other)],
            faces: faces, examples: examples(),
            inPlace: { a, _ in
                let operands = [try a.operand(at: 0), try a.operand(at: 1)]
                return .tensor(try leavesHistory ? function.besideHistory(operands) : function.inPlace(operands))
            }, ofTwo: { try function.called([$0, $1]) }
        ) { a, _ in .tensor(try function.called([a.operand(at: 0), a.operand(at: 1)])) }
        return Pointwise(function: function, declaration: declaration)
    }

    private init(function: PointwiseFunction, declaration: Operator) {
        self.function = function
        self.declaration = declaration
    }

    func callAsFunction(_ x: Tensor, _ parameters: Double...) throws -> Tensor {
        try function(x, parameters: parameters)
    }

    func callAsFunction(_ a: Tensor, _ b: Tensor) throws -> Tensor { try function(a, b) }

    func callAsFunction(_ a: Tensor, _ b: Double) throws -> Tensor { try function(a, b) }
}

extension PointwiseFunction {
    /// The function of an activation's `input`, which it changes where `inplace` says so.
    func activated(_ a: Arguments, _ parameters: [Double]) throws -> Tensor {
        let x = try a.tensor("input")
        if case .boolean(true)? = a.value(at: parameters.count + 1) {
            return try inPlace([.tensor(x)], parameters: parameters)
        }
        return try self(x, parameters: parameters)
    }

    /// Changes the elements of the first operand and nothing else: gradients flow as if it had not been changed.
    func besideHistory(_ operands: [Operand]) throws -> Tensor {
        guard let target = operands.first?.tensor else { throw TensorError("a tensor expected to be changed") }
        _ = try inPlace(operands.map { operand in operand.tensor.map { .tensor($0.detach()) } ?? operand })
        return target
    }

    /// The function of operands that may all be numbers.
    func called(_ operands: [Operand], parameters: [Double] = []) throws -> Tensor {
        if operands.contains(where: { $0.tensor != nil }) { return try self(operands, parameters: parameters) }
        return try self([.tensor(operands[0].asTensor())] + operands.dropFirst(), parameters: parameters)
    }
}

extension Argument {
    static var inplace: Argument { .boolean("inplace", "whether the input itself is changed", default: false) }
}

extension [Face] {
    /// Where most functions of PyTorch are: `x:name()` and `nightjar.name(x)`.
    static var usual: [Face] { [.method, .function] }
    /// Those that change their tensor as well.
    static var elementwise: [Face] { [.method, .function, .inPlace] }
}
