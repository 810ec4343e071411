import Networks
import Tensors
import TestSupport
import Testing

@Suite("Optimisers")
struct OptimizerTests {
    private func parameter(_ values: [Float] = formulaValues(5, 0)) throws -> Tensor {
        try Tensor(values, [values.count]).requireGrad()
    }

    private func optimizer(_ reference: JSON, _ parameters: [Tensor]) throws -> Optimizer {
        let args = reference["args"]
        func number(_ name: String) -> Double { args[name].double ?? .nan }
        if reference["name"].string.hasPrefix("sgd") {
            return try makeSGD(
                parameters, learningRate: number("lr"), momentum: number("momentum"), dampening: number("dampening"),
                weightDecay: number("weight_decay"), nesterov: args["nesterov"].bool)
        }
        return try makeAdam(
            parameters, learningRate: number("lr"),
            betas: (args["betas"][0].double ?? .nan, args["betas"][1].double ?? .nan), epsilon: number("eps"),
            weightDecay: number("weight_decay"), decoupled: reference["name"].string == "adamw")
    }

    @Test("Six steps are PyTorch's")
    func steps() throws {
        let cases = try JSON.referenceCases("sgd.json")
        #expect(cases.count == 9)
        for reference in cases {
            let parameter = try parameter()
            let optimizer = try optimizer(reference, [parameter])
            for (place, expected) in reference["after_each_step"].array.enumerated() {
                parameter.grad = try Tensor(formulaValues(5, place + 1), [5])
                try optimizer.step()
                expectClose(
                    try parameter.floatArray(), expected.floats, tolerance: 3e-7, scale: 1,
                    "\(reference["name"].string), step \(place + 1)")
            }
        }
    }

    @Test("Many parameters are changed together as each would be alone, whatever their sizes and types")
    func together() throws {
        let sizes = [1, 5000, 0, 7, 4096, 13, 9001]
        func made(_ size: Int, _ place: Int) throws -> Tensor {
            let values = try Tensor(formulaValues(size, place), [size])
            return try values.to(place == 3 ? .float64 : .float32).requireGrad()
        }
        func gradient(_ place: Int, _ step: Int, _ parameter: Tensor) throws -> Tensor {
            try Tensor(formulaValues(sizes[place], 10 * step + place), [sizes[place]]).to(parameter.dtype)
        }
        let all = try sizes.enumerated().map { try made($1, $0) }
        let together = try makeAdam(all)
        for step in 0..<2 {
            for (place, parameter) in all.enumerated() { parameter.grad = try gradient(place, step, parameter) }
            try together.step()
        }
        for place in sizes.indices {
            let alone = try made(sizes[place], place)
            let optimizer = try makeAdam([alone])
            for step in 0..<2 {
                alone.grad = try gradient(place, step, alone)
                try optimizer.step()
            }
            #expect(try all[place].detach().doubles() == alone.detach().doubles(), "\(sizes[place])")
        }
    }

    @Test("A gradient that is another parameter's memory is the one that this has at its turn")
    func sharedMemory() throws {
        let (a, b) = (try parameter(formulaValues(9000, 0)), try parameter(formulaValues(9000, 1)))
        let before = try (a.floatArray(), b.floatArray())
        (a.grad, b.grad) = (try Tensor(formulaValues(9000, 2), [9000]), a.detach())
        try makeSGD([a, b], learningRate: 1).step()
        let first = zip(before.0, formulaValues(9000, 2)).map { $0 - $1 }
        #expect(try a.floatArray() == first)
        #expect(try b.floatArray() == zip(before.1, first).map { $0 - $1 })
    }

    @Test("A state that was saved goes on exactly as the run that was not interrupted")
    func state() throws {
        for reference in try JSON.referenceCases("sgd.json") {
            let whole = try parameter()
            let first = try optimizer(reference, [whole])
            func run(_ optimizer: Optimizer, _ parameter: Tensor, _ steps: ClosedRange<Int>) throws {
                for step in steps {
                    parameter.grad = try Tensor(formulaValues(5, step), [5])
                    try optimizer.step()
                }
            }
            try run(first, whole, 1...3)
            let resumed = try parameter(whole.floatArray())
            let second = try optimizer(reference, [resumed])
            // A copy, and in another order, as a file gives it.
            try second.loadState(first.state.reversed().map { ($0.name, try $0.tensor.clone()) })
            try run(first, whole, 4...6)
            try run(second, resumed, 4...6)
            #expect(try whole.floatArray() == resumed.floatArray(), "\(reference["name"].string)")
            let states = [first, second].map { $0.state.map { "\($0.name) \($0.tensor)" } }
            #expect(states[0] == states[1])
        }
    }

    @Test("States have PyTorch's names and come after the first step")
    func names() throws {
        let (a, b) = (try parameter(), try parameter([1]))
        let plain = try makeSGD([a, b]), sgd = try makeSGD([a, b], momentum: 0.5), adam = try makeAdam([a, b])
        #expect(sgd.state.isEmpty && adam.state.isEmpty)
        b.grad = try floats([1])
        for optimizer in [plain, sgd, adam] { try optimizer.step() }
        #expect(plain.state.isEmpty)
        #expect(sgd.state.map(\.name) == ["1.momentum_buffer"])
        #expect(adam.state.map(\.name) == ["1.step", "1.exp_avg", "1.exp_avg_sq"])
        // A parameter without a gradient stays as it is.
        #expect(try a.floatArray() == formulaValues(5, 0))
        #expect(a.grad == nil)
        try sgd.zeroGrad()
        #expect(b.grad == nil)
    }

    @Test("States of other parameters are refused and change nothing")
    func foreignStates() throws {
        let one = try parameter([1])
        let sgd = try makeSGD([one], momentum: 0.5), adam = try makeAdam([one])
        one.grad = try floats([1])
        try sgd.step()
        let before = try sgd.state[0].tensor.floatArray()
        let value = try floats([1])
        let cases: [(Optimizer, String, Tensor, String)] = [
            (sgd, "1.momentum_buffer", value, "this optimiser has no state '1.momentum_buffer'"),
            (sgd, "momentum_buffer", value, "this optimiser has no state 'momentum_buffer'"),
            (sgd, "-1.momentum_buffer", value, "this optimiser has no state '-1.momentum_buffer'"),
            (sgd, "0.exp_avg", value, "SGD has no state '0.exp_avg'"),
            (
                sgd, "0.momentum_buffer", try floats([1, 2]),
                "state '0.momentum_buffer' has shape [2], its parameter has [1]"
            ),
            (
                sgd, "0.momentum_buffer", try Tensor([1 as Int64], [1]),
                "state '0.momentum_buffer' is int64, its parameter is float32"
            ),
            (adam, "0.momentum_buffer", value, "Adam has no state '0.momentum_buffer'"),
            (adam, "0.step", try floats([-1], []), "state '0.step' is not a number of steps"),
            (adam, "0.step", try floats([.nan], []), "state '0.step' is not a number of steps"),
            (adam, "0.step", try floats([1, 2]), "one element expected, got 2 (shape [2])"),
            (adam, "0.exp_avg", try floats([1], []), "state '0.exp_avg' has shape [], its parameter has [1]"),
        ]
        for (optimizer, name, tensor, message) in cases {
            #expect(text { try optimizer.loadState([(name, tensor)]) } == message)
        }
        #expect(try sgd.state[0].tensor.floatArray() == before)
    }

    @Test("Rates and parameters that cannot be are refused")
    func refusals() throws {
        let one = try parameter()
        let made = try one * 2
        let cases: [(String, () throws -> Any)] = [
            ("at least one parameter expected, got an empty list", { try makeSGD([]) }),
            (
                "parameter 2 is the result of an operation; only tensors made by hand can be optimised",
                { try makeSGD([one, made]) }
            ),
            ("parameter 2 is the same tensor as parameter 1", { try makeSGD([one, one]) }),
            ("lr of 0 or more expected, got -1.0", { try makeSGD([one], learningRate: -1) }),
            ("lr of 0 or more expected, got nan", { try makeSGD([one], learningRate: .nan) }),
            ("lr of 0 or more expected, got inf", { try makeAdam([one], learningRate: .infinity) }),
            ("momentum of 0 or more expected, got -0.5", { try makeSGD([one], momentum: -0.5) }),
            ("weight_decay of 0 or more expected, got -0.5", { try makeSGD([one], weightDecay: -0.5) }),
            ("nesterov needs a momentum above 0 and no dampening", { try makeSGD([one], nesterov: true) }),
            (
                "nesterov needs a momentum above 0 and no dampening",
                { try makeSGD([one], momentum: 0.5, dampening: 0.1, nesterov: true) }
            ),
            ("betas[1] from 0 to below 1.0 expected, got 1.0", { try makeAdam([one], betas: (1, 0.9)) }),
            ("betas[2] from 0 to below 1.0 expected, got -0.1", { try makeAdam([one], betas: (0.9, -0.1)) }),
            ("eps of 0 or more expected, got -1.0", { try makeAdam([one], epsilon: -1) }),
        ]
        for (message, body) in cases { #expect(text(body) == message) }
    }

    @Test("A gradient of another shape is refused")
    func wrongGradient() throws {
        let one = try parameter()
        one.grad = try floats([1, 2])
        #expect(text { try makeSGD([one]).step() } == "the gradient of parameter 1 has shape [2]")
    }

    @Test("A step between a forward and its backward pass is found out")
    func stepBeforeBackward() throws {
        let one = try parameter()
        let optimizer = try makeSGD([one], learningRate: 1)
        let loss = try (one * one).sum()
        one.grad = try floats([1, 1, 1, 1, 1])
        try optimizer.step()
        #expect(text { try loss.backward() } != "no error")
    }
}
