import Files
import JSON
import TestSupport
import Testing

/// scripts/evaluate.lua as a user runs it, with a network whose answers are known: 1 for every image.
@Suite(.enabled(if: Nightjar.executable != nil, "the command is not built"))
struct EvaluateTests {
    let scratch: ScratchDirectory
    static let script = joinPath(Nightjar.root, "scripts/evaluate.lua")

    init() throws {
        scratch = try ScratchDirectory()
        let make = try scratch.write(
            "make.lua",
            """
            package.path = "\(Nightjar.root)/scripts/?.lua;" .. package.path
            local nj = require "nightjar"
            local net = require("models.mnist").Net()
            for _, parameter in ipairs(net:parameters()) do parameter:detach():zero_() end
            net.fc2.bias:detach():narrow(0, 1, 1):fill_(2)
            nj.checkpoint.save("model.safetensors", { model = net, metadata = { data = "MNIST" } })
            nj.checkpoint.save("drawn.safetensors", { model = net, metadata = { data = "generated digits, not MNIST" } })
            net.fc2.bias:detach():fill_(0 / 0)
            nj.checkpoint.save("broken.safetensors", { model = net })
            nj.checkpoint.save("other.safetensors", { model = nj.nn.Linear(2, 2) })
            """)
        let made = try Nightjar.run(make, in: scratch.path)
        try #require(made == Nightjar.Run(), "\(made.errors)")
        // Five images of classes 0, 1, 1, 7, 1.
        try makeDirectory(scratch.file("data"))
        let header: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 5, 0, 0, 0, 28, 0, 0, 0, 28]
        try writeFile(scratch.file("data/t10k-images-idx3-ubyte"), header + [UInt8](repeating: 9, count: 5 * 784))
        try writeFile(scratch.file("data/t10k-labels-idx1-ubyte"), [0, 0, 8, 1, 0, 0, 0, 5, 0, 1, 1, 7, 1])
    }

    private func run(_ arguments: String...) throws -> Nightjar.Run {
        try Nightjar.run(
            Self.script, arguments, in: scratch.path, environment: ["XDG_CACHE_HOME": scratch.file("cache")])
    }

    /// The output with the times, which differ from run to run, as X.
    private func timeless(_ output: String) -> String { output.replacing(/\d+\.\d+ ms/, with: "X ms") }

    private static let figures = """
        One image: median X ms, 99th percentile X ms

        truth \\ predicted  0  1  2  3  4  5  6  7  8  9
                        0  0  1  0  0  0  0  0  0  0  0
                        1  0  3  0  0  0  0  0  0  0  0
                        2  0  0  0  0  0  0  0  0  0  0
                        3  0  0  0  0  0  0  0  0  0  0
                        4  0  0  0  0  0  0  0  0  0  0
                        5  0  0  0  0  0  0  0  0  0  0
                        6  0  0  0  0  0  0  0  0  0  0
                        7  0  1  0  0  0  0  0  0  0  0
                        8  0  0  0  0  0  0  0  0  0  0
                        9  0  0  0  0  0  0  0  0  0  0

                class  precision  recall      F1  examples
                    0     0.0000  0.0000  0.0000         1
                    1     0.6000  1.0000  0.7500         3
                    2     0.0000  0.0000  0.0000         0
                    3     0.0000  0.0000  0.0000         0
                    4     0.0000  0.0000  0.0000         0
                    5     0.0000  0.0000  0.0000         0
                    6     0.0000  0.0000  0.0000         0
                    7     0.0000  0.0000  0.0000         1
                    8     0.0000  0.0000  0.0000         0
                    9     0.0000  0.0000  0.0000         0
                 mean     0.2000  0.3333  0.2500         5
        weighted mean     0.3600  0.6000  0.4500         5

        top-1 60.00 %, top-3 80.00 %, top-5 80.00 %; calibration error 0.1491 (15 bins); outputs are log-probabilities

        """

    // ln(9 + e^2) = 2.7966; three of five have 2 less: the mean is 1.5966.
    private static let line = "Test set: Avg. loss: 1.5966, Accuracy: 3/5 (60.00%)"

    @Test("Loss, accuracy, confusions and times", arguments: ["1000", "2", "5", "9223372036854775807"])
    func figures(batch: String) throws {
        let result = try run("--data", "data", "--latency-runs", "3", "--batch-size", batch)
        #expect(result.status == 0)
        #expect(result.errors == "")
        #expect(timeless(result.output) == "\(Self.line)\n\(Self.figures)")
    }

    @Test("Digits that are not MNIST's are named, those of the test and those of the training")
    func remarks() throws {
        let drawn = "generated digits, not MNIST"
        let first = try run("--data", "data", "--latency-runs", "1", "--model", "drawn.safetensors").output
        #expect(first.hasPrefix("\(Self.line)  (trained on \(drawn))\n"))
        let second = try run("--limit", "20", "--latency-runs", "1").output
        #expect(second.split(separator: "\n")[0].hasSuffix("%)  (\(drawn))"))
        let both = try run("--limit", "20", "--latency-runs", "1", "--model", "drawn.safetensors").output
        #expect(both.split(separator: "\n")[0].hasSuffix("%)  (\(drawn))  (trained on \(drawn))"))
    }

    @Test("Thresholds make it fail, after the figures")
    func thresholds() throws {
        let low = try run("--data", "data", "--latency-runs", "1", "--min-accuracy", "60.01")
        #expect(low.status == 1)
        #expect(low.errors == "evaluate.lua: accuracy 60.00 % is below --min-accuracy 60.01\n")
        #expect(timeless(low.output) == "\(Self.line)\n\(Self.figures)")
        #expect(try run("--data", "data", "--latency-runs", "1", "--min-accuracy", "60").status == 0)
        let slow = try run(
            "--data", "data", "--latency-runs", "1", "--max-latency-ms", "0.000001", "--min-accuracy", "99")
        #expect(slow.status == 1)
        #expect(
            slow.errors.replacing(/latency \d+\.\d+/, with: "latency X")
                == "evaluate.lua: accuracy 60.00 % is below --min-accuracy 99; latency X ms is above --max-latency-ms 1e-06\n"
        )
        #expect(try run("--data", "data", "--latency-runs", "1", "--max-latency-ms", "60000").status == 0)
    }

    @Test("The figures go to a file as JSON, also where a threshold fails")
    func json() throws {
        let result = try run(
            "--data", "data", "--latency-runs", "2", "--json", "figures.json", "--min-accuracy", "99")
        #expect(result.status == 1)
        let text = try readText(scratch.file("figures.json"))
        let (images, labels) = try (
            SHA256.hexDigest(ofFile: scratch.file("data/t10k-images-idx3-ubyte")),
            SHA256.hexDigest(ofFile: scratch.file("data/t10k-labels-idx1-ubyte"))
        )
        let figures = try JSONParser.parse(Array(text.utf8))
        #expect(
            figures.asObject?.map(\.name) == [
                "accuracy", "calibration", "classes", "confusion", "data", "data_sha256", "images", "latency_ms_median",
                "latency_ms_p99", "loss", "macro", "mistakes", "model_sha256", "outputs", "top_k", "weighted",
            ])
        #expect(figures["data"] == .string("MNIST"))
        #expect(figures["data_sha256"]?["images"]?.asString == images)
        #expect(figures["data_sha256"]?["labels"]?.asString == labels)
        #expect(figures["images"] == .integer(5))
        #expect(
            figures["model_sha256"]?.asString == SHA256.hexDigest(of: try readFile(scratch.file("model.safetensors"))))
        #expect(figures["classes"]?.asArray?.map { $0["class"]?.asInteger } == [0, 1, 7])
        #expect(figures["classes"]?.asArray?[1]["support"] == .integer(3))
        #expect(figures["confusion"]?.asArray?[1].asArray?[1] == .integer(3))
        #expect(
            figures["top_k"] == .object([.init("1", .number(60)), .init("3", .number(80)), .init("5", .number(80))]))
        #expect(figures["weighted"]?["precision"] == .number(0.36))
        #expect(figures["outputs"] == .string("log_probabilities"))
        let mistakes = figures["mistakes"]?.asArray ?? []
        #expect(mistakes.map { $0["index"]?.asInteger } == [0, 3])
        #expect(mistakes.map { $0["predicted"]?.asInteger } == [1, 1])
        #expect(text.contains("\"accuracy\": 60.0"))
        #expect(
            text.contains("\"class\": 1,\n      \"f1\": 0.75,\n      \"precision\": 0.6,\n      \"recall\": 1.0,\n"))
        #expect(text.contains("\"loss\": 1.59"))
    }

    @Test("The worst mistakes and the calibration are pictures")
    func pictures() throws {
        let result = try run(
            "--data", "data", "--latency-runs", "1", "--mistakes", "mistakes.png", "--reliability", "reliability.svg")
        #expect(result.status == 0, "\(result.errors)")
        #expect(try readFile(scratch.file("mistakes.png")).starts(with: [0x89, 0x50, 0x4e, 0x47]))
        let text = try readText(scratch.file("reliability.svg"))
        #expect(text.contains(">Calibration error 0.1491</text>"))
    }

    @Test("Any network and any data set: Lua files, a folder of pictures, tables")
    func others() throws {
        let make = try scratch.write(
            "other.lua",
            """
            local nj = require "nightjar"
            -- Knows by the first number alone: above 0 is class 1.
            local net = nj.nn.Linear(2, 2)
            net.weight:detach():copy_(nj.tensor { { -4.0, 0.0 }, { 4.0, 0.0 } })
            net.bias:detach():zero_()
            nj.checkpoint.save("linear.safetensors", { model = net })
            local colours = nj.nn.Sequential(nj.nn.AdaptiveAvgPool2d(1), nj.nn.Flatten(), nj.nn.Linear(3, 2))
            for _, parameter in ipairs(colours:parameters()) do parameter:detach():zero_() end
            colours[3].weight:detach():copy_(nj.tensor { { 9.0, 0.0, 0.0 }, { 0.0, 0.0, 9.0 } })
            nj.checkpoint.save("colours.safetensors", { model = colours })
            for name, channel in pairs { blue = 2, red = 0 } do
              for number = 1, 2 do
                local picture = nj.zeros(3, 8, 8)
                picture[{ channel }]:fill_(1)
                nj.images.from_tensor(picture):save(("pictures/%s/%d.png"):format(name, number))
              end
            end
            """)
        for name in ["blue", "red"] { try makeDirectory(scratch.file("pictures/\(name)")) }
        let made = try Nightjar.run(make, in: scratch.path)
        try #require(made == Nightjar.Run(), "\(made.errors)")
        _ = try scratch.write(
            "linear.lua", "local nj = require 'nightjar' return function() return nj.nn.Linear(2, 2) end")
        _ = try scratch.write(
            "colours.lua",
            """
            local nn = require("nightjar").nn
            return {
              Net = function() return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 2)) end,
            }
            """)
        _ = try scratch.write("table.csv", "a,b,kind\n1,5,yes\n-2,5,no\n3,1,yes\n4,0,no\n")
        _ = try scratch.write(
            "set.lua",
            """
            local nj = require "nightjar"
            return function(definition, config)
              assert(definition.Net and config.batch_size == 2)
              local set = setmetatable({}, { __len = function() return 4 end })
              function set:get(i) return nj.tensor { i - 1.5, 0 }, i < 2 and 0 or 1 end
              return set
            end
            """)
        let linear = [
            "--network", "linear.lua", "--model", "linear.safetensors", "--latency-runs", "1", "--batch-size", "2",
        ]
        func run(_ arguments: [String]) throws -> Nightjar.Run {
            try Nightjar.run(Self.script, arguments, in: scratch.path, environment: [:])
        }
        let table = try run(linear + ["--data-set", "table.csv", "--target", "kind", "--json", "table.json"])
        #expect(table.output.contains("Accuracy: 3/4 (75.00%)"), "\(table.errors)")
        #expect(table.output.contains("  no     1.0000  0.5000  0.6667         2\n"), "\(table.output)")
        #expect(table.output.contains("outputs are logits"))
        let own = try run(linear + ["--data-set", "./set.lua"])
        #expect(own.output.contains("Accuracy: 4/4 (100.00%)"), "\(own.errors)")
        let folder = try run([
            "--network", "./colours.lua", "--model", "colours.safetensors", "--data-set", "pictures", "--latency-runs",
            "1",
        ])
        // Classes in the order of their names: blue is 0, and the network says 1 of what is blue.
        #expect(folder.output.contains("Accuracy: 0/4 (0.00%)"), "\(folder.errors)")
        #expect(folder.output.contains(" blue     0.0000  0.0000  0.0000         2\n"), "\(folder.output)")
        let none = try run(linear + ["--data-set", "nothing"])
        #expect(
            none.errors.contains(
                "--data-set: 'nothing' is none of cifar10, cifar100, emnist, fashion_mnist, kmnist, mnist, and no folder, .csv "
                    + "or .lua file"), "\(none.errors)")
    }

    @Test("A loss that is not a number is an error, and the figures of before stay")
    func notANumber() throws {
        _ = try scratch.write("figures.json", "before")
        let result = try run(
            "--data", "data", "--latency-runs", "1", "--model", "broken.safetensors", "--json", "figures.json")
        #expect(result.status == 1)
        #expect(result.errors.contains(": the loss is not a number: broken.safetensors is of no use\n"))
        #expect(try readText(scratch.file("figures.json")) == "before")
    }

    @Test(
        "What cannot be evaluated",
        arguments: [
            (
                ["--model", "none.safetensors"],
                "evaluate.lua:N: there is no none.safetensors; make one with train.lua, or name another with --model\n"
            ),
            (
                ["--model", "other.safetensors"],
                "evaluate.lua:N: checkpoint.load: cannot load 'other.safetensors': it is for another network: missing "
                    + "conv1.weight, conv1.bias, conv2.weight, conv2.bias, fc1.weight, fc1.bias, fc2.weight, fc2.bias; "
                    + "unexpected bias, weight\n"
            ),
            (
                ["--model", "make.lua"],
                "evaluate.lua:N: checkpoint.load: cannot read 'make.lua': it is neither safetensors nor"
            ),
            (["--json", "none/figures.json"], "evaluate.lua:N: none/figures.json: No such file or directory\n"),
        ] as [([String], String)])
    func refusals(arguments: [String], message: String) throws {
        let result = try Nightjar.run(
            Self.script, arguments + ["--data", "data", "--latency-runs", "1"], in: scratch.path,
            environment: [:])
        #expect(result.status == 1)
        let errors = result.errors.replacing(/\.lua:\d+/, with: ".lua:N")
        #expect(errors.hasPrefix("\(Nightjar.root)/scripts/\(message)"), "\(errors)")
    }

    @Test(
        "Mistakes on the command line",
        arguments: [
            (["--min-acuracy", "9"], "unknown option '--min-acuracy' (did you mean '--min-accuracy'?)"),
            (["--min-accuracy", "101"], "--min-accuracy: number from 0 to 100 expected, got 101"),
            (["--batch-size", "0"], "--batch-size: integer of at least 1 expected, got 0"),
            (["--latency-runs", "0"], "--latency-runs: integer of at least 1 expected, got 0"),
            (["--data", "none"], "--data: directory expected, got 'none' (No such file or directory)"),
        ] as [([String], String)])
    func usage(arguments: [String], message: String) throws {
        let result = try Nightjar.run(Self.script, arguments, in: scratch.path)
        #expect(result == .init(status: 2, errors: "evaluate.lua: \(message)\n"))
    }
}
