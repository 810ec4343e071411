import TensorSupport
import Tensors
import TestSupport
import Testing

@testable import Networks

@Suite("Modules")
struct ModuleTests {
    private func names(_ list: [(name: String, tensor: Tensor)]) -> [String] { list.map(\.name) }

    @Test("Parts keep the order in which they were registered; names are paths")
    func order() throws {
        let net = try group([("b", linear()), ("a", group([("z", linear(bias: false))]))])
        try net.registerParameter("scale", .ones([1]))
        try net.registerBuffer("mean", .zeros([2]))
        #expect(names(net.namedParameters()) == ["scale", "b.weight", "b.bias", "a.z.weight"])
        #expect(try names(net.stateDict()) == ["scale", "mean", "b.weight", "b.bias", "a.z.weight"])
        #expect(net.namedModules().map(\.name) == ["", "b", "a", "a.z"])
        #expect(net.parameter("scale")?.requiresGrad == true)
        #expect(net.ownBuffers[0].tensor.requiresGrad == false)
        #expect(net.parameter("mean") == nil)
    }

    @Test("Names that Unicode calls equal are two names")
    func exactNames() throws {
        let net = try group([("\u{e9}", linear(bias: false)), ("e\u{301}", linear(bias: false))])
        try net.registerParameter("\u{c5}", .ones([1]))
        try net.registerBuffer("A\u{30a}", .ones([2]))
        let stored = try net.stateDict().map { Array($0.name.utf8) }
        #expect(
            stored
                == ["\u{c5}", "A\u{30a}", "\u{e9}.weight", "e\u{301}.weight"].map { (name: String) in Array(name.utf8) }
        )
    }

    @Test("What replaces a part takes its place")
    func replacement() throws {
        let net = try group([("a", linear(1, 1)), ("b", linear()), ("c", linear())])
        let old = net.children[1].module
        try net.register("b", try linear(7, 8))
        #expect(net.children.map(\.name) == ["a", "b", "c"])
        #expect(try net.stateDict()[2].tensor.shape == [8, 7])
        #expect(old.path == nil)
        #expect(old.label == "Linear 2->3")
        #expect(net.children[1].module.path == "b")

        // A name stands for one thing, whatever it is.
        try net.registerParameter("b", .zeros([1]))
        #expect(net.children.map(\.name) == ["a", "c"])
        try net.registerBuffer("b", .zeros([2]))
        #expect(net.ownParameters.isEmpty && net.ownBuffers.count == 1)
        try net.register("b", try linear())
        #expect(net.ownBuffers.isEmpty)
        net.unregister("b")
        net.unregister("nothing")
        #expect(try names(net.stateDict()) == ["a.weight", "a.bias", "c.weight", "c.bias"])
        let parameter = try Tensor.zeros([3])
        try net.registerParameter("p", .zeros([1]))
        try net.registerParameter("q", .zeros([2]))
        try net.registerParameter("p", parameter)
        #expect(names(net.ownParameters) == ["p", "q"])
        #expect(net.parameter("p") === parameter)
    }

    @Test("Labels say where a module is and what it is made of")
    func labels() throws {
        let generator = Generator(seed: 0)
        let conv = try Conv2d(1, 32, kernel: Pair(3, 3), generator: generator)
        #expect(conv.label == "Conv2d 1->32, 3x3")
        let features = try group([("0", layer("ReLU")), ("3", conv)])
        let net = try group([("features", features)])
        #expect(conv.label == "features.3 (Conv2d 1->32, 3x3)")
        #expect(features.label == "features (Group)")
        #expect(net.label == "Group")
        net.unregister("features")
        #expect(conv.label == "3 (Conv2d 1->32, 3x3)")
    }

    @Test(
        "Modules describe their options",
        arguments: [
            (
                ConvolutionOptions(stride: Pair(2, 2), padding: Pair(1, 2), dilation: Pair(3, 3), groups: 2),
                "4->6, 5x3, stride 2, padding 1x2, dilation 3, groups 2"
            ),
            (ConvolutionOptions(), "4->6, 5x3"), (ConvolutionOptions(stride: Pair(1, 2)), "4->6, 5x3, stride 1x2"),
        ])
    func details(options: ConvolutionOptions, expected: String) throws {
        let conv = try Conv2d(4, 6, kernel: Pair(5, 3), options: options, generator: Generator(seed: 0))
        #expect(conv.details == expected)
    }

    @Test("A module cannot be inside itself, by whatever way")
    func cycles() throws {
        let outer = try group(), middle = try group(), inner = try group()
        try outer.register("middle", middle)
        try middle.register("inner", inner)
        for module in [inner, middle, outer] {
            #expect(text { try inner.register("again", module) } == "a module cannot contain itself (as 'again')")
        }
        #expect(inner.children.isEmpty)
        for name in ["", "a.b", "."] {
            #expect(
                text { try outer.register(name, linear()) }
                    == "a name without dots expected for a part of a network, got '\(name)'")
            #expect(text { try outer.registerParameter(name, .zeros([1])) } != "no error")
            #expect(text { try outer.registerBuffer(name, .zeros([1])) } != "no error")
        }
    }

    @Test("Shared parts count once in parameters and stand under each name in the state dict")
    func sharing() throws {
        let shared = try linear()
        let net = try group([("a", shared), ("b", shared), ("c", linear())])
        #expect(names(net.namedParameters()) == ["a.weight", "a.bias", "c.weight", "c.bias"])
        #expect(
            try names(net.stateDict()) == ["a.weight", "a.bias", "b.weight", "b.bias", "c.weight", "c.bias"])
        #expect(net.namedModules().map(\.name) == ["", "a", "c"])
        try net.registerParameter("tied", try #require(shared.parameter("weight")))
        #expect(names(net.namedParameters()) == ["tied", "a.bias", "c.weight", "c.bias"])
    }

    @Test("train and eval reach every module, and dropout heeds them")
    func modes() throws {
        let drop = try layer("Dropout", 1)
        let inner = try group([("drop", drop)])
        let net = try group([("inner", inner)])
        #expect(net.isTraining && inner.isTraining && drop.isTraining)
        #expect(try drop(.ones([4])).floatArray() == [0, 0, 0, 0])
        net.train(false)
        #expect(!net.isTraining && !inner.isTraining && !drop.isTraining)
        #expect(try drop(.ones([4])).floatArray() == [1, 1, 1, 1])
        inner.train()
        #expect(!net.isTraining && inner.isTraining && drop.isTraining)
    }

    @Test("zeroGrad forgets the gradients of all parts")
    func zeroGrad() throws {
        let net = try group([("a", group([("b", linear())]))])
        let weight = net.namedParameters()[0].tensor
        weight.grad = try .zeros([3, 2])
        try net.zeroGrad()
        #expect(weight.grad == nil)
    }

    @Test("A network prints as a tree")
    func tree() throws {
        let generator = Generator(seed: 0)
        let net = try group([
            (
                "features",
                group([("0", Conv2d(1, 2, kernel: Pair(3, 3), generator: generator)), ("1", layer("ReLU"))])
            ),
            ("drop", layer("Dropout", 0.25)),
            ("pool", layer("MaxPool2d", 2, [1, 2], options: ["dilation": [2, 2]])),
            ("flat", layer("Flatten")),
        ])
        #expect(
            net.tree == """
                Group(
                  (features): Group(
                    (0): Conv2d(1->2, 3x3)
                    (1): ReLU()
                  )
                  (drop): Dropout(p=0.25)
                  (pool): MaxPool2d(2x2, stride 1x2, dilation 2x2)
                  (flat): Flatten()
                )
                """)
        #expect(try DigitNet(generator).tree.split(separator: "\n")[2] == "  (conv2): Conv2d(10->20, 5x5)")
    }

    @Test("Layers refuse sizes that cannot be")
    func refusals() {
        let generator = Generator(seed: 0)
        let conv: (Int, Int, Pair, ConvolutionOptions) throws -> Any = {
            try Conv2d($0, $1, kernel: $2, options: $3, generator: generator)
        }
        let cases: [(String, () throws -> Any)] = [
            ("in_channels of at least 1 expected, got 0", { try conv(0, 1, Pair(1, 1), .init()) }),
            ("kernel_size of at least 1 expected, got 0", { try conv(1, 1, Pair(1, 0), .init()) }),
            ("stride of at least 1 expected, got 0", { try conv(1, 1, Pair(1, 1), .init(stride: Pair(0, 1))) }),
            (
                "3 input channels and 4 output channels cannot be divided into 2 groups",
                { try conv(3, 4, Pair(1, 1), .init(groups: 2)) }
            ),
            (
                "4 input channels and 3 output channels cannot be divided into 2 groups",
                { try conv(4, 3, Pair(1, 1), .init(groups: 2)) }
            ),
            (
                "1 input channel and 1 output channel cannot be divided into 0 groups",
                { try conv(1, 1, Pair(1, 1), .init(groups: 0)) }
            ),
            ("in_features of at least 1 expected, got -1", { try linear(-1, 1) }),
            ("out_features from 1 to 16777216 expected, got 16777217", { try linear(1, 1 << 24 + 1) }),
            ("[16777216, 16777216] is more than memory can hold", { try linear(1 << 24, 1 << 24) }),
            ("a probability from 0 to 1 expected, got 1.5", { try layer("Dropout", 1.5)(.ones([1])) }),
            ("a probability from 0 to 1 expected, got nan", { try layer("Dropout", Double.nan)(.ones([1])) }),
            ("Group has no forward function", { try group()(.zeros([1])) }),
        ]
        for (message, body) in cases { #expect(text(body) == message) }
    }

    @Test("Layers without a bias draw no numbers for one")
    func withoutBias() throws {
        let generator = Generator(seed: 7)
        let layer = try Linear(2, 3, bias: false, generator: generator)
        #expect(try names(layer.stateDict()) == ["weight"])
        let other = Generator(seed: 7)
        _ = try Linear(2, 3, bias: false, generator: other)
        for _ in 0..<5 { #expect(generator.next32() == other.next32()) }
        #expect(try layer(.zeros([1, 2])).floatArray() == [0, 0, 0])
        layer.unregister("weight")
        #expect(text { try layer(.zeros([1, 2])) } == "its weight was taken away")
    }
}
