import Files
import Foundation
import TestSupport
import Testing

/// `nightjar bundle` and what it makes, with the command as built beside these tests.
@Suite("One executable of script and files", .enabled(if: Nightjar.executable != nil, "the command is not built"))
struct ExecutableTests {
    let scratch: ScratchDirectory
    let elsewhere: ScratchDirectory

    init() throws {
        scratch = try ScratchDirectory()
        elsewhere = try ScratchDirectory()
    }

    /// Runs `nightjar bundle`.
    private func bundle(_ arguments: String..., environment: [String: String] = Nightjar.ownHost) throws -> Nightjar.Run
    {
        try Nightjar.run(
            program: Nightjar.executable ?? "", ["bundle"] + arguments, in: scratch.path, environment: environment)
    }

    /// Runs an executable in a folder that has nothing else.
    private func run(_ name: String, _ arguments: String...) throws -> Nightjar.Run {
        try Nightjar.run(program: scratch.file(name), arguments, in: elsewhere.path, environment: Nightjar.ownHost)
    }

    @Test("All arguments are the script's, and modules and files come from the executable")
    func runs() throws {
        try makeDirectory(scratch.file("models"))
        _ = try scratch.write("models/net.lua", "return { size = 42 }")
        _ = try scratch.write("data.txt", "from the file")
        _ = try scratch.write(
            "main.lua",
            """
            local nj = require "nightjar"
            print(arg[0]:match "[^/]*$", #arg, table.concat({ ... }, " "), require "models.net".size)
            print(nj.bundled "data.txt", nj.bundled "other", nj.read_file(nj.bundled "data.txt"))
            print(nj.sha256 "bundle:/data.txt", pcall(nj.read_file, "bundle:/other"))
            if arg[1] == "fail" then nj.checkpoint.load("bundle:/data.txt", nj.nn.Linear(1, 1)) end
            os.exit(7)
            """)
        #expect(try bundle("main.lua", "--with", "data.txt", "-o", "out") == .init())
        let digest = SHA256.hexDigest(of: Array("from the file".utf8))
        let lines = """
            bundle:/data.txt\tnil\tfrom the file
            \(digest)\tfalse\tbundle:/main.lua:11: read_file: cannot open 'bundle:/other': No such file or directory

            """
        #expect(
            try run("out", "-e", "x", "--version", "--help")
                == .init(status: 7, output: "out\t4\t-e x --version --help\t42\n" + lines))
        let failed = try run("out", "fail")
        #expect(failed.status == 1)
        #expect(
            failed.errors.hasPrefix(
                "bundle:/main.lua:12: checkpoint.load: cannot read 'bundle:/data.txt': it is neither safetensors nor"
            ), "\(failed.errors)")
        #expect(elsewhere.names == [], "files were written")
    }

    @Test("--help says how it is called, and prints the script's first comment")
    func help() throws {
        _ = try scratch.write(
            "main.lua",
            """
            --- Does something.
            local nj = require "nightjar"
            local config = nj.options(arg, { zeta = { 1, "last" }, alpha = { 2, "first" } })
            print(config.zeta)
            """)
        try #require(bundle("main.lua", "-o", "out") == .init())
        let text = try run("out", "--help").output
        #expect(text.hasPrefix("usage: \(scratch.file("out")) [options]\n\nDoes something.\n\n  --zeta N "))
        #expect(try run("out", "--zeta", "5") == .init(output: "5\n"))
        #expect(
            try run("out", "--zet", "5")
                == .init(status: 2, errors: "out: unknown option '--zet' (did you mean '--zeta'?)\n"))
    }

    @Test("The same content gives the same bytes; from one with files the plain command is taken")
    func bytes() throws {
        _ = try scratch.write("small.lua", "print 'small'")
        _ = try scratch.write(
            "maker.lua", "require 'nightjar'.bundle_executable(arg[1], { to = arg[2], with = { arg[1] } })")
        try #require(bundle("small.lua", "--with", "maker.lua", "-o", "first") == .init())
        try #require(bundle("small.lua", "--with", "maker.lua", "--output", "second") == .init())
        #expect(FileManager.default.contentsEqual(atPath: scratch.file("first"), andPath: scratch.file("second")))
        try #require(bundle("maker.lua", "--with", "small.lua", "-o", "maker") == .init())
        #expect(
            try run("maker", scratch.file("small.lua"), scratch.file("third")).errors.contains("another file of that"))
        _ = try scratch.write(
            "maker.lua",
            "require 'nightjar'.bundle_executable(arg[1], { to = arg[2], with = { ['maker.lua'] = arg[3] } })")
        try #require(bundle("maker.lua", "-o", "maker") == .init())
        try #require(bundle("small.lua", "--with", "maker.lua", "-o", "first") == .init())
        let made = try run("maker", scratch.file("small.lua"), scratch.file("third"), scratch.file("maker.lua"))
        #expect(made == .init())
        #expect(FileManager.default.contentsEqual(atPath: scratch.file("first"), andPath: scratch.file("third")))
        #expect(try run("third") == .init(output: "small\n"))
    }

    @Test("Damaged, it says so in one line")
    func damaged() throws {
        _ = try scratch.write("main.lua", "print 'whole'")
        _ = try scratch.write("data.txt", String(repeating: "some data ", count: 100))
        try #require(bundle("main.lua", "--with", "data.txt", "-o", "out") == .init())
        let size = try #require(FileStatus(of: scratch.file("out"))).size
        truncate(scratch.file("out"), size - 500)
        #expect(
            try run("out", "7.png")
                == .init(
                    status: 1,
                    errors: "nightjar: cannot run '\(scratch.file("out"))': the executable is damaged (the end of the "
                        + "bundled files is missing): fetch it or make it again\n"))
        try #require(bundle("main.lua", "--with", "data.txt", "-o", "out") == .init())
        let handle = try #require(FileHandle(forUpdatingAtPath: scratch.file("out")))
        let content = try readFile(scratch.file("out"))
        let script = Array("print 'whole'".utf8)
        let place = try #require((content.count - 5000..<content.count).first { content[$0...].starts(with: script) })
        try handle.seek(toOffset: UInt64(place))
        try handle.write(contentsOf: Data("P".utf8))
        try handle.close()
        #expect(
            try run("out")
                == .init(
                    status: 1,
                    errors:
                        "nightjar: cannot read '\(scratch.file("out"))': 'main.lua' in it: it is damaged: its checksum "
                        + "is another\n"))
    }

    @Test("What cannot be put together is refused, and nothing is left")
    func refusals() throws {
        _ = try scratch.write("main.lua", "require 'models.gone'")
        _ = try scratch.write("good.lua", "return 1")
        let usage = "nightjar bundle SCRIPT --with FILES... -o NAME"
        for (arguments, status, message) in [
            ([], 2, "a script is required: \(usage)"),
            (["good.lua"], 2, "a name for the executable is required: \(usage)"),
            (["good.lua", "--wiht", "x"], 2, "unknown option '--wiht' (did you mean '--with'?)"),
            (["gone.lua", "-o", "out"], 1, "cannot open 'gone.lua': No such file or directory"),
            (
                ["main.lua", "-o", "out"], 1,
                "main.lua:1: no module 'models.gone' (no file './models/gone.lua', none on package.path)"
            ), (["good.lua", "--with", "gone", "-o", "out"], 1, "cannot open 'gone': No such file or directory"),
            (
                ["good.lua", "--with", "good.lua", "-o", "out"], 1,
                "cannot put into the archive 'good.lua': another file of that name is in it"
            ), (["good.lua", "-o", "no/out"], 1, "cannot write 'no/out': No such file or directory"),
        ] as [([String], Int32, String)] {
            let run = try Nightjar.run(
                program: Nightjar.executable ?? "", ["bundle"] + arguments, in: scratch.path,
                environment: Nightjar.ownHost)
            #expect(run == .init(status: status, errors: "nightjar bundle: \(message)\n"))
        }
        #expect(!scratch.names.contains { $0.hasPrefix("out") })
    }

    @Test("The command can be another file")
    func host() throws {
        _ = try scratch.write("good.lua", "return 1")
        _ = try scratch.write("host", "#!/bin/sh\necho stand-in \"$@\"\nexit 3\n")
        try #require(bundle("good.lua", "--host", "host", "-o", "out") == .init())
        #expect(try run("out", "a") == .init(status: 3, output: "stand-in a\n"))
        let environment = ["NIGHTJAR_BUNDLE_HOST": scratch.file("host")]
        try #require(bundle("good.lua", "-o", "second", environment: environment) == .init())
        #expect(try readFile(scratch.file("out")) == readFile(scratch.file("second")))
    }

    @Test("The digit network with its model, as it is published")
    func mnist() throws {
        try Nightjar.makeKnownNetwork(in: scratch)
        let script = joinPath(Nightjar.root, "scripts/run_mnist.lua")
        try #require(bundle(script, "--with", "model.safetensors", "-o", "mnist-cnn") == .init())
        let picture = scratch.file("light.png")
        #expect(try run("mnist-cnn", picture) == .init(output: "\(picture): 7 (99.8 %)\n"))
        #expect(
            try run("mnist-cnn") == .init(status: 2, errors: "mnist-cnn: IMAGE... is required\n"))
        // A model that is named goes before the one that is in it.
        #expect(
            try run("mnist-cnn", picture, "--model", "gone")
                == .init(
                    status: 2, errors: "mnist-cnn: --model: file expected, got 'gone' (No such file or directory)\n"))
    }
}
