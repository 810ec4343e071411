import Testing

@Suite("nightjar.metrics: evaluations")
struct EvaluationModuleTests {
    private let network = """
        nj.manual_seed(2)
        local set = data.generated_digits { limit = 50 }
        local net = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(784, 10))
        local loader = data.loader(set, { batch_size = 20, shuffle = true })
        """

    @Test("A network is run over a loader, which leaves no trace")
    func evaluate_() throws {
        let text = try evaluate(
            network + """

                local before = nj.get_rng_state()
                local e = nj.metrics.evaluate(net, loader, { mistakes = 5 })
                assert(nj.get_rng_state():equal(before) and net:is_training() and e:outputs() == "logits")
                local again = nj.metrics.evaluate(net, loader, { mistakes = 5 })
                assert(e:loss() == again:loss() and e:total() == 50)
                local mistakes = e:mistakes()
                assert(#mistakes == 5 and mistakes[1].loss >= mistakes[2].loss)
                -- The picture is the one that was mistaken: the network says so again.
                net:eval()
                local output = net(mistakes[1].input:unsqueeze(0))
                assert(output:argmax(1):item() == mistakes[1].predicted)
                local own = F.cross_entropy(output, nj.tensor { mistakes[1].truth }):item()
                assert(math.abs(own - mistakes[1].loss) < 1e-5)
                local scores = e:confusion():scores()
                assert(#scores.classes == 10 and scores.weighted.support == 50)
                assert(math.abs(scores.weighted.recall - e:accuracy()) < 1e-12 and e:top_k(10) == 1)
                assert(e:confusion():f1(3) == scores.classes[4].f1)
                local calibration = e:calibration()
                assert(#calibration.bins == 15 and calibration.error <= calibration.greatest_error)
                return "fine"
                """)
        #expect(text == "fine")
    }

    @Test("Plans, functions and loaders written in Lua will do")
    func others() throws {
        let text = try evaluate(
            network + """

                local plan = net:eval():compile { input = { 1, 1, 28, 28 } }
                local own = { batches = function() return loader:batches() end }
                local a = nj.metrics.evaluate(plan, loader)
                local b = nj.metrics.evaluate(function(x) return F.softmax(net(x), { dim = 1 }) end, own)
                assert(b:outputs() == "probabilities" and math.abs(a:loss() - b:loss()) < 1e-5)
                return a:accuracy() == b:accuracy()
                """)
        #expect(text == "true")
    }

    @Test("What is no classifier is said in words")
    func refusals() {
        #expect(
            failure(network + " nj.metrics.evaluate(nn.Flatten(), { batches = function() return function() end end })")
                .hasSuffix("metrics.evaluate: the loader has no batch to evaluate"))
        #expect(
            failure(network + " nj.metrics.evaluate(function() return nj.ones(3) end, loader)")
                .hasSuffix("metrics.evaluate: outputs [n, classes] of a classifier expected from the network"))
        #expect(
            failure("nj.metrics.evaluation(3):add(nj.ones(2, 3), nj.tensor { 0, 7 })")
                .hasSuffix("label 7 at row 1 is outside 0..2"))
        #expect(
            failure("nj.metrics.evaluation(3):add(nj.ones(2, 4), nj.tensor { 0, 1 })")
                .hasSuffix("outputs [n, 3] expected, got [2, 4]"))
    }
}
