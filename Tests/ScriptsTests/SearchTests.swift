import Files
import TestSupport
import Testing

@Suite("Where modules are found", .enabled(if: Nightjar.executable != nil, "the command is not built"))
struct SearchTests {
    private let scratch: ScratchDirectory

    /// One module beside the script, one in its plugins, one where the command runs.
    init() throws {
        scratch = try ScratchDirectory()
        for (path, value) in [
            ("project/beside.lua", "return 'beside'"), ("project/plugins/plugin.lua", "return 'plugin'"),
            ("here/stray.lua", "return 'stray'"), ("here/init/init.lua", "return 'stray'"),
            ("named/named.lua", "return 'named'"),
            ("project/main.lua", "for _, name in ipairs(arg) do print((select(2, pcall(require, name)))) end"),
        ] {
            try makeDirectory(directoryName(scratch.file(path)))
            try writeFile(scratch.file(path), value)
        }
        try writeFile(scratch.file("here/stray.so"), "")
    }

    private func run(_ arguments: [String], environment: [String: String] = [:]) throws -> String {
        let run = try Nightjar.run(
            program: Nightjar.executable ?? "", arguments, in: scratch.file("here"), environment: environment)
        return run.output + run.errors
    }

    @Test("beside the script and in its plugins, not where one stands")
    func besideScript() throws {
        #expect(try run(["../project/main.lua", "beside", "plugin"]) == "beside\nplugin\n")
        for name in ["stray", "init"] {
            let refused = try run(["../project/main.lua", name])
            #expect(refused.hasPrefix("module '\(name)' not found:"))
            #expect(!refused.contains("'./"))
        }
    }

    @Test("in the places of LUA_PATH, which may be relative")
    func named() throws {
        let environment = ["LUA_PATH": "../named/?.lua;;", "LUA_CPATH": ";;"]
        #expect(try run(["../project/main.lua", "named", "beside"], environment: environment) == "named\nbeside\n")
        #expect(try run(["../project/main.lua", "stray"], environment: environment).hasPrefix("module 'stray' not"))
        #expect(try run(["../project/main.lua", "stray"], environment: ["LUA_PATH_5_4": "./?.lua"]) == "stray\n")
    }

    @Test("for code without a script, in the named places only")
    func code() throws {
        let code = "print((select(2, pcall(require, 'stray'))))"
        #expect(try run(["-e", code]).hasPrefix("module 'stray' not found:"))
        #expect(try run(["-e", code], environment: ["LUA_PATH": "./?.lua;;"]) == "stray\n")
        #expect(try run(["-e", "print((require 'beside'))", "../project/main.lua"]) == "beside\n")
        #expect(try run(["-e", "print(package.path, package.cpath)"]).contains("./") == false)
    }
}
