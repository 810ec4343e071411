import Datasets
import Networks
import TensorSupport
import Tensors
import TestSupport
import Testing

/// The digit network against PyTorch's values (`Tests/Reference/make_reference.py`).
@Suite("Digit network")
struct DigitNetTests {
    @Test("Seed 42 gives PyTorch's parameters")
    func parameters() throws {
        let reference = try JSON.reference("mnist_net.json")
        let state = try DigitNet(Generator(seed: 42)).stateDict()
        let cases = reference["cases"].array
        #expect(state.map(\.name) == cases.map(\.["name"].string))
        for (entry, expected) in zip(state, cases) {
            let values = try entry.tensor.floatArray()
            let first = expected["value"]["first"].floats
            #expect(entry.tensor.shape == expected["shape"].ints)
            #expect(!first.isEmpty)
            #expect(Array(values.prefix(8)) == first, "\(entry.name)")
            let (sum, magnitudes) = sums(values)
            let slack = 1e-12  // both sums are of the same numbers, but in another order
            #expect((sum - (expected["value"]["sum"].double ?? .nan)).magnitude <= slack, "\(entry.name)")
            #expect((magnitudes - (expected["value"]["sum_abs"].double ?? .nan)).magnitude <= slack, "\(entry.name)")
        }
    }

    @Test("The forward and the backward pass are PyTorch's")
    func passes() throws {
        let reference = try JSON.reference("mnist_net.json")
        let net = try DigitNet(Generator(seed: 42))
        net.train(false)
        let pixels = (0..<4 * 28 * 28).map { place -> Float in
            let pixel = Float((place * 37 + 11) % 256) / 255
            return (pixel - 0.1307) / 0.3081
        }
        let output = try net(Tensor(pixels, [4, 1, 28, 28]))
        expectClose(try output.floatArray(), reference["log_probabilities"].floats, tolerance: 1e-6, "output")
        let loss = try output.nllLoss(Tensor(reference["targets"].ints.map(Int64.init), [4]))
        expectClose([Float(try loss.item())], [Float(reference["loss"].double ?? .nan)], tolerance: 1e-6, "loss")
        try loss.backward()

        let cases = reference["cases"].array
        #expect(cases.count == 8)
        for (entry, expected) in zip(net.namedParameters(), cases) {
            let gradient = try #require(entry.tensor.grad, "\(entry.name)")
            let values = try gradient.floatArray()
            #expect(gradient.shape == entry.tensor.shape)
            // What adds up to almost nothing is only as exact as what was added.
            expectClose(
                Array(values.prefix(8)), expected["gradient"]["first"].floats, tolerance: 2e-5, scale: 1e-2, entry.name)
            let (sum, magnitudes) = sums(values)
            let whole = expected["gradient"]["sum_abs"].double ?? .nan
            #expect((magnitudes - whole).magnitude <= 1e-6 * whole, "\(entry.name): \(magnitudes), not \(whole)")
            #expect(
                (sum - (expected["gradient"]["sum"].double ?? .nan)).magnitude <= 1e-6 * whole, "\(entry.name): \(sum)")
        }
    }

    private func sums(_ values: [Float]) -> (Double, Double) {
        (values.reduce(0) { $0 + Double($1) }, values.reduce(0) { $0 + Double($1.magnitude) })
    }

    /// The loader's order, the dropout's masks, every layer and the optimiser: a slip in one of them shows here.
    @Test(
        "The tutorial's first test and first 20 losses are PyTorch's",
        .enabled(if: realMNIST != nil, "set NIGHTJAR_TEST_MNIST to the directory that has MNIST's files"))
    func tutorial() throws {
        let reference = try #require(
            try JSON.referenceCases("train_curve.json").first { $0["name"].string == "test loader shuffle=True" })
        let mnist = MNIST(directory: realMNIST)
        let table = try PixelTable(mean: 0.1307, std: 0.3081)
        let generator = Generator(seed: 42)
        func loader(_ split: MNIST.Split, batchSize: Int) throws -> Loader {
            var options = Loader.Options()
            (options.batchSize, options.shuffle) = (batchSize, true)
            return try Loader(
                DigitSet(mnist.load(split), table: table, name: "MNIST"), options, generator: generator)
        }
        let (trainLoader, testLoader) = (try loader(.train, batchSize: 64), try loader(.test, batchSize: 1000))
        let net = try DigitNet(generator)
        let optimizer = try makeSGD(net.namedParameters().map(\.tensor), learningRate: 0.01, momentum: 0.5)

        net.train(false)
        var (total, correct): (Double, Double) = (0, 0)
        try GradMode.set(false) {
            let pass = try testLoader.batches()
            while let (step, values) = try pass.next() {
                let (images, labels) = try #require(values.pair)
                if step == 1 {
                    let first = try labels.int64Array().prefix(16).map { Int($0) }
                    #expect(first == reference["first_16_test_targets"].ints)
                }
                let output = try net(images)
                total += try output.nllLoss(labels, reduction: .sum).item()
                correct += try output.argmax(1).call("eq", labels).sum().item()
            }
        }
        #expect(correct == 664)
        #expect((total / 10_000 - (reference["untrained_loss"].double ?? .nan)).magnitude < 2e-6)

        net.train()
        let expected = reference["losses"].floats
        let pass = try trainLoader.batches()
        var losses: [Float] = []
        for place in expected.indices {
            let (images, labels) = try #require(try pass.next()?.values.pair)
            let targets = try labels.int64Array().prefix(8).map { Int($0) }
            #expect(targets == reference["first_8_targets_of_each_step"][place].ints)
            try optimizer.zeroGrad()
            let loss = try net(images).nllLoss(labels)
            try loss.backward()
            try optimizer.step()
            losses.append(Float(try loss.item()))
        }
        #expect(losses.count == 20)
        expectClose(losses, expected, tolerance: 1e-5, "losses")
    }
}

extension [Element] {
    /// Images and labels.
    fileprivate var pair: (Tensor, Tensor)? {
        if count == 2, case .tensor(let images) = self[0], case .tensor(let labels) = self[1] {
            (images, labels)
        } else {
            nil
        }
    }
}
