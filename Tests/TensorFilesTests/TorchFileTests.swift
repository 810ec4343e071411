import Archives
import Files
import Tensors
import TestSupport
import Testing

@testable import TensorFiles

@Suite("PyTorch's .pth files")
struct TorchFileTests {
    let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    /// What a file holds that PyTorch wrote; see `Reference/make_torch.py`.
    private func stored(_ name: String) throws -> StoredValue {
        let file = try TensorFile(reference("torch/\(name)"))
        #expect(file.kind == .pytorch)
        return file.content
    }

    @Test(
        "every type",
        arguments: [
            ("float64", DType.float64), ("float32", .float32), ("float16", .float32), ("bfloat16", .float32),
            ("int64", .int64), ("int32", .int32), ("int16", .int16), ("int8", .int8), ("uint8", .uint8),
            ("bool", .bool), ("uint16", .int64), ("uint32", .int64), ("uint64", .int64),
            ("float8_e4m3fn", .float32), ("float8_e5m2", .float32),
        ])
    func types(name: String, dtype: DType) throws {
        let tensor = try stored("types.pth").tensor(name)
        #expect(tensor.dtype == dtype && tensor.shape == [2, 3])
        #expect(try numbers(tensor) == (dtype == .bool ? [0, 1, 1, 1, 1, 1] : [0, 1, 2, 3, 4, 5]))
    }

    @Test("views, strides and offsets, and storages that are shared")
    func views() throws {
        let views = try stored("views.pth")
        #expect(try numbers(views.tensor("rows")) == (0..<24).map { Double($0) })
        #expect(try views.tensor("rows").shape == [4, 6])
        #expect(try numbers(views.tensor("turned")) == [3, 6, 4, 7, 5, 8])
        #expect(try views.tensor("one").item() == 5)
        #expect(try numbers(views.tensor("expanded")) == [Double](repeating: 0, count: 12))
        #expect(try views.tensor("empty").shape == [0, 3])
        let (whole, rows) = (try views.tensor("whole"), try views.tensor("rows"))
        #expect(whole.storage === rows.storage)
    }

    @Test("a state dict in its order, and a bare tensor")
    func stateDict() throws {
        let tensors = try #require(try stored("state_dict.pth").namedTensors)
        #expect(
            tensors.map(\.name) == [
                "fc.weight", "fc.bias", "norm.weight", "norm.bias", "norm.running_mean", "norm.running_var",
                "norm.num_batches_tracked",
            ])
        #expect(try numbers(tensors[0].tensor.tensor()) == [0, 1, 2, 3, 4, 5])
        guard case .tensor(let tensor) = try stored("tensor.pth") else { throw TensorError("no tensor") }
        #expect(try contents(tensor.tensor()) == contents(Tensor([0, 1, 2, 3, 4, 5] as [Float], [2, 3])))
    }

    @Test("what a training keeps: numbers, texts, lists, sizes, devices, an optimizer's state")
    func checkpoint() throws {
        let checkpoint = try stored("checkpoint.pth")
        for (name, expected) in [
            ("epoch", "3"), ("loss", "0.5 as a number"), ("done", "false"), ("nothing", "None"), ("note", "\"\u{e9}\""),
            ("seed", "1.8446744073709552e+19 as a number"), ("device", "\"cuda:1\""), ("type", "\"float16\""),
            ("history", "[1, [2.5 as a number, -7], [1099511627776, None]]"), ("shape", "[2, 3]"),
            ("raw", "[0, 255] as bytes"),
        ] {
            #expect(try contents(#require(checkpoint[name])) == expected)
        }
        #expect(try numbers(checkpoint.tensor("parameter")) == [0, 1])
        let optimizer = try #require(checkpoint["optimizer_state_dict"])
        guard case .dictionary(let state)? = optimizer["state"], case .list(let groups)? = optimizer["param_groups"]
        else { throw TensorError("no state") }
        #expect(state.count == 4 && groups.count == 1)
        guard case .integer(0) = state[0].key else { throw TensorError("another key") }
        #expect(try numbers(state[0].value.tensor("momentum_buffer")) == [0, 1, 2, 3, 4, 5])
        #expect(try contents(#require(groups[0]["params"])) == "[0, 1, 2, 3]")
        #expect(try contents(#require(groups[0]["momentum"])) == "0.9 as a number")
    }

    @Test("names that Unicode calls equal are two names")
    func exactNames() throws {
        let names = try stored("names.pth")
        #expect(try names.tensor("\u{e9}").count == 1 && names.tensor("e\u{301}").count == 2)
    }

    @Test(
        "what is written reads back the same",
        arguments: ["types.pth", "views.pth", "state_dict.pth", "checkpoint.pth", "tensor.pth", "names.pth"])
    func writing(name: String) throws {
        let value = try held(stored(name))
        try TensorFile.write(value, to: scratch.file("x.pth"))
        let again = try TensorFile(scratch.file("x.pth"))
        #expect(again.kind == .pytorch)
        #expect(try contents(again.content) == contents(value))
        try TensorFile.write(value, to: scratch.file("y.pt"))
        #expect(try readFile(scratch.file("x.pth")) == readFile(scratch.file("y.pt")))
    }

    /// The value with its tensors read.
    private func held(_ value: StoredValue) throws -> StoredValue {
        switch value {
        case .tensor(let tensor): .tensor(StoredTensor(try tensor.tensor()))
        case .list(let items): .list(try items.map(held))
        case .dictionary(let pairs): .dictionary(try pairs.map { ($0.key, try held($0.value)) })
        default: value
        }
    }

    @Test("tensors that share a storage are written once, and of a view only what it looks at")
    func sharing() throws {
        let base = try Tensor.zeros([1000, 1000])
        let rows = try base.narrow(0, start: 500, length: 2)
        let tied: [(StoredValue.Key, StoredValue)] = [
            (.text("a"), .tensor(StoredTensor(rows))), (.text("b"), .tensor(StoredTensor(try rows.transpose(0, 1)))),
        ]
        try TensorFile.write(.dictionary(tied), to: scratch.file("x.pth"))
        #expect(try readFile(scratch.file("x.pth")).count < 10_000)
        let again = try TensorFile(scratch.file("x.pth")).content
        let (a, b) = (try again.tensor("a"), try again.tensor("b"))
        #expect(a.storage === b.storage && a.shape == [2, 1000] && b.shape == [1000, 2] && b.strides == [1, 1000])
    }

    @Test("storages begin at multiples of 64")
    func alignment() throws {
        try TensorFile.write(
            .init(tutorialModel().map { ($0.name, StoredTensor($0.tensor)) }), to: scratch.file("x.pth"))
        let archive = try ZipReader(ReadableFile(scratch.file("x.pth")))
        let storages = archive.entries.filter { $0.name.contains("/data/") }
        #expect(storages.count == 8 && storages.allSatisfy { $0.start % 64 == 0 })
    }

    // MARK: What is refused

    private func refusal(_ path: String) -> String {
        failure { _ = try contents(TensorFile(path).content) }.replacing(path, with: "F")
    }

    @Test("other forms of PyTorch's")
    func forms() {
        #expect(
            refusal(reference("torch/legacy.pth"))
                == "cannot read 'F': it is of PyTorch before 1.6; where its origin is trusted, save it again in Python: "
                + "torch.save(torch.load(path, weights_only=True), path)")
        #expect(
            refusal(reference("torch/script.pt"))
                == "cannot read 'F': it is not a sound PyTorch file: it is TorchScript (torch.jit.save), which is a program: "
                + "save its state dict, torch.save(torch.jit.load(path).state_dict(), path)")
    }

    /// A file with this pickle and one storage of 8 bytes.
    private func file(_ pickle: [UInt8], byteorder: String = "little", storage: Int = 8) throws -> String {
        var bytes: [UInt8] = []
        let writer = ZipWriter { bytes += $0 }
        try writer.add("archive/data.pkl", pickle)
        try writer.add("archive/byteorder", Array(byteorder.utf8))
        try writer.add("archive/data/0", [0x3f, 0x80] + [UInt8](repeating: 0, count: storage - 2))
        try writer.finish()
        let path = scratch.file("x.pth")
        try removeFile(path)
        try writeFile(path, bytes)
        return path
    }

    /// A pickle of one tensor that looks at the storage.
    private func tensor(
        type: String = "torch\nFloatStorage", key: String = "0", count: Int = 2, offset: Int = 0, shape: [Int] = [2],
        strides: [Int] = [1]
    ) throws -> [UInt8] {
        var pickle = PickleWriter()
        pickle.put(global: "torch._utils", "_rebuild_tensor_v2")
        try pickle.putTuple { pickle in
            try pickle.putTuple {
                try $0.put("storage")
                let names = type.split(separator: "\n").map(String.init)
                $0.put(global: names[0], names[1])
                try $0.put(key)
                try $0.put("cuda:0")
                $0.put(count)
            }
            pickle.put(.binPersistentID)
            pickle.put(offset)
            pickle.putTuple { for size in shape { $0.put(size) } }
            pickle.putTuple { for stride in strides { $0.put(stride) } }
            pickle.put(false)
            pickle.put(global: "collections", "OrderedDict")
            pickle.put(.emptyTuple)
            pickle.put(.reduce)
        }
        pickle.put(.reduce)
        pickle.put(.stop)
        return pickle.bytes
    }

    @Test("a file of the other order of bytes")
    func bigEndian() throws {
        guard case .tensor(let found) = try TensorFile(file(tensor(), byteorder: "big")).content else {
            throw TensorError("no tensor")
        }
        #expect(try numbers(found.tensor()) == [1, 0])
        let lead = "cannot read 'F': it is not a sound PyTorch file: "
        #expect(
            try refusal(file(tensor(), byteorder: "middle"))
                == lead + "its order of bytes is 'middle'; 'little' and 'big' are known")
    }

    @Test("tensors that reach beyond their storages, storages that are not what they should be")
    func bounds() throws {
        let lead = "cannot read 'F': it is not a sound PyTorch file: "
        func reach(_ shape: [Int], _ strides: [Int], offset: Int = 0) throws -> String {
            try refusal(file(tensor(offset: offset, shape: shape, strides: strides)))
        }
        func beyond(_ shape: [Int], _ strides: [Int]) -> String {
            lead + "a tensor of shape \(shape) with strides \(strides) reaches beyond its storage of 2 elements"
        }
        #expect(try reach([3], [1]) == beyond([3], [1]))
        #expect(try reach([2], [2]) == beyond([2], [2]))
        #expect(try reach([2], [1], offset: 1) == beyond([2], [1]))
        #expect(try reach([2], [1], offset: -1) == beyond([2], [1]))
        #expect(try reach([2], [-1], offset: 1) == beyond([2], [-1]))
        #expect(try reach([-1], [1]) == beyond([-1], [1]))
        #expect(try reach([1 << 62, 1 << 62], [0, 0]) == beyond([1 << 62, 1 << 62], [0, 0]))
        #expect(try reach([2, 2], [1 << 62, 1 << 62]) == beyond([2, 2], [1 << 62, 1 << 62]))
        #expect(try reach([0], [1], offset: 3) == beyond([0], [1]))
        #expect(try reach([2], []) == lead + "a tensor with 1 sizes and 0 strides is in it")
        #expect(
            try refusal(file(tensor(count: 3))) == lead + "'archive/data/0' has 8 bytes, its storage 3 elements")
        #expect(
            try refusal(file(tensor(count: 1 << 62))) == lead
                + "'archive/data/0' has 8 bytes, its storage 4611686018427387904 elements")
        #expect(try refusal(file(tensor(key: "7"))) == lead + "it lacks 'archive/data/7'")
        #expect(try refusal(file(tensor(key: "../../x"))) == lead + "it lacks 'archive/data/../../x'")
        #expect(
            try refusal(file(tensor(type: "torch\nComplexFloatStorage")))
                == lead + "it holds complex numbers ('torch.ComplexFloatStorage'), which tensors do not have")
        #expect(
            try refusal(file(tensor(type: "collections\nOrderedDict")))
                == lead + "a storage in it is of the class 'collections.OrderedDict', which is none of storages")
    }

    @Test("damaged files are refused or read as they were: checksums tell")
    func damaged() throws {
        let mutations = Mutations(seed: 23)
        for name in ["torch/views.pth", "torch/checkpoint.pth", "numpy/stored.npz", "numpy/packed.npz"] {
            let whole = try readFile(reference(name))
            let expected = try contents(TensorFile(reference(name)).content)
            for length in stride(from: 0, to: whole.count, by: 37) {
                try writeFile(scratch.file("m"), Array(whole[..<length]))
                #expect(failure { _ = try TensorFile(scratch.file("m")) } != "no error")
            }
            for _ in 0..<1000 {
                let bytes = mutations.mutated(whole)
                try removeFile(scratch.file("m"))
                try writeFile(scratch.file("m"), bytes)
                do {
                    #expect(try contents(TensorFile(scratch.file("m")).content) == expected)
                } catch let error as FileError {
                    #expect(error.path == scratch.file("m"))
                }
            }
        }
    }

    @Test("damaged pickles behind a sound checksum are refused or read, never a trap")
    func damagedPickles() throws {
        let mutations = Mutations(seed: 29)
        for name in ["torch/views.pth", "torch/checkpoint.pth", "torch/names.pth"] {
            let archive = try ZipReader(ReadableFile(reference(name)))
            let entry = try #require(archive.entries.first { $0.name.hasSuffix("/data.pkl") })
            let pickle = try archive.content(of: entry)
            for _ in 0..<3000 {
                do {
                    _ = try PickleReader.read(mutations.mutated(pickle), TorchObjects())
                } catch is Malformed {}
            }
        }
        let sound = try tensor()
        for _ in 0..<3000 {
            do {
                _ = try contents(TensorFile(file(mutations.mutated(sound))).content)
            } catch is FileError {}
        }
    }
}
