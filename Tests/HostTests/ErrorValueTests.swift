import Lua
import Testing

@testable import Host

/// A failure that may pass.
private struct Busy: ScriptError, CustomStringConvertible {
    var errorKind: String { "busy" }
    var exitStatus: Int32? { 75 }
    var modulePath: String? { "features.3" }
    var description: String { "the server is busy" }
}

private let failing = HostModule(
    "test", doc: "Failures.",
    functions: [.function("busy", doc: "Fails.") { _ in throw Busy() }])

@Suite("Errors are values")
struct ErrorValueTests {
    /// What a chunk gives where `err` is what line 2 of it caught, for a failure that asks for a status or one that does
    /// not.
    private func run(_ source: String, plain: Bool = false) throws -> String {
        try Bench([coreModule] + testModules + [failing]).run(
            """
            local nj = require "nightjar"
            local ok, err = pcall(function() \(plain ? "nj.nn.Linear(1)" : "nj.test.busy()") end)
            \(source)
            """)
    }

    private func caught(_ source: String, plain: Bool = false) throws -> LuaError? {
        #expect(throws: LuaError.self) { try run(source, plain: plain) }
    }

    private static let text = "test.lua:2: test.busy: the server is busy"
    private static let argument = "nn.Linear: bad argument 'out_features' (integer expected, got nothing)"

    @Test(
        "have fields and print as their text",
        arguments: [
            ("type(err), nj.type(err)", "userdata Error"),
            ("tostring(err)", text),
            ("err.kind", "busy"),
            ("err.message", "test.busy: the server is busy"),
            ("err.line, err.chunk", "2 test.lua"),
            ("err.exit_status, err.path", "75 features.3"),
            ("string.format('<%s>', err)", "<\(text)>"),
            ("rawequal(select(2, pcall(error, err, 0)), err)", "true"),
            ("rawequal(select(2, pcall(error, err)), err)", "true"),
            ("rawequal(select(2, pcall(assert, false, err)), err)", "true"),
            ("rawequal(select(2, xpcall(error, function(e) return e end, err)), err)", "true"),
            ("rawequal(select(2, pcall(nj.no_grad, function() error(err) end)), err)", "true"),
            ("rawequal(select(2, coroutine.resume(coroutine.create(function() error(err) end))), err)", "true"),
            ("rawequal(select(2, pcall(coroutine.wrap(function() error(err) end))), err)", "true"),
            ("err == err, err == tostring(err)", "true false"),
        ])
    func fields(expression: String, expected: String) throws {
        #expect(try run("return \(expression)") == expected)
    }

    @Test(
        "work like strings where scripts take them for such",
        arguments: [
            ("err .. '!'", "test.lua:2: \(argument)!"),
            ("'not made: ' .. err", "not made: test.lua:2: \(argument)"),
            ("type('a' .. err .. 'b' .. 1), type(1 .. err)", "string string"),
            ("#err == #tostring(err)", "true"),
            ("err:match('^(.-):(%d+): ')", "test.lua 2"),
            ("err:find('bad', 1, true)", "24 26"),
            ("err:gsub('.+ bad', 'a bad'):sub(1, 14)", "a bad argument"),
            ("err:sub(1, 8), err:len() == #err, err:upper():sub(1, 4)", "test.lua true TEST"),
            ("err.kind, err.exit_status, err.path", "argument nil nil"),
            (
                "select(2, xpcall(function() nj.nn.Linear() end, debug.traceback)):match('^[^\\n]+\\nstack traceback:') ~= nil",
                "true"
            ),
        ])
    func strings(expression: String, expected: String) throws {
        #expect(try run("return \(expression)", plain: true) == expected)
    }

    @Test("are written as their text")
    func written() throws {
        let source = """
            local file = io.tmpfile()
            file:write("it failed: ", err, 5, "\\n")
            file:seek("set")
            return file:read("a"), select(2, pcall(function() file:write({}) end))
            """
        #expect(
            try run(source)
                == "it failed: \(Self.text)5\n test.lua:6: bad argument #1 to 'write' (string expected, got table)")
    }

    @Test("keep the exit status when a script puts words around them, and however they are raised again")
    func exitStatus() throws {
        let again = try caught("error('not published: ' .. err .. ', sorry', 0)")
        #expect(again?.message == "not published: \(Self.text), sorry")
        #expect(again?.exitStatus == 75)
        #expect(try caught("error(err, 0)")?.exitStatus == 75)
        #expect(try caught("assert(ok, err)")?.exitStatus == 75)
        #expect(try caught("nj.no_grad(function() error(err) end)")?.exitStatus == 75)
        #expect(try caught("error(select(2, xpcall(error, debug.traceback, err)), 0)")?.exitStatus == 75)
        #expect(try caught("coroutine.wrap(function() error(err) end)()")?.exitStatus == 75)
        // The same words are not the same error.
        #expect(try caught("error(tostring(err), 0)")?.exitStatus == nil)
        #expect(try caught("error(err, 0)", plain: true)?.exitStatus == nil)
    }

    /// Debian's Lua 5.4.4 goes on with a pointer into the stack that was before: it crashes, or never ends.
    @Test("can be joined with text where Lua would have to move its stack for it")
    func joinedInSmallStack() throws {
        let source = """
            local ok, other = pcall(coroutine.wrap(function() nj.nn.Linear(3) end))
            for i = 1, 50 do
              local text = "|" .. other .. "|" .. err .. "|" .. other
              collectgarbage()
            end
            return #coroutine.wrap(function() return "|" .. other .. "|" .. err end)()
            """
        #expect(try Int(run(source)) ?? 0 > 100)
    }

    @Test("Lua's own errors stay strings")
    func plainErrors() throws {
        #expect(try run("return type(select(2, pcall(error, 'a'))), select(2, pcall(error, 'a', 0))") == "string a")
        #expect(
            try run("return select(2, pcall(function() return nil + 1 end))")
                == "test.lua:3: attempt to perform arithmetic on a nil value")
    }

    @Test("say which fields they have")
    func unknownFields() throws {
        #expect(
            try caught("return err.exit_code")?.message
                == "test.lua:3: Error has no field 'exit_code' (there are: kind, message, line, chunk, exit_status, path, "
                + "and a string's methods)")
        #expect(
            try caught("return err .. {}")?.message
                == "test.lua:3: attempt to concatenate an Error and a table value")
    }

    @Test("tell global, field and method from argument")
    func kinds() throws {
        let kind = "return select(2, pcall(function() %s end)).kind"
        for (source, expected) in [
            ("nj.nnn()", "name"), ("nj.counter():valeu()", "name"), ("nj.nn.Linear('1')", "argument"),
            ("nj.nn.functional.conv2d()", "error"),
        ] {
            #expect(try run(kind.replacing("%s", with: source)) == expected, "\(source)")
        }
    }
}
