import Networks
import Plans
import TensorSupport
import Tensors
import TestSupport
import Testing

/// A layer as scripts make it.
func layer(_ name: String, _ given: (any Given)?..., options: [String: any Given] = [:]) throws -> Module {
    guard let layer = Layers.all.first(where: { $0.schema.name == name }) else { throw TensorError("no \(name)") }
    let parameters = layer.schema.parameters
    let values = parameters.enumerated().map { place, parameter in
        ((place < given.count ? given[place] : nil) ?? options["\(parameter.name)"])?.value
    }
    return try layer.make(Arguments(parameters, values), Context(generator: Generator(seed: 7)))
}

/// A network whose forward pass is a function.
final class FunctionNet: Module {
    private let body: (Tensor, Scope) throws -> [Tensor]

    init(_ parts: [Module] = [], _ body: @escaping (Tensor, Scope) throws -> [Tensor]) throws {
        self.body = body
        super.init(kind: "Net")
        for (i, part) in parts.enumerated() { try register("part\(i)", part) }
        train(false)
    }

    override func forward(_ inputs: [Tensor], _ scope: Scope) throws -> Outcome { .several(try body(inputs[0], scope)) }
}

/// What a forward pass is given.
var scope: Scope { Scope(Context(generator: Generator(seed: 3))) }

/// Layers one after the other, for evaluation.
func chain(_ modules: [Module]) throws -> Module {
    let net = try Sequential(modules)
    net.train(false)
    return net
}

/// The plan of a network whose batch norms have seen something.
func compiled(_ net: Module, _ input: Shape) throws -> Plan {
    for (_, module) in net.namedModules() {
        guard let mean = module.buffer("running_mean"), let variance = module.buffer("running_var") else { continue }
        try mean.assign(formula(mean.shape, 3) * 0.3)
        try variance.assign(formula(variance.shape, 5) * 0.2 + 1)
    }
    return try net.compiled(input: input, scope)
}

/// Expects a plan to give what the network gives, for batches of several sizes.
func expectSame(
    _ net: Module, _ plan: Plan, _ image: Shape, batches: [Int] = [1, 2, 7], tolerance: Double = 1e-5,
    at location: SourceLocation = #_sourceLocation
) throws {
    for images in batches {
        let x = try formula([images] + image, images)
        let expected = try GradMode.set(false) { try net(x) }
        let found = try plan(x)[0]
        #expect(found.shape == expected.shape, "batch of \(images)", sourceLocation: location)
        #expect(found.historyName == nil, sourceLocation: location)
        let (a, b) = (try found.floatArray(), try expected.floatArray())
        let largest = b.reduce(1) { max($0, Double($1.magnitude)) }
        let worst = zip(a, b).reduce(0) { max($0, Double(($1.0 - $1.1).magnitude)) }
        #expect(a.allSatisfy { $0.isFinite }, "batch of \(images)", sourceLocation: location)
        #expect(worst <= tolerance * largest, "batch of \(images): \(worst) of \(largest)", sourceLocation: location)
    }
}
