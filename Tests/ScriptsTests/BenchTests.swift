import Files
import TestSupport
import Testing

/// scripts/bench.lua with the smallest sizes: that every row still runs. Nothing is timed here.
@Suite(.enabled(if: Nightjar.executable != nil, "the command is not built"))
struct BenchTests {
    let scratch: ScratchDirectory
    private let script = joinPath(Nightjar.root, "scripts/bench.lua")

    init() throws { scratch = try ScratchDirectory() }

    private func run(_ arguments: String...) throws -> Nightjar.Run {
        let places = ["XDG_CACHE_HOME": scratch.file("cache"), "TMPDIR": scratch.path]
        return try Nightjar.run(script, arguments, in: scratch.path, environment: places)
    }

    /// The rows of the table, without the processor above it and the remarks below: their first and last columns.
    private func rows(_ output: String) throws -> [(what: String, line: String)] {
        let parts = output.split(separator: "\n\n")
        return try #require(parts.dropFirst().first).split(separator: "\n").dropFirst().map { line in
            (String(line.prefix(48)).trimmed, String(line))
        }
    }

    @Test("Every row runs, alone")
    func alone() throws {
        let result = try run("--tiny")
        #expect(result.status == 0 && result.errors == "")
        #expect(result.output.contains(/^.*, \d+ processors, .*; at most \d+ GFLOP\/s on 1 thread, \d+ on \d+\n/))
        let names = try rows(result.output).map(\.what)
        for name in [
            "epoch of the tutorial's network", "epoch of the 99 % recipe", "one image", "a batch of 1,000",
            "train.lua", "recipes/mnist99.lua", "run_mnist.lua on one picture", "published executable on it",
            "step of 64, ResNet with BatchNorm, 32x32", "x + 1 on one element", "54 convolutions, forward",
        ] {
            #expect(names.contains(name), "\(name)")
        }
        #expect(scratch.names.filter { $0 != "cache" } == [], "the folder it worked in is still there")
    }

    @Test("--only takes rows by their names, which --list prints; a line for each convolution with --details")
    func choosing() throws {
        let all = try run("--list").output.split(separator: "\n")
        let sparse = all.filter { $0.contains("conv.sparse") }
        #expect(sparse.count >= 32 && sparse.count < all.count)
        let table = try rows(run("--tiny", "--details", "--only", "conv.sparse").output)
        #expect(table.count == sparse.count + 1)
        let none = try run("--only", "nothing")
        #expect(none.status == 1)
        #expect(none.errors.contains("no row's name has 'nothing' in it; --list prints them"))
    }

    @Test("A peer's time stands beside ours, with the ratio of the two; one that is missing is named")
    func peers() throws {
        // Answers as Tests/Performance/peers.py does, and takes twenty hours for everything.
        let python = try scratch.write(
            "python",
            """
            #!/bin/sh
            while read -r line; do
              case $line in
                *OpenVINO*) echo '{"missing": "it is not installed"}' ;;
                *run*) echo '{"seconds": 72000}' ;;
                *) echo '{"ready": "Stand-in 1.0"}' ;;
              esac
            done
            """)
        #expect(try Nightjar.run(program: "/bin/chmod", ["+x", python], in: scratch.path).status == 0)
        let result = try run("--tiny", "--only", "predict.image", "--peers", python)
        #expect(result.status == 0 && result.errors == "")
        let table = try rows(result.output)
        #expect(table[0].line.contains(#/ONNX Runtime +72000 s +\d+\.\d\d /#))
        #expect(table[1].line.contains(/OpenVINO +missing$/))
        #expect(result.output.hasSuffix("\n\nStand-in 1.0; OpenVINO is missing: it is not installed\n"))
    }

    @Test("A Python that does not start is an error")
    func noPython() throws {
        let result = try run("--tiny", "--only", "add", "--peers", scratch.file("nothing"))
        #expect(result.status == 1)
        #expect(result.errors.contains("the peers' process has ended"))
    }
}

extension String {
    fileprivate var trimmed: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
