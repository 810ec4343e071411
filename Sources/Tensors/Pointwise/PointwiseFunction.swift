import KernelInterface
import Synchronization

/// A function of corresponding elements of some tensors and numbers, which are repeated to a common shape, with the
/// gradient that follows from its expression.
public final class PointwiseFunction: Sendable {
    /// Which type the elements are brought to, and which type the result has.
    public enum Typing: Sendable {
        /// The operands' common type.
        case common
        /// The operands' common type; integers give float32.
        case floating
        /// Compared in the common type, the result is bool.
        case truth
    }

    /// Which types of elements a function takes, by the operands' common type.
    public enum Elements: Sendable {
        case all
        /// All but truth values.
        case numbers
        case floating
        /// Integers and truth values.
        case integers
    }

    public let name: String
    public let inputCount: Int
    public let typing: Typing
    public let accepts: Elements
    private let parameterCount: Int
    /// Whether its gradient is the result's where the result is above 0 or a NaN, else 0.
    package let isRectifier: Bool
    /// The result, as an expression of the inputs and parameters.
    package let value: Expression
    /// By input; the variables behind the inputs are the result and the gradient of the result.
    private let gradients: [Expression]?
    /// The address of the program, retained, once there is one; else 0. An `AtomicLazyReference` asks for its own type
    /// at each use.
    private let compiled = Atomic<UInt>(0)
    private let derivatives = Mutex<[Int: Derivative]>([:])

    /// The gradient of one input.
    struct Derivative: Sendable {
        /// Nil where the gradient is 0 everywhere, or the result's own.
        let function: PointwiseFunction?
        /// What it is a function of: inputs, then the result, then the result's gradient.
        let variables: [Int]
        let isZero: Bool
    }

    /// - Parameters:
    ///   - name: as messages and printed tensors call it.
    ///   - value: the result as an expression of `inputs` variables and `parameters` parameters.
    ///   - gradients: the gradients of the inputs, of the variables, the result and its gradient, in this order; derived
    ///     from `value` by default.
    public init(
        _ name: String, inputs: Int, parameters: Int = 0, typing: Typing = .common, accepts: Elements = .all,
        value: Expression, gradients: [Expression]? = nil
    ) {
        self.name = name
        inputCount = inputs
        parameterCount = parameters
        self.typing = typing
        self.accepts = accepts
        self.value = value
        self.gradients = gradients
        isRectifier = inputs == 1 && gradients == [.call(.reluBackward, .variable(2), .variable(1))]
    }

    deinit { Self.program(at: compiled.load(ordering: .acquiring))?.release() }

    private static func program(at address: UInt) -> Unmanaged<Program>? {
        UnsafeRawPointer(bitPattern: address).map { Unmanaged.fromOpaque($0) }
    }

    var program: Program {
        if let made = Self.program(at: compiled.load(ordering: .acquiring)) { return made.takeUnretainedValue() }
        let made = Program([value], inputs: inputCount, parameters: parameterCount)
        let retained = Unmanaged.passRetained(made)
        let (isFirst, first) = compiled.compareExchange(
            expected: 0, desired: UInt(bitPattern: retained.toOpaque()), ordering: .acquiringAndReleasing)
        if isFirst { return made }
        // Another thread was faster.
        retained.release()
        return Self.program(at: first)?.takeUnretainedValue() ?? made
    }

    func derivative(_ input: Int) -> Derivative {
        derivatives.withLock { derivatives in
            if let known = derivatives[input] { return known }
            let made = derive(input)
            derivatives[input] = made
            return made
        }
    }

    /// The expression that a kept result saves from being worked out again: that of one primitive.
    private var result: (Expression, by: Expression)? {
        if case .unary = value { return (value, .variable(inputCount)) }
        return nil
    }

    private func derive(_ input: Int) -> Derivative {
        let gradient = Expression.variable(inputCount + 1)
        let expression = gradients?[input] ?? gradient * value.derivative(input).replacing(result)
        if expression == gradient { return Derivative(function: nil, variables: [inputCount + 1], isZero: false) }
        if expression == .zero { return Derivative(function: nil, variables: [], isZero: true) }
        // The gradient's place is the first, so that its shape is there to be repeated to.
        let variables = expression.variables.union([inputCount + 1]).sorted()
        let places = Dictionary(uniqueKeysWithValues: variables.enumerated().map { ($1, $0) })
        let function = PointwiseFunction(
            name + "_backward", inputs: variables.count, parameters: parameterCount, typing: .floating,
            value: expression.renumbered(places))
        return Derivative(function: function, variables: variables, isZero: false)
    }

    // MARK: Calls

    /// The function of these operands, of which one at least is a tensor.
    ///
    /// - Throws: `TensorError` where the shapes do not fit or the elements are of a type that it does not take.
    public func callAsFunction(_ operands: [Operand], parameters: [Double] = []) throws -> Tensor {
        let (type, dtype, shape, operands) = try form(operands)
        let result = try Tensor(uninitialized: shape, dtype: dtype)
        if try !waits(operands, parameters, result) {
            run(program, type, operands, parameters: parameters, into: CollectionOfOne(result))
        }
        Listening.listener?.ran(
            PointwiseApplication(function: self, operands: operands, parameters: parameters),
            operands.compactMap(\.tensor), [result])
        record(result, operands, parameters)
        return result
    }

    /// Whether the result is worked out together with the only operand, which is not there yet either.
    @inline(__always)
    private func waits(_ operands: [Operand], _ parameters: [Double], _ result: Tensor) throws -> Bool {
        guard operands.count == 1, case .tensor(let x) = operands[0], x.storage.pending != nil else {
            return false
        }
        let application = PointwiseApplication(function: self, operands: operands, parameters: parameters)
        return try Deferral.takes(application, [x], [result])
    }

    public func callAsFunction(_ x: Tensor, parameters: [Double] = []) throws -> Tensor {
        try self([.tensor(x)], parameters: parameters)
    }

    public func callAsFunction(_ a: Tensor, _ b: Tensor, parameters: [Double] = []) throws -> Tensor {
        try self([.tensor(a), .tensor(b)], parameters: parameters)
    }

    public func callAsFunction(_ a: Tensor, _ b: Double) throws -> Tensor { try self([.tensor(a), .number(b)]) }

    /// The function with its result put into the first operand, which keeps its type.
    ///
    /// - Throws: `TensorError` where the result does not fit into it or a history forbids the change.
    public func inPlace(_ operands: [Operand], parameters: [Double] = []) throws -> Tensor {
        guard let target = operands.first?.tensor else { throw TensorError("a tensor expected to be changed") }
        let (type, dtype, shape, operands) = try form(operands)
        guard shape == target.shape else {
            throw TensorError("\(describe(operands)) does not fit into \(target.shape)")
        }
        let hasHistory = GradMode.isEnabled && operands.contains { $0.tensor?.requiresGrad ?? false }
        let canOverwrite =
            !hasHistory && target.isContiguous && target.dtype == type.dtype
            && operands.dropFirst().allSatisfy { operand in
                guard let tensor = operand.tensor else { return true }
                return tensor.storage !== target.storage
                    || tensor.shape == shape && tensor.isContiguous
                        && tensor.offset == target.offset
            }
        guard canOverwrite, target.dtype.canHold(dtype) else {
            // What gradients need of the elements is those of before.
            var operands = operands
            if hasHistory, keepsFirst(operands) { operands[0] = .tensor(try target.clone()) }
            let result = try self(operands, parameters: parameters)
            // Comparisons, whose slopes are 0, have a history where their results are numbers.
            if typing != .truth || !hasHistory { return try target.put(result) }
            let numbers = try result.to(target.dtype)
            record(numbers, operands, parameters)
            return try target.put(numbers)
        }
        try target.expectChangeable()
        target.storage.willChange()
        run(program, type, operands, parameters: parameters, into: CollectionOfOne(target))
        Listening.listener?.changed(
            target, by: PointwiseApplication(function: self, operands: operands, parameters: parameters),
            operands.compactMap(\.tensor))
        return target
    }

    /// Fills a contiguous tensor with the function of operands that are repeated to its shape. There is no history of it.
    package func fill(_ target: Tensor, _ operands: [Operand], parameters: [Double] = []) {
        run(program, target.dtype.computeType, operands, parameters: parameters, into: CollectionOfOne(target))
    }

    /// Whether a gradient needs the first operand's elements.
    private func keepsFirst(_ operands: [Operand]) -> Bool {
        operands.indices.contains { i in
            operands[i].tensor?.requiresGrad ?? false && derivative(i).variables.contains(0)
        }
    }

    /// The type to calculate in, the result's type and shape, and the operands as they take part.
    fileprivate func form(_ operands: [Operand]) throws -> (ComputeType, DType, Shape, [Operand]) {
        var (found, shape, isFirst) = (ResultType(), Shape(), true)
        for operand in operands {
            found.add(operand)
            guard case .tensor(let tensor) = operand else { continue }
            shape = isFirst ? tensor.shape : try broadcastShape(shape, tensor.shape)
            isFirst = false
        }
        let common = found.dtype
        try expect(common)
        switch typing {
        case .common: return (common.computeType, common, shape, try common.wrapping(operands))
        case .floating:
            let dtype = common.isFloatingPoint ? common : .float32
            return (dtype.computeType, dtype, shape, operands)
        case .truth: return (common.computeType, .bool, shape, try common.wrapping(operands))
        }
    }

    private func expect(_ dtype: DType) throws {
        switch accepts {
        case .all: break
        case .numbers where dtype == .bool:
            throw TensorError("bool elements are not numbers here; convert with long() or float()")
        case .floating where !dtype.isFloatingPoint:
            throw TensorError("float32 expected, got \(dtype.rawValue); convert with float()")
        case .integers where dtype.isFloatingPoint:
            throw TensorError("integers or truth values expected, got \(dtype.rawValue); convert with long()")
        default: break
        }
    }

    private func describe(_ operands: [Operand]) -> String {
        operands.dropFirst().compactMap { $0.tensor?.shape.description }.first ?? "a number"
    }

    private func record(_ result: Tensor, _ operands: [Operand], _ parameters: [Double]) {
        guard result.dtype.isFloatingPoint else { return }
        for operand in operands {
            guard case .tensor(let tensor) = operand, tensor.requiresGrad else { continue }
            guard GradMode.isEnabled else { return }
            Node.record(
                PointwiseApplication(function: self, operands: operands, parameters: parameters),
                operands.compactMap(\.tensor), [result])
            return
        }
    }
}

/// One call of a pointwise function, in the history of its result.
package struct PointwiseApplication: Operation {
    package let function: PointwiseFunction
    package let parameters: [Double]
    /// By operand: the number that it is, or nil for the next of the tensors.
    package let numbers: [Operand?]

    init(function: PointwiseFunction, operands: [Operand], parameters: [Double]) {
        self.function = function
        self.parameters = parameters
        numbers = operands.map { $0.tensor == nil ? $0 : nil }
    }

    package var name: String { function.name }

    package func infer(_ inputs: [Spec]) throws -> [Spec] {
        try [function.form(operands(inputs.map { try Tensor(uninitialized: $0.shape, dtype: $0.dtype) }))].map {
            Spec($0.2, $0.1)
        }
    }

    package func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        let (type, _, _, operands) = try function.form(operands(inputs))
        Tensors.run(function.program, type, operands, parameters: parameters, into: outputs)
    }

    /// The operands, of which these tensors are some.
    private func operands(_ tensors: [Tensor]) -> [Operand] {
        var rest = tensors[...]
        return numbers.map { number in number ?? rest.popFirst().map { .tensor($0) } ?? .number(0) }
    }

    /// As in PyTorch, a number that the gradient depends on counts as something kept.
    package var isReusable: Bool {
        numbers.indices.allSatisfy { place in
            numbers[place] != nil
                || function.derivative(place).variables.allSatisfy { $0 == function.inputCount + 1 }
        }
    }

    private func operand(of tensor: Int) -> Int {
        var left = tensor
        for (i, number) in numbers.enumerated() where number == nil {
            if left == 0 { return i }
            left -= 1
        }
        return 0
    }

    private func tensor(of operand: Int) -> Int { numbers[..<operand].reduce(0) { $0 + ($1 == nil ? 1 : 0) } }

    package func saves(_ needs: [Bool]) -> Saves {
        var saves = Saves()
        for (i, isNeeded) in needs.enumerated() where isNeeded {
            for variable in function.derivative(operand(of: i)).variables {
                if variable == function.inputCount {
                    saves.outputs = true
                } else if variable < function.inputCount, numbers[variable] == nil {
                    saves.inputs.insert(tensor(of: variable))
                }
            }
        }
        return saves
    }

    package var takesDeferredGradients: Bool { function.isRectifier }

    package func deferredGradient(_ gradients: [Tensor?], _ kept: Kept) throws -> (any DeferredGradient)? {
        guard function.isRectifier, let gradient = gradients[0], gradient.dtype == .float32 else { return nil }
        let output = try kept.output(0)
        guard gradient.isContiguous, output.isContiguous, output.dtype == .float32 else { return nil }
        return RectifiedGradient(gradient: gradient, output: output)
    }

    package func gradient(deferred gradient: any DeferredGradient, _ kept: Kept) throws -> GradientOutcome? {
        try gradient.rectified().map { .deferred($0) }
    }

    package func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        return try kept.needs.enumerated().map { i, isNeeded in
            guard isNeeded else { return nil }
            let derivative = function.derivative(operand(of: i))
            let (shape, dtype) = (kept.inputSpecs[i].shape, kept.inputSpecs[i].dtype)
            if derivative.isZero { return try .zeros(shape, dtype: dtype) }
            guard let slope = derivative.function else { return try gradient.sum(to: shape).to(dtype) }
            let operands = try derivative.variables.map { variable -> Operand in
                if variable == function.inputCount { return .tensor(try kept.output(0)) }
                if variable > function.inputCount { return .tensor(gradient) }
                return try numbers[variable] ?? .tensor(kept.input(tensor(of: variable)))
            }
            return try slope(operands, parameters: parameters).sum(to: shape).to(dtype)
        }
    }
}
