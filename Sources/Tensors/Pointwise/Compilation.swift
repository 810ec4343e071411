import KernelInterface

extension Program {
    /// The instructions that calculate some expressions of the same variables, each part that occurs twice once.
    package convenience init(_ expressions: [Expression], inputs: Int, parameters: Int) {
        var compiler = Compiler(inputs: inputs, parameters: parameters, constants: [])
        for expression in expressions { compiler.collectConstants(expression) }
        let results = expressions.map { compiler.register($0) }
        self.init(
            inputs: inputs, parameters: parameters, constants: compiler.constants,
            instructions: compiler.instructions, results: results)
    }
}

private struct Compiler {
    let inputs: Int, parameters: Int
    var constants: [Double]
    var instructions: [Instruction] = []
    private var known: [Expression: Int] = [:]

    init(inputs: Int, parameters: Int, constants: [Double]) {
        self.inputs = inputs
        self.parameters = parameters
        self.constants = constants
    }

    mutating func collectConstants(_ expression: Expression) {
        switch expression {
        case .constant(let value): if !constants.contains(value) { constants.append(value) }
        case .variable, .parameter: break
        case .unary(_, let x): collectConstants(x)
        case .binary(_, let a, let b):
            collectConstants(a)
            collectConstants(b)
        case .select(let c, let a, let b):
            collectConstants(c)
            collectConstants(a)
            collectConstants(b)
        }
    }

    /// The register that holds an expression's value.
    mutating func register(_ expression: Expression) -> Int {
        switch expression {
        case .variable(let place): return place
        case .parameter(let place): return inputs + place
        case .constant(let value): return inputs + parameters + (constants.firstIndex(of: value) ?? 0)
        default: break
        }
        if let found = known[expression] { return found }
        var (a, b, c) = (0, 0, 0)
        let primitive: Primitive
        switch expression {
        case .unary(let operation, let x):
            primitive = operation
            a = register(x)
        case .binary(let operation, let x, let y):
            primitive = operation
            a = register(x)
            b = register(y)
        case .select(let condition, let x, let y):
            primitive = .select
            a = register(condition)
            b = register(x)
            c = register(y)
        default: return 0
        }
        let result = inputs + parameters + constants.count + instructions.count
        instructions.append(Instruction(primitive, result: result, a: a, b: b, c: c))
        known[expression] = result
        return result
    }
}
