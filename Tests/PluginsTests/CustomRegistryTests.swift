import Files
import Host
import HTTP
import Lua
import Registry
import TestSupport
import Testing

@testable import Plugins

/// `registry.custom`: registries that scripts define.
@Suite("registry.custom")
struct CustomRegistryTests {
    /// A registry in a table, as `place`; its log as `log`.
    static let prelude = """
        local registry = nj.registry
        local stored, log = { ["1.0.0"] = { ["a.txt"] = "abc" } }, {}
        local functions = {
          name = "a table",
          versions = function(package) return { "1.0.0", package, "no/version" } end,
          files = function(_, version)
            if not stored[version] then return nil end
            local files = {}
            for name, text in pairs(stored[version]) do
              files[name] = { size = #text, sha256 = nj.sha256_text(text) }
            end
            return files
          end,
          put = function(file, _, version)
            stored[version] = stored[version] or {}
            local from = file.path and io.open(file.path)
            stored[version][file.name] = from and from:read "a" or file.content
            log[#log + 1] = ("%s %d %s"):format(file.name, file.size, file.sha256:sub(1, 4))
            return true
          end,
          get = function(name, _, version, write)
            local text = (stored[version] or {})[name]
            if not text then return false end
            for character in text:gmatch "." do write(character) end
            return true
          end,
        }
        local place = registry.custom(functions)
        local _ = { log, place }

        """

    private func run(_ source: String) throws -> String { try evaluate(Self.prelude + source) }
    private func problem(_ source: String) -> String { failure(Self.prelude + source) }

    @Test("versions, files and contents come from the script's functions")
    func reads() throws {
        #expect(try run("return tostring(place), table.concat(place:versions 'p', ' ')") == "a table 1.0.0 p")
        #expect(
            try run("local f = place:files('p', '1.0.0')['a.txt'] return f.size, f.sha256 == nj.sha256_text 'abc'")
                == "3 true")
        #expect(try run("return place:files('p', '2.0.0')") == "nil")
        #expect(try run("return place:read('p', '1.0.0', 'a.txt'), place:read('p', '1.0.0', 'b')") == "abc nil")
        #expect(
            problem("place:read('p', '1.0.0', 'a.txt', { limit = 2 })").hasSuffix(
                "Registry:read: 'a.txt' has more than 2 bytes"))
    }

    @Test("files are stored from memory and from disk")
    func stores() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write("b.txt", "from disk")
        let host = try Host(modules: builtInModules + [storingModule])
        defer { host.close() }
        #expect(
            try host.evaluate(
                "local nj = require 'nightjar' \(Self.prelude) "
                    + "local confirmed = require('nightjar.storing').store(place, 'a', '\(path)') "
                    + "return confirmed, place:read('p', '2.0.0', 'text'), place:read('p', '2.0.0', 'file'), "
                    + "table.concat(log, ', ')")
                == "true in memory from disk text 9 \(SHA256.hexDigest(of: Array("in memory".utf8)).prefix(4)), "
                + "file 9 \(SHA256.hexDigest(of: Array("from disk".utf8)).prefix(4))")
    }

    @Test("what is not a registry is refused with what is missing or misspelt")
    func refusals() {
        let start =
            "test.lua:1: registry.custom: bad argument 'functions' (table with the functions versions, files, "
            + "put and get expected, got "
        #expect(failure("nj.registry.custom { versions = print, get = print }") == "\(start)none for files, put)")
        #expect(
            failure("nj.registry.custom { verions = print }") == "\(start)'verions' in it (did you mean 'versions'?))")
        #expect(failure("nj.registry.custom { put = 1 }") == "\(start)a number as 'put')")
    }

    @Test("errors of the functions keep their place, and wrong results are named")
    func errors() {
        #expect(
            failure(
                "\nlocal place = nj.registry.custom { put = print, get = print, files = print,\n"
                    + "versions = function() error 'no luck' end }\nplace:versions 'p'") == "test.lua:3: no luck")
        #expect(
            problem("functions.versions = function() return 1 end registry.custom(functions):versions 'p'").hasSuffix(
                "'versions' of the registry is to return a list of texts, got number"))
        #expect(
            problem("functions.files = function() return { 'a' } end registry.custom(functions):files('p', '1')")
                .hasSuffix(
                    "'files' of the registry is to return nil or a table of { id = N, size = N, sha256 = TEXT } by the "
                        + "files' names, got string"))
        #expect(
            problem(
                "functions.get = function(_, _, _, write) write(1) end registry.custom(functions):read('p', '1', 'f')"
            )
            .hasSuffix("write: bad argument 'bytes' (string expected, got number)"))
    }

    @Test("a refusal says what was attempted, in the server's words, and whether trying again may help")
    func refusal() throws {
        let server = try LoopbackServer {
            $0.answer(
                $0.request.path == "/busy" ? 503 : 403, ["Retry-After": "1"], "{\"message\":\"not you verysecret\"}")
        }
        func raised(_ path: String) throws -> String {
            try evaluate(
                "local token = nj.secret 'verysecret' "
                    + "local done, problem = pcall(nj.registry.refuse, 'uploading x', "
                    + "nj.http.get('\(server.url)\(path)', "
                    + "{ headers = { A = token } }), { hint = 'ask' }) return problem.exit_status, problem.message"
            )
        }
        #expect(
            try raised("/busy")
                == "75 registry.refuse: uploading x: the server answered 503 Service Unavailable (not you [secret]): "
                + "ask"
        )
        #expect(
            try raised("/")
                == "1 registry.refuse: uploading x: the server answered 403 Forbidden (not you [secret]): ask")
    }
}

/// Stores two files in a script's registry, as publishing does.
private let storingModule = HostModule(
    "storing", doc: "",
    functions: [
        .function(
            "store", doc: "", arguments: [.object("place", ScriptRegistry.self), .string("name"), .string("path")],
            returns: .boolean()
        ) { call in
            let place: ScriptRegistry = try call.object("place")
            let package = try Package(
                name: call.string("name"), version: "2.0.0",
                files: [PackageFile("text", .text("in memory")), PackageFile("file", .path(call.string("path")))])
            return try call.withCallbacks {
                .boolean(
                    try package.measured(manifest: nil).files.allSatisfy {
                        try place.registry.put($0, in: package.name, package.version, progress: { _ in })
                    })
            }
        }
    ])
