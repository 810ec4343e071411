import Datasets
import Networks
import TensorSupport
import Tensors
import TestSupport
import Testing

/// The digit network, as `scripts/models/mnist.lua` defines it.
final class DigitNet: Module {
    private let conv1: Conv2d, conv2: Conv2d
    private let drop: Module
    private let fc1: Linear, fc2: Linear
    private let generator: Generator

    init(_ generator: Generator) throws {
        conv1 = try Conv2d(1, 10, kernel: Pair(5), generator: generator)
        conv2 = try Conv2d(10, 20, kernel: Pair(5), generator: generator)
        drop = try layer("Dropout2d")
        fc1 = try Linear(320, 50, generator: generator)
        fc2 = try Linear(50, 10, generator: generator)
        self.generator = generator
        super.init(kind: "Net")
        try register("conv1", conv1)
        try register("conv2", conv2)
        try register("conv2_drop", drop)
        try register("fc1", fc1)
        try register("fc2", fc2)
    }

    override func forward(_ inputs: [Tensor], _ scope: Scope) throws -> Outcome {
        var x = try conv1(inputs[0]).maxPool2d(kernel: Pair(2)).relu()
        x = try drop(conv2(x), generator: generator).maxPool2d(kernel: Pair(2)).relu()
        x = try fc1(x.view([-1, 320])).relu().dropout(0.5, training: isTraining, generator)
        return .tensor(try fc2(x).logSoftmax(1))
    }
}

/// A layer as scripts make it.
func layer(_ name: String, _ given: (any Given)?..., options: [String: any Given] = [:]) throws -> Module {
    guard let layer = Layers.all.first(where: { $0.schema.name == name }) else { throw TensorError("no \(name)") }
    let parameters = layer.schema.parameters
    let values = parameters.enumerated().map { place, parameter in
        ((place < given.count ? given[place] : nil) ?? options["\(parameter.name)"])?.value
    }
    return try layer.make(Arguments(parameters, values), Context(generator: Generator(seed: 0)))
}

/// A module without a function of its own.
func group(_ parts: [(String, Module)] = []) throws -> Module {
    let module = Module(kind: "Group")
    for (name, part) in parts { try module.register(name, part) }
    return module
}

func linear(_ inputs: Int = 2, _ outputs: Int = 3, bias: Bool = true) throws -> Linear {
    try Linear(inputs, outputs, bias: bias, generator: Generator(seed: 0))
}

func floats(_ values: [Float], _ shape: Shape? = nil) throws -> Tensor { try Tensor(values, shape ?? [values.count]) }

/// The text of the error that `body` throws; "no error" where it throws none.
func text(_ body: () throws -> Any) -> String {
    do {
        _ = try body()
        return "no error"
    } catch {
        return "\(error)"
    }
}

/// Whether numbers agree, relative to the larger of `scale` and the expected one.
func expectClose(
    _ got: [Float], _ expected: [Float], tolerance: Float, scale: Float = 0, _ comment: String = "",
    at location: SourceLocation = #_sourceLocation
) {
    #expect(got.count == expected.count, "\(comment)", sourceLocation: location)
    for (place, (value, want)) in zip(got, expected).enumerated()
    where !((value - want).magnitude <= tolerance * max(scale, want.magnitude)) {
        Issue.record("\(comment): \(value) at \(place), \(want) expected", sourceLocation: location)
        return
    }
}

private func optimizer(_ kind: String, _ parameters: [Tensor], _ options: [(String, Value)]) throws -> Optimizer {
    let kind = try #require(Optimizers.all.first { $0.schema.name == kind })
    return try Optimizer(kind, [ParameterGroup.Declaration(parameters)], options: options)
}

func makeSGD(
    _ parameters: [Tensor], learningRate: Double = 1e-3, momentum: Double = 0, dampening: Double = 0,
    weightDecay: Double = 0, nesterov: Bool = false
) throws -> Optimizer {
    try optimizer(
        "SGD", parameters,
        [
            ("lr", .number(learningRate)), ("momentum", .number(momentum)), ("dampening", .number(dampening)),
            ("weight_decay", .number(weightDecay)), ("nesterov", .boolean(nesterov)),
        ])
}

func makeAdam(
    _ parameters: [Tensor], learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999),
    epsilon: Double = 1e-8, weightDecay: Double = 0, decoupled: Bool = false
) throws -> Optimizer {
    try optimizer(
        decoupled ? "AdamW" : "Adam", parameters,
        [
            ("lr", .number(learningRate)), ("betas", .list([.number(betas.0), .number(betas.1)])),
            ("eps", .number(epsilon)), ("weight_decay", .number(weightDecay)),
        ])
}
