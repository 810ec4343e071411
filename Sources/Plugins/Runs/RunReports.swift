import Host
import Images
import Lua
import Metrics
import Networks
import Reports
import Runs
import Tensors

/// `run:finish`: the figures and pictures that its page shows, and the page.
func finishRun(_ run: Run, _ call: Call) throws -> String {
    var findings = RunReport.Findings()
    if try call.has("classes") { findings.classes = try call.strings("classes") }
    let network = try call.index("network")
    var example: Tensor?
    if try call.has("loader") {
        guard network != 0 else {
            throw call.badArgument("network", expected: "the network that the loader's batches are for", got: "nothing")
        }
        let evaluation = try evaluateBatches(
            call, network: network, loader: call.index("loader"), isCompiled: true
        ) {
            try ScriptEvaluation(classes: $0, bins: 15, mistakes: 24)
        }
        findings.evaluation = evaluation.evaluation
        for (place, mistake) in evaluation.evaluation.mistakes.enumerated() {
            guard let input = evaluation.inputs[mistake.index] else { continue }
            example = input
            // What is no picture is told in words alone.
            findings.pictures[place] = try? picture(input, isNormalized: true)
        }
    }
    if network != 0, let module = call.state.object(at: network, as: Module.self) {
        try call.state.findParts(module, at: network)
        (findings.weights, findings.weightsName) = firstLayer(of: module, input: example?.shape)
    }
    try run.finish()
    return try RunReport(RunSummary(folder: run.folder), findings).write()
}

/// The weights of a network's first layer as pictures, where they are such: a convolution's kernels, or the rows of a
/// linear layer whose inputs are pictures.
///
/// - Parameter input: the shape of an input without the batch.
private func firstLayer(of module: Module, input: Shape?) -> (pictures: [Image], name: String) {
    guard let (name, weight) = module.namedParameters().first(where: { $0.tensor.dim >= 2 }),
        weight.count <= 1 << 24
    else { return ([], "") }
    let size = weight.shape.array.map { "\($0)" }.joined(separator: " × ")
    var pictures: [Image] = []
    if weight.dim == 4, weight.shape[2] > 1 || weight.shape[3] > 1 {
        let isColour = weight.shape[1] == 3
        for output in 0..<weight.shape[0] {
            for channel in 0..<(isColour ? 1 : weight.shape[1]) where pictures.count < 256 {
                let kernel = try? weight.detach().select(0, output)
                let part = isColour ? kernel : try? kernel?.select(0, channel)
                if let part, let image = try? picture(part, isNormalized: true) { pictures.append(image) }
            }
        }
    } else if weight.dim == 2, let input, input.count == 3, input[0] == 1 || input[0] == 3,
        input[0] * input[1] * input[2] == weight.shape[1]
    {
        for output in 0..<min(weight.shape[0], 256) {
            guard let row = try? weight.detach().select(0, output).view(input),
                let image = try? picture(row, isNormalized: true)
            else { continue }
            pictures.append(image)
        }
    }
    return (pictures, "\(name) (\(size))")
}
