import Files
import TestSupport
import Testing

@testable import Host

@Suite("Only source is run")
struct ChunkTests {
    private let host: Host
    private let scratch: ScratchDirectory

    init() throws {
        host = try Host(modules: [])
        scratch = try ScratchDirectory()
    }

    /// What a chunk gives, where `path` is a file with a precompiled chunk, or the error.
    private func run(_ source: String) throws -> String {
        let path = scratch.file("chunk.lua")
        let prelude = """
            local path, code = "\(path)", string.dump(function() return 5 end)
            do
              local file = assert(io.open(path, "wb"))
              file:write(code)
              file:close()
            end
            package.path = "\(scratch.path)/?.lua"
            """
        do {
            return try host.evaluate(prelude + "\n" + source).replacing(scratch.path, with: "D")
        } catch {
            return "\(error)".replacing(scratch.path, with: "D")
        }
    }

    private static let refused = "nil cannot load the chunk: it is a precompiled chunk, and only Lua source is run"
    private static let file = "cannot load 'D/chunk.lua': it is a precompiled chunk, and only Lua source is run"
    private static let mode = "nil mode 'b': precompiled chunks are not loaded; only Lua source (mode 't') is"

    @Test(
        "Precompiled chunks are refused on every way in",
        arguments: [
            ("return load(code)", refused),
            ("return load(code, 'name', 'bt')", refused),
            ("return load(code, 'name', 'b')", mode),
            ("return load('return 1', 'name', 'b')", mode),
            ("local pieces = { code } return load(function() return table.remove(pieces, 1) end)", refused),
            ("return loadfile(path)", "nil \(file)"),
            ("return loadfile(path, 'b')", mode),
            ("dofile(path)", file),
            ("require 'chunk'", "error loading module 'chunk' from file 'D/chunk.lua':\n\t\(file)"),
        ])
    func refusals(source: String, expected: String) throws { #expect(try run(source) == expected) }

    @Test(
        "Source is loaded as Lua does",
        arguments: [
            ("return load('return ...', 'name', 't', {})(7)", "7"),
            ("return load('return x', 'name', nil, { x = 8 })()", "8"),
            ("local pieces = { 'return', ' 9' } return load(function() return table.remove(pieces, 1) end)()", "9"),
            ("return load('return', '=name'), load('x =', '=name')", "NAME nil name:1: unexpected symbol near <eof>"),
            ("return load(function() return {} end)", "nil test.lua:8: reader function must return a string"),
            ("return load(function() error('mine', 0) end)", "nil mine"),
            ("local f = io.open(path, 'w') f:write('#!x\\nreturn ...') f:close() return loadfile(path)(3)", "3"),
            ("local f = io.open(path, 'w') f:write('return y') f:close() return loadfile(path, 't', {y = 4})()", "4"),
            ("local f = io.open(path, 'w') f:write('return 1, 2') f:close() return dofile(path)", "1 2"),
            (
                "local f = io.open(path, 'w') f:write('return ...') f:close() return require 'chunk'",
                "chunk D/chunk.lua"
            ),
            (
                "local f = io.open(path, 'w') f:write('coroutine.yield(1) return 2') f:close() "
                    + "local co = coroutine.wrap(dofile) return co(path), co()", "1 2"
            ),
            ("return select(2, loadfile('D/none.lua'))", "cannot open D/none.lua: No such file or directory"),
        ])
    func source(source: String, expected: String) throws {
        let result = try run(source).replacing(#/function: [^ ]*/#, with: "NAME")
        #expect(result == expected)
    }

    @Test("The command refuses them too")
    func command() throws {
        _ = try run("return 1")
        let error = #expect(throws: (any Error).self) {
            try host.evaluate(String(decoding: readFile(scratch.file("chunk.lua")), as: UTF8.self), chunk: "@a.lua")
        }
        #expect(
            error.map { "\($0)" }
                == "cannot load 'a.lua': it is a precompiled chunk, and only Lua source is run")
    }

    @Test(
        "A name with a NUL byte is not cut to another file's",
        arguments: [
            ("io.open('/etc/passwd\\0.txt')", "open"), ("io.lines('/etc/passwd\\0.txt')", "lines"),
            ("os.remove('/tmp/none\\0.txt')", "remove"), ("loadfile('x\\0y')", "loadfile"),
            ("dofile('x\\0y')", "dofile"),
            ("package.searchpath('x\\0y', '?')", "searchpath"),
        ])
    func nulBytes(call: String, function: String) throws {
        #expect(
            try run("do return select(2, pcall(function() \(call) end)) end").hasSuffix(
                ": bad argument #1 to '\(function)' (a file's name cannot hold a NUL byte)"))
        #expect(
            try run("do return select(2, pcall(os.rename, 'a', 'b\\0')) end")
                == "bad argument #2 to 'os.rename' (a file's name cannot hold a NUL byte)")
    }
}
