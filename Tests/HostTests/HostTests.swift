import Lua
import Testing

@testable import Host

/// A state with the modules that the tests declare.
struct Bench {
    let machine: LuaMachine
    let loader: ModuleLoader

    init(_ modules: [HostModule] = testModules) throws {
        machine = try LuaMachine()
        loader = ModuleLoader(modules)
        try loader.install(on: machine.state())
    }

    /// Runs a chunk named "test.lua" and gives what it returned as text.
    func run(_ source: String) throws -> String {
        let state = try machine.state()
        state.setTop(0)
        try state.load(Array(source.utf8), name: "@test.lua")
        try state.call(arguments: 0)
        guard state.top > 0 else { return "" }
        return try (1...state.top).map { try state.describe(at: $0) }.joined(separator: " ")
    }

    /// The message of the error that a chunk raises.
    func failure(_ source: String) -> String {
        do {
            return "no error, but: \(try run(source))"
        } catch {
            return "\(error)"
        }
    }
}

final class Counter {
    var value: Int
    init(_ value: Int) { self.value = value }
}

class Shape {
    var area: Double { 0 }
}
final class Square: Shape {
    let side: Double
    init(_ side: Double) { self.side = side }
    override var area: Double { side * side }
}

struct Trouble: Error, CustomStringConvertible {
    let description: String
}

private let counterMethods: [HostMethod<Counter>] = [
    .method(
        "add", doc: "Adds another counter.", arguments: [.object("other", Counter.self)],
        returns: .object(Counter.self)
    ) { counter, call in
        let other: Counter = try call.object("other")
        return .object(Counter(counter.value + other.value))
    },
    .method("value", doc: "What it has counted.", returns: .integer()) { counter, _ in .integer(counter.value) },
    .method("bump", doc: "Counts one.", returns: .receiver) { counter, _ in
        counter.value += 1
        return .receiver
    },
    .method("view", doc: "A shape.", arguments: [.rest(integers: "sizes")], returns: .integers()) { _, call in
        .integers(try call.integers("sizes"))
    },
    .metamethod(.length, returns: .integer()) { counter, _ in .integer(counter.value) },
    .metamethod(.call, arguments: [.integer("by")], returns: .integer()) { counter, call in
        .integer(counter.value * (try call.integer("by")))
    },
    .binary(
        .add, left: .anyOf("left", of: [.object(Counter.self), .number]),
        right: .anyOf("right", of: [.object(Counter.self), .number]), returns: .object(Counter.self)
    ) { call in
        func operand(_ name: StaticString) throws -> Int {
            if let counter: Counter = try call.optionalObject(name) { return counter.value }
            return Int(try call.number(name))
        }
        return .object(Counter(try operand("left") + operand("right")))
    },
]

let testModules: [HostModule] = [
    HostModule(
        "", doc: "The root.",
        functions: [
            .function("manual_seed", doc: "Seeds.", arguments: [.integer("seed")]) { _ in .none },
            .function("no_grad", doc: "Calls a function.", arguments: [.function("body")]) { call in
                try call.call("body")
            },
            .function("counter", doc: "Makes a counter.", arguments: [.integer("start", default: 0)]) { call in
                .object(Counter(try call.integer("start")))
            },
            .function("square", doc: "Makes a square.", arguments: [.number("side")]) { call in
                .object(Square(try call.number("side")))
            },
            .function("up_to", doc: "An iterator.", arguments: [.integer("last")]) { call in
                let last = try call.integer("last")
                var next = 0
                return .function("up_to") { _ in
                    next += 1
                    if next == 4, last > 3 { throw Trouble(description: "four is too many") }
                    return next > last ? .nil : .values([.integer(next), .integer(next * next)])
                }
            },
        ],
        constants: [HostConstant("version", .string("0.1.0"), doc: "The version.")]),
    HostModule(
        "nn", doc: "Layers.",
        types: [
            HostType(
                Counter.self, name: "Counter", doc: "Counts.", releasable: true,
                indexHint: "use counter:value(), a counter holds one number", methods: counterMethods),
            HostType(
                Shape.self, name: "Shape", doc: "A shape.",
                methods: [
                    .method("area", doc: "Its area.", returns: .number()) { shape, _ in .number(shape.area) }
                ]),
            HostType(
                Square.self, name: "Square", doc: "A square.", parent: Shape.self, identity: true, fields: true,
                methods: [
                    .method("side", doc: "Its side.", returns: .number()) { square, _ in .number(square.side) }
                ]),
        ],
        functions: [
            .function(
                "Conv2d", doc: "2-D convolution.",
                arguments: [.integer("in_channels", min: 1), .integer("out_channels", min: 1)],
                options: [
                    .integerOrPair("kernel_size", min: 1), .integerOrPair("stride", min: 1, default: 1),
                    .choice("padding_mode", of: ["zeros", "reflect"], default: "zeros"),
                    .boolean("bias", default: true),
                ], returns: .table()
            ) { call in
                let kernel = try call.pair("kernel_size")
                let stride = try call.pair("stride")
                return .integers([
                    try call.integer("in_channels"), try call.integer("out_channels"), kernel.0, kernel.1, stride.0,
                    stride.1, try call.boolean("bias") ? 1 : 0,
                ])
            },
            .function(
                "Linear", doc: "A product.", arguments: [.integer("in_features"), .integer("out_features")]
            ) { call in
                .values([.integer(try call.integer("in_features")), .integer(try call.integer("out_features"))])
            },
            .function("area_of", doc: "An area.", arguments: [.object("shape", Shape.self)]) { call in
                let shape: Shape = try call.object("shape")
                return .number(shape.area)
            },
        ],
        lua: {
            Array(
                "local nn, raise = ...\nfunction nn.twice(x)\n  if not x then raise('twice: nothing to %s', 'double') end\n  return nn.Linear(x, x)\nend"
                    .utf8)
        }),
    HostModule(
        "nn.functional", doc: "Functions.", prefix: "",
        functions: [
            .function("conv2d", doc: "Convolves.") { _ in
                throw Trouble(description: "expected 1 input channel, got 3")
            }
        ]),
]
