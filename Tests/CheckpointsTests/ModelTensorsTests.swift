import Checkpoints
import Files
import TensorFiles
import Tensors
import TestSupport
import Testing

@Suite("which tensors of a file are a model's")
struct ModelTensorsTests {
    let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func tensors(_ names: [String]) throws -> StoredValue {
        .dictionary(try names.map { (.text($0), .tensor(StoredTensor(try .zeros([1])))) })
    }

    private func file(_ pairs: [(String, StoredValue)]) throws -> TensorFile {
        try TensorFile.write(.dictionary(pairs.map { (.text($0), $1) }), to: scratch.file("x.pth"))
        return try TensorFile(scratch.file("x.pth"))
    }

    private func refusal(_ file: TensorFile, key: String? = nil, prefix: String = "") -> String {
        failure { _ = try modelTensors(of: file, key: key, prefix: prefix) }
            .replacing("cannot load '\(scratch.file("x.pth"))': ", with: "")
    }

    @Test("the one value that is a state dict, or the one that is named")
    func choice() throws {
        let one = try file([
            ("epoch", .integer(3)), ("model_state_dict", tensors(["a", "b"])), ("hyper", .dictionary([])),
            ("optimizer_state_dict", .dictionary([(.text("state"), .dictionary([]))])),
        ])
        #expect(try modelTensors(of: one).map(\.name) == ["a", "b"])
        #expect(try modelTensors(of: one, key: "model_state_dict").map(\.name) == ["a", "b"])
        #expect(refusal(one, key: "model") == "it has no state dict 'model' (there is: 'model_state_dict')")
        let two = try file([("model", tensors(["a"])), ("ema", tensors(["c"]))])
        #expect(try modelTensors(of: two, key: "ema").map(\.name) == ["c"])
        #expect(refusal(two) == #"it holds several state dicts, 'model', 'ema': say which, as { key = "model" }"#)
        #expect(refusal(two, key: "e") == "it has no state dict 'e' (there are: 'model', 'ema')")
        let none = try file([("epoch", .integer(3)), ("note", .text("x")), ("list", .list([.none]))])
        #expect(
            refusal(none) == "it holds no state dict, but 'epoch' (a number), 'note' (a text), 'list' (a list)")
        try TensorFile.write(.tensor(StoredTensor(.zeros([1]))), to: scratch.file("x.npy"))
        #expect(
            failure { _ = try modelTensors(of: TensorFile(scratch.file("x.npy"))) }
                .hasSuffix("it holds one array without a name, and no state dict"))
    }

    @Test("beginnings of names are taken off, or said to be there")
    func prefixes() throws {
        let file = try file([
            ("module.a", .tensor(StoredTensor(.zeros([1])))), ("module.b", .tensor(StoredTensor(.zeros([1])))),
        ])
        #expect(try modelTensors(of: file, prefix: "module.").map(\.name) == ["a", "b"])
        #expect(refusal(file, prefix: "net.") == "none of its tensors has a name that begins with 'net.'")
        #expect(
            failure { try checkParallelNames(expected: ["a", "b"], found: ["module.a", "module.b"], path: "F") }
                == "cannot load 'F': all its names begin with 'module.', as DataParallel leaves them: "
                + "{ prefix = \"module.\" } takes that off")
        try checkParallelNames(expected: ["module.a"], found: ["module.a"], path: "F")
        try checkParallelNames(expected: ["a"], found: ["module.a", "b"], path: "F")
    }
}
