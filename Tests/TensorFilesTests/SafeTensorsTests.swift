import TensorFiles
import Files
import Tensors
import TestSupport
import Testing

@Suite("safetensors files")
struct SafeTensorsTests {
    let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    /// What the library's file of reference was made of.
    private func golden() throws -> [NamedTensor] {
        try JSON.referenceCases("safetensors.json").map { item in
            let shape = Shape(item["shape"].ints)
            let tensor =
                item["dtype"].string == "I64"
                ? try Tensor(item["values"].ints.map { Int64($0) }, shape) : try Tensor(item["values"].floats, shape)
            return (item["name"].string, tensor)
        }
    }

    @Test("a file of Python's library is read in the order of its data")
    func readsReference() throws {
        let (tensors, metadata) = try SafeTensors.read(reference("model.safetensors"))
        #expect(metadata == ["format": "pt", "epoch": "3"])
        #expect(try golden().count == 4)
        #expect(tensors.map(\.name) == ["counts", "empty", "fc.weight", "scale"])
        let expected = Dictionary(uniqueKeysWithValues: try golden().map { ($0.name, try contents($0.tensor)) })
        for (name, tensor) in tensors { #expect(try contents(tensor) == expected[name], "\(name)") }
    }

    @Test("a written file has the bytes of Python's library, but for the order of the metadata")
    func writesReference() throws {
        try SafeTensors.write(
            try golden(), metadata: ["format": "pt", "epoch": "3"], to: scratch.file("m.safetensors"))
        let theirs = String(decoding: try readFile(reference("model.safetensors")).map { $0 & 0x7f }, as: UTF8.self)
        let ours = String(decoding: try readFile(scratch.file("m.safetensors")).map { $0 & 0x7f }, as: UTF8.self)
        let sorted = theirs.split(separator: #""format":"pt","epoch":"3""#, omittingEmptySubsequences: false)
        #expect(sorted.count == 2)
        #expect(ours == sorted.joined(separator: #""epoch":"3","format":"pt""#))
        // The data with all bits.
        let data = try readFile(reference("model.safetensors")).suffix(60)
        #expect(try readFile(scratch.file("m.safetensors")).suffix(60) == data)
    }

    @Test("types come in the library's order: int64, float32, uint8, bool; names by their bytes")
    func order() throws {
        let tensors: [NamedTensor] = [
            ("a", try Tensor.ones([2], dtype: .bool)), ("é", try Tensor.ones([1])), ("z", try Tensor.ones([1])),
            ("b", try Tensor.ones([3], dtype: .uint8)), ("Z", try Tensor.ones([1])),
            ("c", try Tensor.ones([], dtype: .int64)),
        ]
        try SafeTensors.write(tensors, to: scratch.file("m"))
        #expect(try SafeTensors.read(scratch.file("m")).tensors.map(\.name) == ["c", "Z", "z", "é", "b", "a"])
    }

    @Test("a view is written as its elements, and every name and text survives")
    func viewsAndNames() throws {
        let names = ["", " ", "a\"b\\c/d", "\u{0}\u{1}\u{8}\t\n\u{c}\r\u{1f}\u{7f}", "日本 🌙", "a'b"]
        let view = try Tensor([1, 2, 3, 4, 5, 6] as [Float], [2, 3]).transpose(0, 1)
        let texts = Dictionary(uniqueKeysWithValues: names.map { ($0, $0 + $0) })
        try SafeTensors.write(names.map { ($0, view) }, metadata: texts, to: scratch.file("m"))
        let (tensors, metadata) = try SafeTensors.read(scratch.file("m"))
        #expect(metadata == texts)
        #expect(Set(tensors.map(\.name)) == Set(names))
        for (_, tensor) in tensors {
            #expect(tensor.shape == [3, 2])
            #expect(try tensor.floatArray() == [1, 4, 2, 5, 3, 6])
        }
        #expect(try readFile(scratch.file("m")).prefix(8).last == 0)
        #expect(try readFile(scratch.file("m"))[0] % 8 == 0)
    }

    @Test("a file without tensors or metadata is the shortest there is")
    func nothing() throws {
        try SafeTensors.write([], to: scratch.file("m"))
        #expect(try readFile(scratch.file("m")) == fileBytes("{}      "))
        #expect(try SafeTensors.read(scratch.file("m")).tensors.isEmpty)
    }

    @Test("names that cannot be written are refused, and nothing is left behind")
    func badNames() throws {
        let one = try Tensor.ones([1])
        let path = scratch.file("m")
        #expect(
            failure { try SafeTensors.write([("a", one), ("a", one)], to: path) }
                == "cannot write '\(path)': two tensors are named 'a'")
        #expect(
            failure { try SafeTensors.write([("__metadata__", one)], to: path) }
                == "cannot write '\(path)': no tensor can be named '__metadata__'")
        #expect(scratch.names.isEmpty)
    }

    @Test("single tensors are read on demand")
    func onDemand() throws {
        let file = try SafeTensorsFile(reference("model.safetensors"))
        #expect(file.entries.map(\.shape) == [[4], [0, 3], [2, 3], []])
        #expect(file.entries.map(\.storedType) == ["I64", "F32", "F32", "F32"])
        #expect(try file.tensor("scale").item() == 0.75)
        #expect(try file.tensor("counts").int64Array() == [1, -2, 3, 1_099_511_627_776])
        #expect(try file.tensor("empty").count == 0)
        #expect(
            failure { _ = try file.tensor("bias") }
                == "cannot read '\(reference("model.safetensors"))': it has no tensor 'bias'")
    }

    @Test("the file that was opened is read, whatever takes its place meanwhile")
    func replacedWhileOpen() throws {
        try SafeTensors.write([("a", try Tensor.ones([3]))], to: scratch.file("m"))
        let file = try SafeTensorsFile(scratch.file("m"))
        try SafeTensors.write([("other", try Tensor.zeros([100]))], to: scratch.file("m"))
        #expect(try file.tensor("a").floatArray() == [1, 1, 1])
    }
}
