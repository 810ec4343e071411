import Files
import Host
import TestSupport
import Testing

@testable import Plugins

/// `registry.custom`: registries that scripts define.
@Suite("registry.custom")
struct CustomRegistryTests {
    /// A registry in a table, as `place`; its log as `log`.
    static let prelude = """
        local registry = nj.registry
        local stored, log = { ["p 1.0.0"] = { { name = "a.txt", text = "abc" } } }, {}
        local functions = {
          name = "a table",
          versions = function(package)
            local versions = { "no/version", package }
            for key in pairs(stored) do
              local name, version = key:match "^(%S+) (%S+)$"
              if name == package then versions[#versions + 1] = version end
            end
            return versions
          end,
          files = function(package, version)
            local files = stored[package .. " " .. version] and {}
            for id, file in ipairs(stored[package .. " " .. version] or {}) do
              files[file.name] = { id = id, size = #file.text, sha256 = nj.sha256_text(file.text) }
            end
            return files
          end,
          put = function(file, package, version)
            local from = file.path and assert(io.open(file.path))
            local key = package .. " " .. version
            stored[key] = stored[key] or {}
            table.insert(stored[key], { name = file.name, text = from and from:read "a" or file.content })
            log[#log + 1] = ("%s %d %s"):format(file.name:match "^%l+", file.size, file.sha256:sub(1, 4))
            return true
          end,
          get = function(name, package, version, write)
            for _, file in ipairs(stored[package .. " " .. version] or {}) do
              if file.name == name then
                for character in file.text:gmatch "." do write(character) end
                return true
              end
            end
            return false
          end,
        }
        local place = registry.custom(functions)
        local _ = { log, place }

        """

    /// The line after it.
    private static var line: Int { prelude.split(separator: "\n", omittingEmptySubsequences: false).count }

    private func run(_ source: String) throws -> String { try evaluate(Self.prelude + source) }
    private func problem(_ source: String) -> String { failure(Self.prelude + source) }

    @Test("versions, files and contents come from the script's functions")
    func reads() throws {
        #expect(try run("return tostring(place), table.concat(place:versions 'p', ' ')") == "a table p 1.0.0")
        #expect(
            try run("local f = place:files('p', '1.0.0')['a.txt'] return f.size, f.sha256 == nj.sha256_text 'abc'")
                == "3 true")
        #expect(try run("return place:files('p', '2.0.0')") == "nil")
        #expect(try run("return place:read('p', '1.0.0', 'a.txt'), place:read('p', '1.0.0', 'b')") == "abc nil")
        #expect(
            problem("place:read('p', '1.0.0', 'a.txt', { limit = 2 })").hasSuffix(
                "Registry:read: 'a.txt' has more than 2 bytes"))
    }

    /// Two files, one in memory and one on disk, as `package`.
    private func package(_ path: String) -> String {
        "local package = registry.package { name = 'p', version = '2.0.0', "
            + "files = { text = registry.text 'in memory', file = '\(path)' } } "
    }

    @Test("a package is published there, the manifest last, once")
    func publishes() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write("b.txt", "from disk")
        let results = try run(
            package(path) + "package:publish(place) package:publish(place) "
                + "return package:state(place), place:read('p', '2.0.0', 'text'), place:read('p', '2.0.0', 'file'), "
                + "table.concat(log, ', ')")
        let digests = ["from disk", "in memory"].map { SHA256.hexDigest(of: Array($0.utf8)).prefix(4) }
        let manifest = #/manifest [0-9]+ [0-9a-f]{4}$/#
        #expect(
            results.replacing(/claim [0-9]+ [0-9a-f]{4}/, with: "claim").replacing(manifest, with: "manifest")
                == "published in memory from disk claim, file 9 \(digests[0]), text 9 \(digests[1]), manifest")
    }

    @Test("what was published there is found, fetched and promoted like anything else")
    func fetches() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write("b.txt", "from disk")
        let fetched = """
            package:publish(place)
            local options = { registry = place }
            registry.promote('p', '2.0.0', 'prod', options)
            local folder = registry.pull('p@prod', { registry = place, to = '\(scratch.file("out"))', quiet = true })
            return registry.versions('p', options)[1], registry.channels('p', options)[1].version, folder
            """
        #expect(try run(package(path) + fetched) == "2.0.0 2.0.0 \(scratch.file("out"))")
        #expect(try readText(scratch.file("out/file")) == "from disk")
    }

    @Test("publishing tries again what may pass, after the pause that is asked for, and nothing else")
    func repeats() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write("b.txt", "from disk")
        let server = try LoopbackServer {
            $0.answer($0.request.path == "/busy" ? 503 : 403, ["Retry-After": "0"], "")
        }
        let fails = { (path: String, times: Int) in
            """
            local put, tries = functions.put, 0
            functions.put = function(file, ...)
              if file.name == 'text' then
                tries = tries + 1
                if tries <= \(times) then registry.refuse('putting text', nj.http.get '\(server.url)\(path)') end
              end
              return put(file, ...)
            end
            place = registry.custom(functions)

            """
        }
        #expect(try run(package(path) + fails("/busy", 2) + "package:publish(place) return tries") == "3")
        let refused = try run(
            package(path) + fails("/", 1)
                + "local done, problem = pcall(package.publish, package, place) "
                + "return done, problem.exit_status, tries, problem.message")
        #expect(refused.hasPrefix("false 1 1 "), "\(refused)")
        #expect(
            refused.contains(
                "test.lua:\(Self.line + 4): registry.refuse: putting text: the server answered 403 Forbidden"),
            "\(refused)")
    }

    @Test("an error of the script's own ends publishing, with its place")
    func ownErrors() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write("b.txt", "from disk")
        #expect(
            problem(
                package(path)
                    + "functions.put = function() error 'no luck' end package:publish(registry.custom(functions))"
            )
            .hasSuffix("test.lua:\(Self.line): no luck"))
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
