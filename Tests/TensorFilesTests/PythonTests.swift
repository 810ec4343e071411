import TensorFiles
import Files
import Tensors
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Runs a program found on the path and gives its exit status; its output goes to `output`.
private func run(_ arguments: [String], output: String) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var words = arguments.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var process: pid_t = 0
    guard posix_spawnp(&process, arguments[0], &actions, nil, &words, environ) == 0 else { return -1 }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    return status
}

private let hasSafeTensors = run(["python3", "-c", "import numpy, safetensors.numpy"], output: "/dev/null") == 0

@Suite("files that Python reads", .enabled(if: hasSafeTensors, "python3 has no safetensors and numpy"))
struct PythonTests {
    let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    /// The JSON by which the script knows what to expect.
    private func expectation(_ tensors: [NamedTensor]) throws -> String {
        let cases = try tensors.map { name, tensor in
            let (type, values): (String, [String])
            switch tensor.dtype {
            case .float32: (type, values) = ("F32", try tensor.floatArray().map { String($0.bitPattern) })
            case .float64:
                (type, values) = (
                    "F64", try tensor.withUnsafeBytes { $0.bindMemory(to: UInt64.self).map { String($0) } }
                )
            case .int64: (type, values) = ("I64", try tensor.int64Array().map(String.init))
            case .int32: (type, values) = ("I32", try tensor.to(.int64).int64Array().map(String.init))
            case .int16: (type, values) = ("I16", try tensor.to(.int64).int64Array().map(String.init))
            case .int8: (type, values) = ("I8", try tensor.to(.int64).int64Array().map(String.init))
            case .uint8: (type, values) = ("U8", try tensor.withUnsafeBytes { $0.map { String($0) } })
            case .bool: (type, values) = ("BOOL", try tensor.withUnsafeBytes { $0.map { $0 == 0 ? "false" : "true" } })
            }
            return #"{"name":"\#(name)","dtype":"\#(type)","shape":\#(tensor.shape),"#
                + #""values":[\#(values.joined(separator: ","))]}"#
        }
        return "[\(cases.joined(separator: ","))]"
    }

    private func compare(_ tensors: [NamedTensor], metadata: [String: String] = [:]) throws {
        let path = scratch.file("m.safetensors")
        let own = ["expect": try expectation(tensors)]
        try SafeTensors.write(tensors, metadata: metadata.merging(own) { $1 }, to: path)
        let status = run(["python3", reference("compare_safetensors.py"), path], output: scratch.file("output"))
        let output = try readText(scratch.file("output"))
        #expect(status == 0, "\(output)")
        #expect(output.hasPrefix("equal: "))
    }

    @Test("the library reads the same tensors and writes the same bytes")
    func everyType() throws {
        var random: [NamedTensor] = []
        let generator = Generator(seed: 3)
        for (name, tensor) in try tutorialModel() {
            let values = (0..<tensor.count).map { _ in generator.uniform(-1, 1) }
            random.append((name, try Tensor(values, tensor.shape)))
        }
        random.append(("num_batches_tracked", try Tensor([938 as Int64], [])))
        random.append(("mask", try Tensor.ones([3, 1], dtype: .bool)))
        random.append(("pixels", try Tensor.full([2, 2], 200, dtype: .uint8)))
        for dtype in [DType.float64, .int32, .int16, .int8] {
            random.append(("numbers.\(dtype.rawValue)", try Tensor([-1.0, 2.0, 127.0] as [Float], [3]).to(dtype)))
        }
        random.append(("nothing", try Tensor([] as [Float], [0, 5])))
        random.append(("special", try Tensor([.infinity, -.infinity, -0.0, .leastNonzeroMagnitude] as [Float], [4])))
        random.append(("ünïcode 🌙", try Tensor([Int64.min, .max], [1, 2])))
        try compare(random)
        try compare(random, metadata: ["text": "\"\\\n\t\u{1}\u{1f}\u{7f}/🌙"])
    }

    @Test("a network without tensors")
    func empty() throws { try compare([]) }
}
