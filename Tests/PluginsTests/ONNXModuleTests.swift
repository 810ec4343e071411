import Files
import TestSupport
import Testing

@Suite("ONNX in Lua")
struct ONNXModuleTests {
    @Test("A network is written whatever its mode, which stays")
    func export() throws {
        let scratch = try ScratchDirectory()
        let path = joinPath(scratch.path, "net.onnx")
        #expect(
            try evaluate(
                """
                local net = nn.Sequential(nn.Conv2d(1, 2, { kernel_size = 3 }), nn.BatchNorm2d(2), nn.Dropout())
                net[2]:eval()
                nj.onnx.export(net, "\(path)", { input = { 1, 1, 6, 6 }, metadata = { classes = 10, license = "MIT" } })
                return tostring(net.training) .. tostring(net[1].training) .. tostring(net[2].training)
                """) == "truetruefalse")
        let text = String(decoding: try readFile(path), as: UTF8.self)
        #expect(text.contains("BatchNormalization"))
        #expect(text.contains("1.running_var"))
        #expect(text.contains("license"))
    }

    @Test("Arguments that do not fit are refused")
    func arguments() {
        func failure(_ arguments: String) -> String {
            PluginsTests.failure("nj.onnx.export(nn.Linear(3, 2), \(arguments))")
        }
        let sizes = "(sizes of at least 1, a tensor, or a list of either expected, got "
        for (arguments, message) in [
            ("'x.bin', { input = { 1, 3 } }", "bad argument 'path' (a name that ends in .onnx expected, got 'x.bin')"),
            ("'x.onnx'", "bad argument 'input' (value expected, got nothing)"),
            ("'x.onnx', { input = 3 }", "bad argument 'input' \(sizes)number)"),
            ("'x.onnx', { input = {} }", "bad argument 'input' \(sizes)an empty list)"),
            ("'x.onnx', { input = { 1, 0 } }", "bad argument 'input' \(sizes)number)"),
            ("'x.onnx', { input = { 1, 'a' } }", "bad argument 'input' \(sizes)string)"),
            ("'x.onnx', { input = { true } }", "bad argument 'input' \(sizes)a list with a boolean in it)"),
            (
                "'x.onnx', { input = { 1, 3 }, metadata = { a = {} } }",
                "bad argument 'metadata' (table of strings and numbers by name expected, got a table as 'a')"
            ),
            ("'x.onnx', { input = { 1, 3 }, opset_version = 9 }", "an 'opset_version' from 17 to 22 expected, got 9"),
            ("'x.onnx', { input = { 1, 4 } }", "expected 3 input features, got 4"),
            ("'x.onnx', { input = { 1, 3 }, input_names = { 'a', 'b' } }", "1 name expected in 'input_names', got 2"),
            ("'/nowhere/x.onnx', { input = { 1, 3 } }", "cannot write"),
        ] {
            #expect(failure(arguments).contains(message), "\(arguments): \(failure(arguments))")
        }
    }

    @Test("What cannot be exported is named, with its place and the script's line")
    func refusal() {
        let message = failure(
            """

            local Net = nn.module "Net"
            function Net:init() self.fc = nn.Linear(2, 2) end
            function Net:forward(x)
              return self.fc(x) * x:sum():item()
            end
            nj.onnx.export(Net(), "x.onnx", { input = { 1, 2 } })
            """)
        #expect(
            message.contains(
                "an ONNX graph does the same for every input, but forward reads the elements of a [] tensor here"))
        #expect(message.contains(":5:"))
    }
}
