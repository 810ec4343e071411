import Files
import JSON
import TestSupport
import Testing

@Suite("nightjar.runs")
struct RunsModuleTests {
    let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    @Test("A run is logged, interrupted and resumed")
    func resume() throws {
        let path = scratch.file("run")
        _ = try evaluate(
            """
            local config, changed = nj.options({ [0] = "t.lua", "--lr", "0.1" }, { lr = 0.01, epochs = 3 })
            local run = nj.runs.open("\(path)", { options = config, changed = changed,
              data = data.generated_digits { limit = 2 } })
            run:log(10, { loss = 0.5, lr = 0.1 }):log(20, { loss = 0.25 })
            local state = nj.json.decode(nj.json.encode(run:state { sync = true }))
            run:log(30, { loss = 0, accuracy = 97 })
            run:add_histogram("weights", nj.rand { 10 }, 30):add_histogram("list", { 1, 2 }, 30)
            run:add_image("digit", nj.rand { 1, 28, 28 }, 30)
            run:release()
            local again <close> = nj.runs.open(nil, { resume = state })
            again:log(30, { loss = 0.125 }):add_scalar("loss", 0.1, 31):finish()
            """)
        #expect(try readText(path + "/metrics.csv") == "step,loss,lr\n10,0.5,0.1\n20,0.25,\n30,0.125,\n31,0.1,\n")
        let options = try JSONParser.parse(readFile(path + "/options.json"))
        #expect(options["lr"] == .number(0.1))
        #expect(options["epochs"] == .integer(3))
        let run = try JSONParser.parse(readFile(path + "/run.json"))
        #expect(run["changed"] == .array([.string("lr")]))
        #expect(run["data"]?["name"]?.asString == "generated digits, not MNIST")
        #expect(run["data"]?["digests"]?["images"]?.asString?.count == 64)
        #expect(run["environment"]?.asObject?.map(\.name) == ["nightjar", "processor", "threads", "instruction set"])
        #expect(run["resumed"] == .integer(1))
    }

    @Test("A folder of its own is named by what was changed")
    func folder() throws {
        let name = try evaluate(
            """
            local config, changed = nj.options({ [0] = "t.lua", "--lr", "0.1", "--fast" }, { lr = 0.01, fast = false })
            return nj.runs.open(nil, { options = config, changed = changed, root = "\(scratch.path)" }):folder()
            """)
        #expect(name.hasSuffix("_lr=0.1_fast=true") || name.hasSuffix("_fast=true_lr=0.1"), "\(name)")
        #expect(FileStatus(of: name + "/metrics.csv") != nil)
    }

    @Test("A secret among the options is not written")
    func secrets() throws {
        let path = scratch.file("run")
        _ = try evaluate(
            "nj.runs.open('\(path)', { options = { token = nj.secret 'hush', list = { 'a', {} }, f = print } })")
        let options = try readText(path + "/options.json")
        #expect(!options.contains("hush"))
        #expect(options.contains("\"token\": \"(Secret)\""))
    }

    @Test("What is wrong is said in words")
    func refusals() {
        let path = scratch.file("run")
        let open = "local run = nj.runs.open('\(path)', { overwrite = true }) "
        #expect(
            failure(open + "run:log(1, { loss = nj.ones(1) })").hasSuffix(
                "Run:log: bad argument 'values' (numbers by their names expected, got a Tensor as 'loss'; its item() gives "
                    + "the number)"))
        #expect(
            failure(open + "run:log(1, { 0.5 })").hasSuffix(
                "Run:log: bad argument 'values' (numbers by their names expected, got a key that is no name)"))
        #expect(
            failure("nj.runs.open('\(path)', { resume = {} })").hasSuffix(
                "runs.open: bad argument 'resume' (what run:state() gave expected, got a table without a proper 'columns')"
            ))
        #expect(
            failure(open + "run:add_histogram('x', { 0/0 }, 1)").hasSuffix(
                "bad argument 'values' (at least one finite number expected, got none)"))
    }
}
