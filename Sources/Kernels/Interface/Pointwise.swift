/// What one instruction of a pointwise program does with elements. Truth values are 1 and 0.
public enum Primitive: UInt8, Sendable, CaseIterable {
    // Of one number. Rounding is to even; the sign of a NaN is 0.
    case negate, absolute, exp, expm1, log, log1p, log2, log10, sqrt, rsqrt, reciprocal
    case sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh, erf, erfc
    case floor, ceil, round, trunc, sign, sigmoid, not, isNaN
    /// Of integers alone, as are `bitAnd`, `bitOr`, `bitXor`.
    case bitNot
    // Of two numbers. A maximum or minimum with a NaN is one; `remainder` has the sign of the divisor, `fmod` that of
    // the dividend.
    case add, subtract, multiply, divide, power, maximum, minimum, atan2, hypot, copySign, fmod, remainder, floorDivide
    case bitAnd, bitOr, bitXor
    /// The first where the second is above 0 or a NaN, else 0: the gradient of a rectifier.
    case reluBackward
    case less, lessOrEqual, equal, notEqual, and, or, xor
    /// The second where the first is not 0, else the third.
    case select

    public var operandCount: Int { self == .select ? 3 : rawValue < Primitive.add.rawValue ? 1 : 2 }
}

/// One step of a program: `result = primitive(a, b, c)`, all of them numbers of registers.
public struct Instruction: Sendable {
    public var primitive: Primitive
    public var result: Int, a: Int, b: Int, c: Int

    public init(_ primitive: Primitive, result: Int, a: Int, b: Int = 0, c: Int = 0) {
        self.primitive = primitive
        self.result = result
        self.a = a
        self.b = b
        self.c = c
    }
}

/// A function of corresponding elements of some arrays, with one or more results. Registers hold the inputs first, then
/// the parameters, then the constants, then what the instructions make.
public final class Program: Sendable {
    public let inputCount: Int, parameterCount: Int
    public let constants: [Double]
    public let instructions: [Instruction]
    /// The registers that hold the results.
    public let results: [Int]
    public let registerCount: Int

    public init(
        inputs: Int, parameters: Int, constants: [Double], instructions: [Instruction], results: [Int]
    ) {
        inputCount = inputs
        parameterCount = parameters
        self.constants = constants
        self.instructions = instructions
        self.results = results
        registerCount = inputs + parameters + constants.count + instructions.count
    }
}

/// An array that a program reads: dense, one value for all, or with a stride for each dimension of the call.
public struct PointwiseInput {
    public var pointer: UnsafeRawPointer
    public var dtype: DType
    /// Elements from one place to the next where that is the same everywhere: 1, or 0 for one value.
    public var step: Int
    /// Where there is no such step: elements from one place to the next, by dimension.
    public var strides: UnsafePointer<Int>?

    public init(_ pointer: UnsafeRawPointer, _ dtype: DType, step: Int, strides: UnsafePointer<Int>? = nil) {
        self.pointer = pointer
        self.dtype = dtype
        self.step = step
        self.strides = strides
    }
}

/// A dense array that a program fills.
public struct PointwiseOutput {
    public var pointer: UnsafeMutableRawPointer
    public var dtype: DType

    public init(_ pointer: UnsafeMutableRawPointer, _ dtype: DType) {
        self.pointer = pointer
        self.dtype = dtype
    }
}

/// A program with the arrays it runs over. An output may be an input that is dense, of the type that is calculated in;
/// nothing else may overlap.
public struct PointwiseCall {
    public var program: Program
    public var type: ComputeType
    public var inputs: UnsafePointer<PointwiseInput>
    public var parameters: UnsafePointer<Double>?
    public var outputs: UnsafePointer<PointwiseOutput>
    /// The sizes of the dimensions that strides are for, the last the innermost.
    public var sizes: UnsafePointer<Int>?
    public var rank: Int

    public init(
        _ program: Program, _ type: ComputeType, inputs: UnsafePointer<PointwiseInput>,
        parameters: UnsafePointer<Double>?, outputs: UnsafePointer<PointwiseOutput>, sizes: UnsafePointer<Int>? = nil,
        rank: Int = 0
    ) {
        self.program = program
        self.type = type
        self.inputs = inputs
        self.parameters = parameters
        self.outputs = outputs
        self.sizes = sizes
        self.rank = rank
    }
}
