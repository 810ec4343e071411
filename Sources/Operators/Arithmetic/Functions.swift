import KernelInterface

extension Operators {
    private static func function(
        _ name: String, _ doc: String, _ primitive: Primitive, faces: [Face] = .elementwise,
        on example: Example.Given = .values(2, 3), typing: PointwiseFunction.Typing = .floating
    ) -> Pointwise {
        Pointwise(name, doc: doc, typing: typing, faces: faces, examples: [.init(example)]) { x, _ in
            .call(primitive, x)
        }
    }

    static let abs = function(
        "abs", "The absolute value of each element.", .absolute, on: .values(2, 3, away: 0), typing: .common)
    static let exp = function("exp", "e to the power of each element.", .exp)
    static let log = function("log", "The natural logarithm of each element.", .log, on: .positive(2, 3))
    static let sqrt = function("sqrt", "The square root of each element.", .sqrt, on: .positive(2, 3))
    static let sigmoid = function(
        "sigmoid", "1 / (1 + exp(-x)) of each element.", .sigmoid,
        faces: .elementwise + [.functional, .layer("Sigmoid")])
    static let tanh = function(
        "tanh", "The hyperbolic tangent of each element.", .tanh,
        faces: .elementwise + [.functional, .layer("Tanh")])
}
