import Files
import TestSupport
import Testing

/// scripts/run_mnist.lua as a user runs it, with a network whose answers are known.
@Suite(.enabled(if: Nightjar.executable != nil, "the command is not built"))
struct RunMnistTests {
    let scratch: ScratchDirectory
    static let script = joinPath(Nightjar.root, "scripts/run_mnist.lua")

    init() throws {
        scratch = try ScratchDirectory()
        try Nightjar.makeKnownNetwork(in: scratch)
    }

    func run(_ arguments: String...) throws -> Nightjar.Run {
        try Nightjar.run(Self.script, arguments, in: scratch.path)
    }

    @Test func printsDigitAndProbability() throws {
        // 7 has 4 * 2.8215 (white, normalised), 1 has 5, the others have 0.
        #expect(try run("--image", "light.png") == .init(output: "light.png: 7 (99.8 %)\n"))
        #expect(try run("--image", "dark.png") == .init(output: "dark.png: 1 (94.3 %)\n"))
    }

    @Test func takesPatternsDirectoriesAndLists() throws {
        let both = "dark.png: 1 (94.3 %)\nlight.png: 7 (99.8 %)\n"
        #expect(try run("--image", "*.png") == .init(output: both))
        #expect(try run("--image", "dark.png", "light.png") == .init(output: both))
        #expect(try run("dark.png", "light.png") == .init(output: both))
        #expect(try run("--image", "dark.png", "--", "light.png") == .init(output: both))
        #expect(try run("--image", "dark.png", "--image=light.png") == .init(output: both))
        let name = scratch.path
        #expect(
            try run("--image", name)
                == .init(output: "\(name)/dark.png: 1 (94.3 %)\n\(name)/light.png: 7 (99.8 %)\n"))
    }

    @Test func takesFilesWithoutOption() throws {
        #expect(try run("light.png") == .init(output: "light.png: 7 (99.8 %)\n"))
        #expect(
            try run("light.png", "--invert", "dark.png")
                == .init(output: "light.png: 1 (94.3 %)\ndark.png: 7 (99.8 %)\n"))
        #expect(try run() == .init(status: 2, errors: "run_mnist.lua: IMAGE... is required\n"))
    }

    @Test func invertsDarkInk() throws {
        #expect(
            try run("--invert", "--image", "*.png")
                == .init(output: "dark.png: 7 (99.8 %)\nlight.png: 1 (94.3 %)\n"))
    }

    @Test func printsJSON() throws {
        let output = try run("--json", "--image", "light.png").output
        #expect(output.hasPrefix("{\"digit\":7,\"image\":\"light.png\",\"probability\":0.998"))
        #expect(output.hasSuffix("}\n"))
    }

    @Test func readsEveryKindOfPNG() throws {
        let reference = joinPath(Nightjar.root, "Tests/ImagesTests/Reference")
        let result = try run("--image", reference)
        #expect(result.errors == "")
        #expect(result.status == 0)
        #expect(result.output.split(separator: "\n").count == (try directoryEntries(reference)).count - 3)
    }

    @Test func goesOnAfterABadFile() throws {
        try writeFile(scratch.file("cut.png"), Array(try readFile(scratch.file("light.png")).prefix(60)))
        _ = try scratch.write("notes.png", "hello")
        let result = try run("--image", "cut.png", "gone.png", "notes.png", "no/*.png", "light.png")
        #expect(
            result
                == .init(
                    status: 1, output: "light.png: 7 (99.8 %)\n",
                    errors: """
                        run_mnist.lua: cannot read 'cut.png': truncated: its 60 bytes end before the image does
                        run_mnist.lua: no PNG or JPEG file matches 'gone.png'
                        run_mnist.lua: cannot read 'notes.png': neither a PNG nor a JPEG file
                        run_mnist.lua: no PNG or JPEG file matches 'no/*.png'

                        """))
    }

    @Test(.timeLimit(.minutes(1))) func waitsForNoPipe() throws {
        makePipe(scratch.file("x.png"))
        #expect(
            try run("--image", "x.png", "/dev/zero", "light.png")
                == .init(
                    status: 1, output: "light.png: 7 (99.8 %)\n",
                    errors: """
                        run_mnist.lua: cannot read 'x.png': a regular file expected, got a pipe or a device
                        run_mnist.lua: cannot read '/dev/zero': a regular file expected, got a pipe or a device

                        """))
    }

    @Test func readsJPEG() throws {
        _ = try scratch.write(
            "convert.lua", "require('nightjar').images.read('light.png'):save('light.jpg', { quality = 95 })")
        #expect(try Nightjar.run(scratch.file("convert.lua"), in: scratch.path).status == 0)
        let result = try run("--image", "light.jpg")
        #expect(result.output.hasPrefix("light.jpg: 7 (") && result.status == 0)
    }

    @Test func recognisesTheSample() throws {
        let sample = joinPath(Nightjar.root, "scripts/samples/7.png")
        let run = try run(sample)
        #expect(run.output.hasPrefix("\(sample): ") && run.status == 0)
    }

    @Test func saysWhereAModelComesFrom() throws {
        try removeFile(scratch.file("model.safetensors"))
        #expect(
            try run("--image", "light.png")
                == .init(
                    status: 1,
                    errors: "run_mnist.lua: no model.safetensors beside this script or here; "
                        + "make one with train.lua, or name one with --model\n"))
        #expect(
            try run("--image", "light.png", "--model", "mine.safetensors")
                == .init(
                    status: 2,
                    errors:
                        "run_mnist.lua: --model: file expected, got 'mine.safetensors' (No such file or directory)\n"))
    }

    @Test func runsAsOneFileElsewhere() throws {
        let bundle = try scratch.write(
            "bundle.lua", "io.open(arg[2], 'w'):write(require('nightjar').bundle(arg[1])):close()")
        let elsewhere = try ScratchDirectory()
        #expect(
            try Nightjar.run(bundle, [Self.script, elsewhere.file("run_mnist.lua")], in: scratch.path) == .init())
        try writeFile(elsewhere.file("model.safetensors"), try readFile(scratch.file("model.safetensors")))
        // The model beside the script is found from every directory.
        #expect(
            try Nightjar.run(elsewhere.file("run_mnist.lua"), ["--image", "light.png"], in: scratch.path)
                == .init(output: "light.png: 7 (99.8 %)\n"))
        let help = try Nightjar.run("run_mnist.lua", ["--help"], in: elsewhere.path).output
        #expect(help == (try run("--help")).output.replacing(Self.script, with: "run_mnist.lua"))
    }
}
