import Files
import TestSupport
import Testing

/// `nightjar runs` as a user runs it.
@Suite(.enabled(if: Nightjar.executable != nil, "the command is not built"))
struct RunsCommandTests {
    let scratch: ScratchDirectory

    init() throws {
        scratch = try ScratchDirectory()
        let make = try scratch.write(
            "make.lua",
            """
            local nj = require "nightjar"
            for index, lr in ipairs { 0.1, 0.01 } do
              local run <close> = nj.runs.open("runs/" .. ("ab"):sub(index, index), { options = { lr = lr, seed = 1 } })
              run:log(10, { loss = lr, epoch = 2, ["test/accuracy"] = 90 + index })
              if index == 1 then run:finish() end
            end
            """)
        let made = try Nightjar.run(make, in: scratch.path)
        try #require(made == Nightjar.Run(), "\(made.errors)")
    }

    private func runs(_ arguments: String...) throws -> Nightjar.Run {
        try Nightjar.run("runs", arguments, in: scratch.path)
    }

    @Test("Lists")
    func list() throws {
        let lines = try runs().output.split(separator: "\n").map(String.init)
        #expect(lines.count == 3)
        #expect(lines[0].hasSuffix("state     epochs  steps  best loss  best test/accuracy"))
        #expect(lines[1].hasPrefix("a  ") && lines[1].contains("finished       2     10        0.1"))
        #expect(lines[2].hasPrefix("b  ") && lines[2].contains("stopped        2     10       0.01"))
        #expect(lines[2].hasSuffix(" 92"))
    }

    @Test("Names the best")
    func best() throws {
        #expect(try runs("best") == .init(output: "runs/b  test/accuracy 92 at step 10\n"))
        #expect(try runs("best", "--metric", "loss", "--highest").output == "runs/a  loss 0.1 at step 10\n")
        let unknown = try runs("best", "--metric", "f1")
        #expect(unknown.status == 1)
        #expect(unknown.errors == "nightjar runs: no run has logged 'f1' (there are: epoch, loss, test/accuracy)\n")
    }

    @Test("Compares")
    func compare() throws {
        let run = try runs("compare", "a", "runs/b", "--out", "page.html")
        #expect(
            run.output == """
                                    a    b
                lr                  0.1    0.01
                best loss           0.1  0.01 *
                best test/accuracy   91    92 *

                written to page.html

                """)
        #expect(try readText(scratch.file("page.html")).contains("2 runs compared"))
        #expect(
            try runs("compare", "a")
                == .init(status: 2, errors: "nightjar runs: compare takes two runs or more\n"))
        #expect(
            try runs("compare", "a", "c")
                == .init(status: 1, errors: "nightjar runs: there is no run in 'c': it has no metrics.csv\n"))
        #expect(try runs("rank") == .init(status: 2, errors: "nightjar runs: 'rank' is none of: list, compare, best\n"))
    }
}
