import Files
import Host
import Testing

@testable import Plugins

@Suite("Options of scripts")
struct OptionsTests {
    /// What the script's specification is in most of these tests.
    private static let specification = """
        {
          epochs = { 3, "passes over the training set" },
          test_batch_size = 1000,
          lr = { 0.01, "learning rate" },
          momentum = nj.option.number(0.5, "", { min = 0, max = 1 }),
          seed = nj.option.integer(nil, "first random number", { min = 0 }),
          out = "model.safetensors",
          dry_run = { false, "build the package only" },
          shuffle = true,
          optimizer = nj.option.choice({ "sgd", "adam" }, "sgd", "how to step"),
          image = nj.option.list("pictures to read"),
        }
        """

    /// Runs the chunk `body` with `config` and `changed` read from arguments, as the script scripts/train.lua. An end
    /// of the script gives its status and what it wrote.
    private func run(
        _ arguments: [String], _ specification: String = specification, then body: String = "return config",
        chunk: String? = nil
    ) throws -> String {
        let list = arguments.map { "[==[\($0)]==]" }.joined(separator: ", ")
        let source = """
            local nj, written = require "nightjar", {}
            local stream = { flush = function() end }
            function stream:write(...) written[#written + 1] = table.concat { ... } return self end
            io.stderr, io.stdout = stream, stream
            function os.exit(status, close)
              error(setmetatable({}, { __tostring = function()
                return ("%s %s: %s"):format(status, close, table.concat(written))
              end }), 0)
            end
            local arg = { [0] = "scripts/train.lua", \(list) }
            local ok, result = pcall(function()
            local config, changed = nj.options(arg, \(specification))
            \(body)
            end)
            return result
            """
        // Named by itself, as load names what has no name, the source is known and with it the options' order.
        return try Host(modules: builtInModules).evaluate(source, chunk: chunk ?? source)
    }

    @Test("Values come from the defaults and the command line")
    func values() throws {
        #expect(
            try run([])
                == #"epochs = 3, test_batch_size = 1000, lr = 0.01, momentum = 0.5, out = "model.safetensors", "#
                + #"dry_run = false, shuffle = true, optimizer = "sgd", image = {  }"#)
        #expect(
            try run(
                [
                    "--epochs", "1", "--test_batch_size=5", "--lr=1e-3", "--momentum", "1", "--seed", "7", "--out=--x",
                    "--dry-run", "--no-shuffle", "--optimizer", "adam", "--image", "a.png", "b.png", "--image=c",
                ])
                == #"epochs = 1, test_batch_size = 5, lr = 0.001, momentum = 1.0, seed = 7, out = "--x", "#
                + #"dry_run = true, shuffle = false, optimizer = "adam", image = { "a.png", "b.png", "c" }"#)
        #expect(try run(["--lr", "-1"], then: "return config.lr") == "-1.0")
        #expect(try run(["--lr", "1"], then: "return math.type(config.lr)") == "float")
        #expect(try run(["--epochs", "+5", "--epochs=6"], then: "return config.epochs") == "6")
        #expect(try run(["--dry-run=false", "--shuffle"], then: "return changed") == "")
        #expect(try run(["--epochs=3", "--seed=1"], then: "return changed") == "seed = 1")
    }

    @Test(
        "A mistake on the command line ends the script with status 2 and one line",
        arguments: [
            (["--ephocs", "1"], "unknown option '--ephocs' (did you mean '--epochs'?)"),
            (["--drop"], "unknown option '--drop' (see --help)"),
            (["--no-epochs"], "unknown option '--no-epochs' (did you mean '--epochs'?)"),
            (["--no-dry_rum"], "unknown option '--no-dry_rum' (did you mean '--no-dry-run'?)"),
            (["-e", "1"], "unknown option '-e' (options begin with two dashes; see --help)"),
            (["--epochs", "x"], "--epochs: integer expected, got 'x'"),
            (["--epochs=1.5"], "--epochs: integer expected, got '1.5'"),
            (["--epochs=99999999999999999999"], "--epochs: integer expected, got '99999999999999999999'"),
            (["--epochs="], "--epochs: integer expected, got ''"),
            (["--lr"], "--lr: value missing"),
            (["--lr", "--epochs", "3"], "--lr: value missing"),
            (["--lr", "nan"], "--lr: number expected, got 'nan'"),
            (["--lr", "1e999"], "--lr: number expected, got '1e999'"),
            (["--lr", "0x10"], "--lr: number expected, got '0x10'"),
            (["--momentum", "2"], "--momentum: number from 0 to 1 expected, got 2"),
            (["--seed", "-1"], "--seed: integer of at least 0 expected, got -1"),
            (["--dry-run=yes"], "--dry-run: true or false expected, got 'yes'"),
            (["--no-dry-run=true"], "--no-dry-run: takes no value"),
            (["--optimizer", "adm"], "--optimizer: one of sgd, adam expected, got 'adm' (did you mean 'adam'?)"),
            (["extra"], "unexpected argument 'extra'"),
            (["--", "--epochs"], "unexpected argument '--epochs'"),
        ])
    func mistakes(arguments: [String], expected: String) throws {
        #expect(try run(arguments) == "2 true: train.lua: \(expected)\n")
    }

    @Test("Files and directories must be there when they are given")
    func files() throws {
        let specification = "{ data = nj.option.directory(nil, 'data'), model = nj.option.file('none.pth') }"
        #expect(try run([], specification) == #"model = "none.pth""#)
        #expect(try run(["--data=/tmp", "--model=/dev/null"], specification) == #"data = "/tmp", model = "/dev/null""#)
        #expect(
            try run(["--data=/nowhere"], specification)
                == "2 true: train.lua: --data: directory expected, got '/nowhere' (No such file or directory)\n")
        #expect(
            try run(["--data=/dev/null"], specification)
                == "2 true: train.lua: --data: directory expected, got '/dev/null' (it is no directory)\n")
        #expect(
            try run(["--model=/tmp"], specification)
                == "2 true: train.lua: --model: file expected, got '/tmp' (it is a directory)\n")
    }

    @Test("What is required must be given; the rest takes what no option does")
    func requiredAndRest() throws {
        let specification = """
            { model = nj.option.string(nil, "a model", { required = true }),
              images = nj.option.rest("PNG files", { required = true }), all = false }
            """
        #expect(try run(["a"], specification) == "2 true: train.lua: --model is required\n")
        #expect(try run(["--model=m"], specification) == "2 true: train.lua: IMAGES... is required\n")
        #expect(
            try run(["a", "--model", "m", "-", "--all", "--", "--b", "--help"], specification)
                == #"model = "m", images = { "a", "-", "--b", "--help" }, all = true"#)
        #expect(
            try run(["--images=a"], specification) == "2 true: train.lua: unknown option '--images' (see --help)\n")
    }

    @Test("A list may take what belongs to no option, too, and a scheme names what is no file")
    func listWithRestAndScheme() throws {
        let specification = """
            { image = nj.option.list("PNG files", { required = true, rest = true }), all = false,
              model = nj.option.file(nil, "", { scheme = "registry" }) }
            """
        for arguments in [["a", "b"], ["--image", "a", "b"], ["a", "--image", "b"], ["--image=a", "b"]] {
            #expect(
                try run(arguments + ["--all", "--model", "registry:x@1"], specification)
                    == #"image = { "a", "b" }, all = true, model = "registry:x@1""#, "\(arguments)")
        }
        #expect(try run([], specification) == "2 true: train.lua: IMAGE... is required\n")
        #expect(
            try run(["a", "--model", "registry"], specification)
                == "2 true: train.lua: --model: file expected, got 'registry' (No such file or directory)\n")
        #expect(try run(["--help"], specification).contains("[options] IMAGE...\n"))
        #expect(
            try run(["a"], "{ a = nj.option.list('', { rest = true }), b = nj.option.rest '' }").contains(
                "take the rest"))
    }

    @Test("The values are strict about names, and keep the script's order")
    func strictness() throws {
        #expect(
            try run([], then: "return config.epoch", chunk: "@test.lua")
                == "test.lua:24: config: no option 'epoch' is declared (did you mean 'epochs'?)")
        #expect(
            try run([], then: "config.epoch = 1", chunk: "@test.lua")
                == "test.lua:24: config: no option 'epoch' is declared (did you mean 'epochs'?)")
        #expect(
            try run([], then: "return config[1]", chunk: "@test.lua")
                == "test.lua:24: config: no option '1' is declared")
        #expect(try run([], then: "return config.seed") == "nil")
        #expect(try run([], then: "config.seed = 5 return config.seed") == "5")
        #expect(
            try run(
                ["--seed=1"],
                then:
                    "local all = {} for name in pairs(config) do all[#all + 1] = name end return table.concat(all, ' ')"
            ) == "epochs test_batch_size lr momentum seed out dry_run shuffle optimizer image")
        #expect(try run([], "{ b = 1, ['a'] = 2, c = 3 }") == "a = 2, b = 1, c = 3")
        #expect(
            try run(["--image=x"], then: "return require('nightjar.json').encode(changed)") == #"{"image":["x"]}"#)
    }

    @Test(
        "A mistake in the specification is an error at the script's line",
        arguments: [
            (
                "{ lr = {} }",
                "options: 'lr' has no default and so no type; say nightjar.option.string(nil, \"what it is\")"
            ),
            ("{ lr = { 1, 'rate', min = 0 } }", "options: 'lr' is to be { default, \"what it is\" }, got the key min"),
            ("{ lr = print }", "options: the default of 'lr' is to be a number, string or boolean, got function"),
            ("{ lr = { 1, 2 } }", "options: the text for 'lr' is to be a string, got number"),
            ("{ lr = { kind = 'x' } }", "options: 'lr' is to be { default, \"what it is\" } or one of nightjar.option"),
            ("{ 'lr' }", "options: an option's name is a word, got the key 1"),
            ("{ ['a-b'] = 1 }", "options: an option's name is a word, got the key a-b"),
            ("{ help = false }", "options: 'help' is every script's own option"),
            (
                "{ a = nj.option.integer(0, '', { min = 1 }) }",
                "option.integer: bad argument 'default' (integer that min and max allow expected, got 0)"
            ),
            (
                "{ a = nj.option.choice({ 'x' }, 'y') }",
                "option.choice: bad argument 'default' (one of the values expected, got 'y')"
            ),
            (
                "{ a = nj.option.string('x', '', { required = true }) }",
                "option.string: what is required needs no default"
            ),
            (
                "{ a = nj.option.string(nil, '', { requried = true }) }",
                "option.string: unknown option 'requried' (did you mean 'required'?)"
            ),
            ("nil", "options: bad argument 'specification' (table expected, got nil)"),
        ])
    func specificationMistakes(specification: String, expected: String) throws {
        #expect(try run([], specification, chunk: "@test.lua") == "test.lua:12: \(expected)")
    }

    @Test("What a script puts in a list's place is shown within bounds")
    func boundedText() throws {
        func text(_ value: String) throws -> String { try run([], then: "\(value) config.image = t return config") }
        let deep = "local t = {} for _ = 1, 100000 do t = { t } end"
        #expect(try text(deep).hasSuffix("image = { {...} }"))
        #expect(try text("local t = {} t[1] = t").hasSuffix("image = { {...} }"))
        #expect(try text("local t = {} for i = 1, 200 do t[i] = i end").hasSuffix(", 99, 100, ... }"))
    }

    @Test("The largest integers are written whole")
    func largest() throws {
        let specification = "{ n = nj.option.integer(nil, '', { min = math.mininteger, max = 5 }) }"
        #expect(
            try run(["--n", "6"], specification)
                == "2 true: train.lua: --n: integer from -9223372036854775808 to 5 expected, got 6\n")
        #expect(try run(["--n", "-9223372036854775808"], specification) == "n = -9223372036854775808")
        #expect(
            try run(["--n", "9223372036854775808"], specification)
                == "2 true: train.lua: --n: integer expected, got '9223372036854775808'\n")
    }

    @Test("Slips in the call are errors at the script's line")
    func slips() throws {
        #expect(
            try run([], then: "local _ = nj:options(arg, {})", chunk: "@test.lua")
                == "test.lua:24: options: called with a colon; use options(...), with a dot")
        #expect(
            try run([], then: "local _ = nj.options('x', {})", chunk: "@test.lua")
                == "test.lua:24: options: bad argument 'arguments' (table expected, got string)")
    }

    @Test("--help says what the script is for and what it takes, in the script's order")
    func help() throws {
        let path = "/tmp/nightjar-options-\(UInt64.random(in: 0 ... .max)).lua"
        defer { try? removeFile(path) }
        let script = """
            #!/usr/bin/env nightjar
            --- Trains the digit network.
            -- Takes minutes.

            -- Not this.
            local nj = require "nightjar"
            local other = { epochs = 1, "}" } -- lr = 5
            local config = nj.options({ [0] = "scripts/train.lua", "--help" }, {
              epochs = { 3, "passes over the training set" }, -- { seed = 1 }
              test_batch_size = 1000;
              lr = { 0.01, [[learning rate]] },
              data = nj.option.directory(nil, "where MNIST's files are; downloaded when absent; anything that takes more room than there is goes on below", { required = true }),
              seed = nj.option.integer(nil, "", { min = 0 }),
              dry_run = { false, "build the package only" },
              shuffle = true,
              optimizer = nj.option.choice({ "sgd", "adam", "a very long name indeed" }, "sgd", "how to step"),
              files = nj.option.rest("PNG files"),
            })
            """
        try writeFile(path, script)
        let output = try Host(modules: builtInModules).evaluate(
            """
            local written = {}
            io.stdout = { write = function(_, ...) written[#written + 1] = table.concat { ... } end }
            function os.exit(status, close) error({ status, close }) end
            local _, ended = pcall(dofile, "\(path)")
            return ended[1], ended[2], table.concat(written)
            """)
        #expect(
            output == """
                0 true usage: nightjar scripts/train.lua [options] [FILES...]

                Trains the digit network.
                Takes minutes.

                  --epochs N           passes over the training set (default: 3)
                  --test-batch-size N  (default: 1000)
                  --lr X               learning rate (default: 0.01)
                  --data DIR           where MNIST's files are; downloaded when absent; anything that takes more
                                       room than there is goes on below (required)
                  --seed N             (at least 0)
                  --dry-run            build the package only
                  --[no-]shuffle       (default: true)
                  --optimizer sgd|adam|a very long name indeed
                                       how to step (default: sgd)
                  FILES...             PNG files
                  -h, --help           show this and end

                """)
    }
}
