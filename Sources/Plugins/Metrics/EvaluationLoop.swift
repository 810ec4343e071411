import Host
import Lua
import Metrics
import Networks
import Plans
import Tensors

/// Runs a network over one pass of a loader and counts its outputs.
///
/// - Parameters:
///   - network: the stack index of a module, or of anything else that can be called with inputs.
///   - loader: that of anything with a method `batches`, whose iterator gives a step, inputs and labels.
///   - isCompiled: whether a module is compiled first, where that can be done.
///   - make: an evaluation for so many classes.
func evaluateBatches(
    _ call: Call, network: Int32, loader: Int32, isCompiled: Bool = false, make: (Int) throws -> ScriptEvaluation
) throws -> ScriptEvaluation {
    let (state, generator) = (call.state, call.generator)
    let module = state.object(at: network, as: Module.self)
    if let module { try state.findParts(module, at: network) }
    let (snapshot, modes) = (generator.snapshot, module?.namedModules().map { ($0.module, $0.module.isTraining) })
    let top = state.top
    module?.train(false)
    defer {
        state.setTop(top)
        generator.snapshot = snapshot
        // From the outside inwards: each switches what is inside it, too.
        for (module, isTraining) in modes ?? [] { module.train(isTraining) }
    }
    try state.reserve(24)
    try state.get("batches", from: loader)
    state.pushCopy(loader)
    try state.call(arguments: 1, results: 3)
    let iterator = state.top - 2
    var evaluation: ScriptEvaluation?
    var plan: Plan?
    try GradMode.set(false) {
        while true {
            try Interrupt.check()
            state.setTop(iterator + 2)
            for place in iterator...iterator + 2 { state.pushCopy(place) }
            let count = try state.call(arguments: 2)
            let batch = state.top - count + 1
            guard count > 0, !state.isNil(at: batch) else { break }
            guard count >= 3, let labels = state.object(at: state.top, as: Tensor.self) else {
                throw MetricsError("a step, inputs and a tensor of labels expected of each batch, got \(count) values")
            }
            state.copy(batch, to: iterator + 2)
            let inputs = state.object(at: batch + 1, as: Tensor.self)
            if evaluation == nil, isCompiled, count == 3, let module, var shape = inputs?.shape, !shape.isEmpty {
                shape[0] = 1
                plan = try? call.withForward { try module.compiled(input: shape, call.scope()) }
            }
            let found: Tensor?
            if let plan, let inputs, inputs.dtype == .float32, plan.imageShape == Shape(inputs.shape.dropFirst()) {
                found = try plan(inputs)[0]
            } else {
                try state.reserve(Int(count) + 8)
                state.pushCopy(network)
                // Networks of several inputs get all that stands between step and labels.
                for place in batch + 1..<batch + count - 1 { state.pushCopy(place) }
                try state.call(arguments: count - 2, results: 1)
                found = state.object(at: -1, as: Tensor.self)
            }
            guard let outputs = found, outputs.dim == 2 else {
                throw MetricsError("outputs [n, classes] of a classifier expected from the network")
            }
            let current = try evaluation ?? make(outputs.shape[1])
            try current.add(outputs: outputs, labels: labels, inputs: inputs)
            evaluation = current
        }
    }
    guard let evaluation else { throw MetricsError("the loader has no batch to evaluate") }
    return evaluation
}
