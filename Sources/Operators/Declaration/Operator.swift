@_exported import Schema
@_exported import Tensors

/// What can be done with tensors, as scripts, layers, tests and pages know it: declared once, in the operator's own
/// file, and listed in `Operators.all`.
public final class Operator: Sendable {
    public typealias Body = @Sendable (Arguments, Context) throws -> Outcome

    public let name: String
    public let faces: [Face]
    /// What it takes and returns. Made when it is asked for: of the hundreds of operators a script calls a few.
    public var schema: Schema { makeSchema() }
    private let makeSchema: @Sendable () -> Schema
    /// Calls that tests make: gradients against differences, PyTorch's numbers, threads, types.
    public var examples: [Example] { makeExamples() }
    private let makeExamples: @Sendable () -> [Example]
    /// The call; the first parameter is what a method is called on.
    public let body: Body
    /// The same with the result put into the first argument, where there is a faster way than to copy it there.
    public let bodyInPlace: Body?
    /// The same for two operands and nothing else, where that needs no `Arguments`: what a sign calls.
    public let bodyOfTwo: BodyOfTwo?
    public typealias BodyOfTwo = @Sendable (Operand, Operand) throws -> Tensor

    /// - Parameters:
    ///   - name: PyTorch's.
    ///   - arguments: PyTorch's, in its order.
    ///   - options: those that PyTorch takes by name only.
    public init(
        _ name: String, doc: String, _ arguments: @autoclosure @escaping @Sendable () -> [Argument],
        options: @autoclosure @escaping @Sendable () -> [Argument] = [],
        returns: Returns = .object(Tensor.self), faces: [Face],
        examples: @autoclosure @escaping @Sendable () -> [Example], inPlace: Body? = nil,
        ofTwo: BodyOfTwo? = nil, body: @escaping Body
    ) {
        self.name = name
        makeSchema = { Schema(name, doc: doc, arguments: arguments(), options: options(), returns: returns) }
        self.faces = faces
        makeExamples = examples
        self.body = body
        bodyInPlace = inPlace
        bodyOfTwo = ofTwo
    }

    /// The same under another of PyTorch's names.
    ///
    /// - Parameter faces: those of the original by default.
    init(_ name: String, sameAs other: Operator, faces: [Face]? = nil) {
        self.name = name
        makeSchema = {
            let schema = other.schema
            return Schema(
                name, doc: "Another name of `\(other.name)`. \(schema.doc)", arguments: schema.arguments,
                options: schema.options, returns: schema.returns)
        }
        self.faces = faces ?? other.faces
        makeExamples = other.makeExamples
        body = other.body
        bodyInPlace = other.bodyInPlace
        bodyOfTwo = other.bodyOfTwo
    }
}

extension Operator {
    /// The call with its result put into the first argument.
    ///
    /// - Throws: `TensorError` where the result does not fit into it or its history forbids the change.
    public func changeInPlace(_ a: Arguments, _ context: Context) throws {
        if let bodyInPlace {
            _ = try bodyInPlace(a, context)
            return
        }
        let target = try a.tensor(a.parameters[0].name)
        try target.expectChangeable()
        guard GradMode.isEnabled, target.requiresGrad else {
            try target.put(body(a, context).tensors[0])
            return
        }
        // What gradients need of the elements is those of before.
        var values = a.parameters.indices.map { a.value(at: $0) }
        values[0] = .object(try target.clone())
        try target.put(body(Arguments(a.parameters, values), context).tensors[0])
    }
}

/// Where scripts find an operator.
public enum Face: Sendable, Equatable {
    /// `x:name(...)`.
    case method
    /// `x:name_(...)`.
    case inPlace
    /// `nightjar.name(x, ...)`.
    case function
    /// `nn.functional.name(x, ...)`.
    case functional
    /// `nightjar.linalg.name(x, ...)`.
    case linalg
    /// `nn.Name(...)`, a module that calls it with its first arguments, so many of them, given to each call and the
    /// others to the constructor. A parameter `training` is the module's.
    case layer(String, inputs: Int = 1)
    /// `a + b` and its like.
    case symbol(Symbol)
}

/// What Lua has a sign for.
public enum Symbol: String, Sendable {
    case add, subtract, multiply, divide, modulo, power, negate, floorDivide
}

/// What belongs to a call besides its arguments.
public struct Context {
    /// Where random numbers come from.
    public let generator: Generator

    public init(generator: Generator) { self.generator = generator }
}

/// What a call gives.
public enum Outcome {
    case tensor(Tensor)
    /// Several results in a row; the second may be missing.
    case several([Tensor])
    /// A list of tensors.
    case list([Tensor])
    /// Several results in a row, of which some are lists.
    indirect case tuple([Outcome])
    /// In the place of a result that was not asked for.
    case nothing
    case boolean(Bool)
    case integer(Int)

    /// All tensors in it.
    public var tensors: [Tensor] {
        switch self {
        case .tensor(let tensor): [tensor]
        case .several(let tensors), .list(let tensors): tensors
        case .tuple(let outcomes): outcomes.flatMap(\.tensors)
        case .boolean, .integer, .nothing: []
        }
    }
}

/// What stands in the list of all operators.
public protocol Declared: Sendable {
    var declaration: Operator { get }
}

extension Operator: Declared {
    public var declaration: Operator { self }
}

// MARK: Arguments that are tensors

extension Argument {
    public static func tensor(_ name: StaticString, _ doc: String = "") -> Argument { .object(name, Tensor.self, doc) }

    public static func tensors(_ name: StaticString, _ doc: String = "") -> Argument {
        .objects(name, Tensor.self, doc)
    }

    /// A tensor or a number.
    public static func operand(_ name: StaticString, _ doc: String = "") -> Argument {
        .anyOf(name, doc, of: [.object(Tensor.self), .number, .boolean])
    }

    /// One dimension or a list of them.
    public static var dimensions: Argument {
        .anyOf("dim", "one dimension or a list; all by default", of: [.integer, .integers]).optional
    }

    public static var dtype: Argument {
        .choice("dtype", "type of the elements", of: DType.allCases.map(\.rawValue)).optional
    }

    public static var keepdim: Argument {
        .boolean("keepdim", "whether the dimension stays, with size 1", default: false)
    }
}

extension Arguments {
    public func tensor(_ name: StaticString) throws -> Tensor { try object(name) }
    public func optionalTensor(_ name: StaticString) throws -> Tensor? { try optionalObject(name) }

    /// A tensor or a number.
    public func operand(_ name: StaticString) throws -> Operand {
        guard let operand = Operand(try value(name)) else {
            throw TensorError("'\(name)' is neither a tensor nor a number")
        }
        return operand
    }

    /// The same for the parameter at a position, without looking for its name.
    func operand(at position: Int) throws -> Operand {
        guard let operand = Operand(value(at: position)) else {
            throw TensorError("argument \(position + 1) is neither a tensor nor a number")
        }
        return operand
    }

    public func shape(_ name: StaticString) throws -> Shape { Shape(try integers(name)) }

    public func dtype() throws -> DType? { try optionalString("dtype").flatMap { DType(rawValue: $0) } }

    /// An integer for both axes, or one for each.
    public func pair(_ name: StaticString) throws -> Pair { Pair(try integers(name)) }

    public func optionalPair(_ name: StaticString) throws -> Pair? { try optionalIntegers(name).map { Pair($0) } }
}

extension Operand {
    /// Nil where a value is neither a tensor nor a number.
    init?(_ value: Value?) {
        switch value {
        case .object(let object)?:
            guard let tensor = object as? Tensor else { return nil }
            self = .tensor(tensor)
        case .number(let value)?: self = .number(value)
        case .integer(let value)?: self = .integer(value)
        case .boolean(let value)?: self = .boolean(value)
        default: return nil
        }
    }
}

/// Two numbers, of rows and of columns: a kernel, a stride, a padding, a dilation.
public struct Pair: Sendable, Equatable, CustomStringConvertible {
    public var rows: Int, columns: Int

    public init(_ rows: Int, _ columns: Int) {
        self.rows = rows
        self.columns = columns
    }

    public init(_ both: Int) { self.init(both, both) }

    /// One number stands for both.
    init(_ numbers: [Int]) { self.init(numbers.first ?? 0, numbers.last ?? 0) }

    func allSatisfy(_ test: (Int) -> Bool) -> Bool { test(rows) && test(columns) }

    public var description: String { "[\(rows), \(columns)]" }
}
