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

    @Test("A finished run has a page, and can be listed, read and compared")
    func finish() throws {
        let text = try evaluate(
            """
            nj.manual_seed(1)
            local set = data.generated_digits { limit = 30 }
            local loader = data.loader(set, { batch_size = 10 })
            local net = nn.Sequential(nn.Conv2d(1, 4, 5), nn.Flatten(), nn.Linear(4 * 24 * 24, 10))
            local linear = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
            local pages = {}
            for index, network in ipairs { net, linear } do
              local run <close> = nj.runs.open("\(scratch.path)/" .. index, { options = { lr = index / 10 } })
              run:log(1, { loss = 3 / index, epoch = 1 })
              pages[index] = run:finish { network = network, loader = loader, classes = { "zero <0>" } }
            end
            local open = nj.runs.open("\(scratch.path)/open")
            local list = nj.runs.list "\(scratch.path)"
            assert(#list == 3 and list[1].name == "1" and list[1].epochs == 1 and list[1].steps == 1)
            assert(list[3].open and not list[1].open and list[1].finished and not list[3].finished)
            assert(list[2].figures[2].name == "loss" and list[2].figures[2].best == 1.5)
            local folders = { list[1].folder, list[2].folder }
            local best = nj.runs.best(folders, "loss")
            assert(best.name == "2" and best.value == 1.5 and best.step == 1)
            local found = nj.runs.compare(folders, { to = "\(scratch.path)/compare.html" })
            assert(found.options[1].name == "lr" and found.options[1].values[2] == "0.2" and found.figures[1].best == 2)
            assert(nj.runs.read(folders[1]).curves.loss.values[1] == 3)
            return pages[1]
            """)
        #expect(text == "\(scratch.path)/1/report.html")
        for (name, weights) in [("1", "0.weight (4 × 1 × 5 × 5)"), ("2", "1.weight (10 × 784)")] {
            let page = try readText(scratch.file("\(name)/report.html"))
            #expect(page.contains(weights))
            #expect(page.contains("zero &lt;0&gt;"))
            #expect(page.contains("<h2>Worst mistakes</h2>"))
        }
        #expect(try readText(scratch.file("compare.html")).contains("2 runs compared"))
        #expect(
            failure("nj.runs.open('\(scratch.file("x"))'):finish { loader = {} }").hasSuffix(
                "bad argument 'network' (the network that the loader's batches are for expected, got nothing)"))
    }
}
