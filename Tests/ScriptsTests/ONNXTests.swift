import Files
import Foundation
import TensorSupport
import TestSupport
import Testing

@Suite("Networks in ONNX files", .enabled(if: Nightjar.executable != nil, "the command is not built"))
struct ONNXTests {
    private static let folder = joinPath(Nightjar.root, "Tests/Reference/onnx")
    private static let hasRuntime: Bool = {
        let check = ["python3", "-c", "import numpy, onnx, onnxruntime, safetensors, torch, torchvision"]
        return (try? Nightjar.run(program: "/usr/bin/env", check, in: NSTemporaryDirectory()).status) == 0
    }()

    /// Every network of networks.lua became this graph when ONNX Runtime was found to give what Nightjar gives. Where one
    /// changes, run `Tests/Reference/compare_onnx.py`, and then this test with `NIGHTJAR_STORE_GRAPHS=1`.
    @Test("are the graphs that ONNX Runtime was found to agree with")
    func graphs() throws {
        let scratch = try ScratchDirectory()
        let path = "\(Self.folder)/?.lua;\(Nightjar.root)/scripts/?.lua;;"
        let run = try Nightjar.run(
            joinPath(Self.folder, "networks.lua"), [scratch.path], in: scratch.path, environment: ["LUA_PATH": path])
        #expect(run == .init())
        let lines = try directoryEntries(scratch.path).filter { $0.hasSuffix(".onnx") }.sorted().map { name in
            let model = try ReadModel(joinPath(scratch.path, name))
            return "\(name.dropLast(5)) \(SHA256.hexDigest(of: Array(model.summary.utf8)).prefix(16))"
        }
        let stored = joinPath(Self.folder, "graphs.txt")
        if ProcessInfo.processInfo.environment["NIGHTJAR_STORE_GRAPHS"] != nil {
            try writeFile(stored, lines.joined(separator: "\n") + "\n")
        }
        let expected = Set(try readText(stored).split(separator: "\n").map(String.init))
        #expect(lines.filter { !expected.contains($0) } == [])
        #expect(lines.count == expected.count)
    }

    @Test("give the same in ONNX Runtime", .enabled(if: hasRuntime, "python3 has no onnxruntime and torch"))
    func runtime() throws {
        let scratch = try ScratchDirectory()
        let script = joinPath(Nightjar.root, "Tests/Reference/compare_onnx.py")
        let run = try Nightjar.run(
            program: "/usr/bin/env", ["python3", script, Nightjar.executable ?? ""], in: scratch.path)
        #expect(run.status == 0, "\(run.output)\(run.errors)")
        #expect(run.output.contains("PyTorch to ONNX Runtime: the predictions of 40 images are the same"))
        #expect(!run.output.contains("DIFFERENT"))
    }
}
