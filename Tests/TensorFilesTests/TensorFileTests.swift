import Archives
import Files
import Tensors
import TestSupport
import Testing

@testable import TensorFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@Suite("files by their content and their names")
struct TensorFileTests {
    let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func named(_ tensors: [NamedTensor]) -> StoredValue {
        StoredValue(tensors.map { ($0.name, StoredTensor($0.tensor)) })
    }

    @Test("a file is what it holds, whatever it is called")
    func content() throws {
        for (name, kind) in [
            ("torch/state_dict.pth", FileKind.pytorch), ("numpy/stored.npz", .npz), ("numpy/row.npy", .npy),
            ("model.safetensors", .safetensors),
        ] {
            try writeFile(scratch.file("model.bin"), readFile(reference(name)))
            let file = try TensorFile(scratch.file("model.bin"))
            #expect(file.kind == kind)
            #expect(try contents(file.content) == contents(TensorFile(reference(name)).content))
        }
        #expect(try TensorFile(reference("model.safetensors")).metadata == ["epoch": "3", "format": "pt"])
    }

    @Test("NumPy's archives, stored and deflated, there and back")
    func archives() throws {
        for name in ["stored", "packed"] {
            let file = try TensorFile(reference("numpy/\(name).npz"))
            #expect(try file.content.tensor("weight").floatArray() == [0, 1, 2, 3, 4, 5])
            #expect(try file.content.tensor("bias").int64Array() == [0, 1, 2])
            let tensors = try #require(file.content.namedTensors).map { ($0.name, try $0.tensor.tensor()) }
            try TensorFile.write(named(tensors), to: scratch.file("x.npz"))
            #expect(try contents(TensorFile(scratch.file("x.npz")).content) == contents(file.content))
        }
    }

    @Test("the end of the name says what is written")
    func endings() throws {
        let value = named(try tutorialModel())
        for name in ["x.safetensors", "x.pth", "x.pt", "x.npz", ".x.npz"] {
            try TensorFile.write(value, to: scratch.file(name))
            #expect(try contents(TensorFile(scratch.file(name)).content["fc2.bias"] ?? .none).hasPrefix("float32 [10]"))
        }
        func refusal(_ name: String, _ value: StoredValue) -> String {
            failure { try TensorFile.write(value, to: scratch.file(name)) }.replacing(scratch.file(name), with: "F")
        }
        let all = ".safetensors, .pth, .pt, .npz"
        for name in ["model", "model.bin", "model.tar", "modelpth", ".pth"] {
            #expect(
                refusal(name, value)
                    == "cannot write 'F': the end of its name says what it becomes, and has to be one of \(all)")
        }
        #expect(
            refusal("m.onnx", value)
                == "cannot write 'F': nj.onnx.export writes ONNX; here the name ends in one of \(all)")
        #expect(
            refusal("m.npy", value)
                == "cannot write 'F': .npy does not hold that; the name has to end in one of \(all)")
        #expect(
            refusal("m.npz", .list([]))
                == "cannot write 'F': .npz does not hold that; the name has to end in one of .pth, .pt")
        #expect(
            refusal("m.safetensors", .tensor(StoredTensor(try .zeros([]))))
                == "cannot write 'F': .safetensors does not hold that; the name has to end in one of .npy, .pth, .pt")
        #expect(
            failure { try TensorFile.write(value, metadata: ["a": "b"], to: scratch.file("m.pth")) }
                .hasSuffix("only .safetensors files keep metadata, .pth does not"))
        #expect(scratch.names == [".x.npz", "x.npz", "x.pt", "x.pth", "x.safetensors"])
    }

    @Test("other files are told what they are")
    func others() throws {
        func refusal(_ bytes: [UInt8]) throws -> String {
            try writeFile(scratch.file("x"), bytes)
            return failure { _ = try TensorFile(scratch.file("x")) }.replacing(scratch.file("x"), with: "F")
        }
        let lead = "cannot read 'F': "
        #expect(try refusal([]) == lead + "it is empty")
        #expect(
            try refusal([0x80, 4, 0x95])
                == lead
                + "it is a bare pickle, which may run anything: nothing of it is run; save a state dict with torch.save"
        )
        #expect(
            try refusal([UInt8](repeating: 0, count: 257) + Array("ustar\0".utf8))
                == lead
                + "it is a tar archive, as the first versions of PyTorch wrote; where its origin is trusted, save it "
                + "again in Python: torch.save(torch.load(path), path)")
        #expect(try refusal([0x1f, 0x8b, 8]) == lead + "it is packed by gzip: unpack it first")
        #expect(
            try refusal(Array("hello, world".utf8))
                == lead + "it is neither safetensors nor PyTorch's .pth nor NumPy's .npz or .npy")
        var bytes: [UInt8] = []
        let writer = ZipWriter { bytes += $0 }
        try writer.add("word/document.xml", [1])
        try writer.finish()
        #expect(
            try refusal(bytes)
                == lead + "it is a ZIP archive, but neither PyTorch's nor NumPy's: it holds 'word/document.xml'")
        #expect(
            failure { _ = try TensorFile("/dev/zero") }
                == "cannot read '/dev/zero': a regular file expected, got a pipe or a device")
    }

    @Test("a pipe is refused before anything waits for it")
    func pipe() {
        mkfifo(scratch.file("x.pth"), 0o600)
        #expect(
            failure { _ = try TensorFile(scratch.file("x.pth")) }
                .hasSuffix("a regular file expected, got a pipe or a device"))
    }

    @Test("arrays in an archive that are not sound are named")
    func unsoundArrays() throws {
        var bytes: [UInt8] = []
        let writer = ZipWriter { bytes += $0 }
        try writer.add("a.npy", readFile(reference("numpy/row.npy")))
        try writer.add("b.npy", readFile(reference("numpy/refused-objects.npy")))
        try writer.finish()
        try writeFile(scratch.file("x.npz"), bytes)
        #expect(
            failure { _ = try TensorFile(scratch.file("x.npz")) }
                == "cannot read '\(scratch.file("x.npz"))': 'b.npy' in it: it is not a sound .npy file: its elements are Python "
                + "objects ('|O'), kept as a pickle: nothing of it is run; save numbers, as array.astype(\"float32\") gives them"
        )
    }

    @Test("a huge tree in a small file is refused")
    func doubled() throws {
        var code: [UInt8] = [0x80, 2, 0x4e]
        for place in 0..<60 { code += [UInt8(ascii: "q"), UInt8(place), UInt8(ascii: "h"), UInt8(place), 0x86] }
        var bytes: [UInt8] = []
        let writer = ZipWriter { bytes += $0 }
        try writer.add("archive/data.pkl", code + [0x2e])
        try writer.finish()
        try writeFile(scratch.file("x.pth"), bytes)
        #expect(
            failure { _ = try TensorFile(scratch.file("x.pth")) }.hasSuffix("it holds more than 4194304 values"))
    }
}
