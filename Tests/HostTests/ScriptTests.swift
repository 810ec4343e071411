import Files
import Testing

@testable import Host

@Suite("Scripts and the command line")
struct ScriptTests {
    private func strict(_ source: String) throws -> String {
        let host = try Host(modules: [])
        try StrictGlobals.install(.init(script: "@test.lua", directory: "lib"), on: host.machine.state())
        do {
            return try host.evaluate(source)
        } catch {
            return "\(error)"
        }
    }

    @Test(
        "Globals are to be declared",
        arguments: [
            ("local loss = 1\nreturn los", "test.lua:2: global 'los' is not declared (did you mean 'loss'?)"),
            ("return pirnt", "test.lua:1: global 'pirnt' is not declared (did you mean 'print'?)"),
            ("total = 1", "test.lua:1: global 'total' is not declared; write local total = ..."),
            ("function f() end", "test.lua:1: global 'f' is not declared; write local function f(...)"),
            ("rawset(_G, 'total', 1) return total", "1"),
            ("return rawget(_G, 'total')", "nil"),
            ("return unpack, jit, setfenv", "nil nil nil"),
            ("return load('y = 2 return y', '=elsewhere')()", "2"),
            ("return load('return y', '@lib/a.lua')()", "lib/a.lua:1: global 'y' is not declared"),
        ])
    func globals(source: String, expected: String) throws {
        #expect(try strict(source) == expected)
    }

    @Test(
        "C modules of the system load",
        .enabled(if: !((try? expandGlob("/usr/lib/*/lua/5.4/cjson.so")) ?? []).isEmpty, "lua-cjson is not installed"))
    func cModules() throws {
        #expect(try Host(modules: []).evaluate("return require 'cjson'.encode({ 1, { a = 2 } })") == "[1,{\"a\":2}]")
    }

    @Test("Options before the script are the command's, those after it the script's")
    func options() throws {
        let plain = try Command.parse(["nightjar", "-e", "x()", "a.lua", "-e", "--help"])
        #expect(plain == Command.Options(code: ["x()"], script: 3))
        #expect(try Command.parse(["nightjar", "-", "-x"]).script == 1)
        #expect(throws: Command.UsageError(message: "unknown option '--bad'")) {
            try Command.parse(["nightjar", "--bad"])
        }
        #expect(throws: Command.UsageError(message: "'-e' needs an argument")) {
            try Command.parse(["nightjar", "-e"])
        }
    }

    @Test("A first line for the shell is skipped, its end is kept")
    func shebang() {
        #expect(Host.withoutShebang(Array("#!/usr/bin/env nightjar\nprint(1)".utf8)) == Array("\nprint(1)".utf8))
        #expect(Host.withoutShebang(Array("print(1)".utf8)) == Array("print(1)".utf8))
    }

    @Test("Stubs and reference say what is declared")
    func documentation() {
        let stub = Stubs(testModules).text("nn")
        #expect(stub.contains("---@meta nightjar.nn\n"))
        #expect(stub.contains("---@field kernel_size integer|integer[]\n"))
        #expect(stub.contains("---@field padding_mode? \"zeros\"|\"reflect\" default \"zeros\"\n"))
        #expect(stub.contains("function module.Conv2d(in_channels, out_channels, options) end\n"))
        #expect(stub.contains("---@param other Counter\n---@return Counter\nfunction Counter:add(other) end\n"))
        #expect(stub.contains("---@class Square: Shape\n"))
        #expect(stub.contains("---@field functional nightjar.nn.functional\n"))
        let page = Reference(testModules).text
        #expect(page.contains("#### nn.Linear(in_features, out_features)\n\nA product.\n\n- `in_features`: integer\n"))
        #expect(page.contains("- `bias`: boolean, default true\n"))
    }
}
