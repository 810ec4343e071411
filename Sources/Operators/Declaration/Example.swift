/// What is made when it is asked for: a start declares hundreds of operators and calls a few.
typealias Lazy<Made> = @Sendable () -> Made

/// A call with which an operator is tested.
public struct Example: Sendable {
    /// By position.
    public let arguments: [Given?]
    /// By name.
    public let options: [String: Given]

    public init(_ arguments: Given?..., options: [String: Given] = [:]) {
        self.arguments = arguments
        self.options = options
    }

    public init(arguments: [Given?], options: [String: Given]) {
        self.arguments = arguments
        self.options = options
    }

    /// A value for a parameter, or how to make one.
    public indirect enum Given: Sendable {
        case boolean(Bool)
        case integer(Int)
        case number(Double)
        case string(String)
        case list([Given])
        /// A floating-point tensor, uniform between the bounds, no nearer to `away` than a tenth.
        case uniform(Shape, Double, Double, away: Double?)
        /// An int64 tensor from 0 to below a bound.
        case integers(Shape, below: Int)
        case truths(Shape)

        /// A floating-point tensor between -2 and 2.
        public static func values(_ sizes: Int..., from low: Double = -2, to high: Double = 2, away: Double? = nil)
            -> Given
        { .uniform(Shape(sizes), low, high, away: away) }

        /// A positive floating-point tensor.
        public static func positive(_ sizes: Int...) -> Given { .uniform(Shape(sizes), 0.3, 2.5, away: nil) }

        public static func integers(_ sizes: Int..., below bound: Int) -> Given {
            .integers(Shape(sizes), below: bound)
        }
    }

    /// The values of a call, in the order of the parameters.
    ///
    /// - Parameter dtype: the type of floating-point tensors.
    public func values(for parameters: [Argument], _ dtype: DType, _ generator: Generator) throws -> [Value?] {
        try parameters.enumerated().map { place, parameter in
            let given = place < arguments.count ? arguments[place] : nil
            return try (given ?? options["\(parameter.name)"])?.value(dtype, generator)
        }
    }
}

extension Example.Given: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByStringLiteral, ExpressibleByArrayLiteral
{
    public init(integerLiteral value: Int) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(arrayLiteral values: Example.Given...) { self = .list(values) }

    func value(_ dtype: DType, _ generator: Generator) throws -> Value {
        switch self {
        case .boolean(let value): return .boolean(value)
        case .integer(let value): return .integer(value)
        case .number(let value): return .number(value)
        case .string(let value): return .string(value)
        case .list(let items): return .list(try items.map { try $0.value(dtype, generator) })
        case .uniform(let shape, let low, let high, let away):
            let values = (0..<shape.product).map { _ in
                let value = generator.uniform(Float(low), Float(high))
                guard let away, abs(Double(value) - away) < 0.1 else { return value }
                return value < Float(away) ? value - 0.1 : value + 0.1
            }
            return .object(try Tensor(values, shape).to(dtype))
        case .integers(let shape, let bound):
            let values = (0..<shape.product).map { _ in Int64(generator.next32()) % Int64(bound) }
            return .object(try Tensor(values, shape))
        case .truths(let shape):
            let values = (0..<shape.product).map { _ in Int64(generator.next32() & 1) }
            return .object(try Tensor(values, shape).to(.bool))
        }
    }
}
