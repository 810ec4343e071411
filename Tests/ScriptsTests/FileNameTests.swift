import Files
import TestSupport
import Testing

@Suite("File names that are not UTF-8", .enabled(if: Nightjar.executable != nil, "the command is not built"))
struct FileNameTests {
    private let scratch: ScratchDirectory
    /// "café" in Latin-1.
    private let name = String(systemBytes: Array("caf".utf8) + [0xE9])

    init() throws { scratch = try ScratchDirectory() }

    /// Runs the command in the shell, which has the bytes of the name in $name.
    private func run(_ command: String) throws -> Nightjar.Run {
        let script = "name=$(printf 'caf\\351'); \(command)"
        return try Nightjar.run(program: "/bin/sh", ["-c", script], in: scratch.path, environment: [:])
    }

    @Test("are the script's, its arguments, and found by a glob, written and opened")
    func names() throws {
        try writeFile(
            scratch.file("\(name).lua"),
            """
            local nj = require "nightjar"
            assert(arg[0] == "caf\\xe9.lua" and arg[1] == "caf\\xe9" and ... == "caf\\xe9")
            nj.images.from_tensor(nj.zeros(1, 4, 4)):save(arg[1] .. ".png")
            local found = nj.images.glob("*.png")
            assert(#found == 1 and found[1] == "caf\\xe9.png")
            nj.images.read(found[1])
            assert(nj.sha256(found[1]))
            local net = nj.nn.Linear(1, 1)
            nj.checkpoint.save(arg[1] .. ".safetensors", { model = net })
            nj.checkpoint.load("caf\\xe9.safetensors", net)
            """)
        let run = try run("nightjar \"$name.lua\" \"$name\"")
        #expect(run == Nightjar.Run())
        #expect(try directoryEntries(scratch.path).contains("\(name).safetensors"))
    }

    @Test("stand in messages as they are")
    func messages() throws {
        try writeFile(scratch.file("\(name).lua"), "error('here: ' .. require('nightjar').sha256(arg[1]))")
        let run = try run("nightjar \"$name.lua\" \"$name\" 2> errors; od -An -c errors | tr -d ' \\n'")
        #expect(
            run.output.hasPrefix("caf351.lua:1:sha256:cannotopen'caf351':Nosuchfileordirectory\\n"), "\(run.output)")
    }

    @Test("are what --out makes")
    func out() throws {
        let train = joinPath(Nightjar.root, "scripts/train.lua")
        let run = try run("nightjar '\(train)' --epochs 1 --limit 20 --out \"$name.safetensors\"")
        #expect(run.status == 0, "\(run.errors)")
        #expect(try directoryEntries(scratch.path).contains("\(name).safetensors"), "\(run.output)")
    }
}
