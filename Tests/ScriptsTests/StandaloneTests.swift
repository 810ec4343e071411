import Files
import Foundation
import TestSupport
import Testing

#if os(Linux)
    /// What these tests need.
    private enum Standalone {
        /// What glibc consists of.
        static let glibc = ["linux-vdso.so.1", "ld-linux-x86-64.so.2", "libc.so.6", "libm.so.6"]

        /// How to run something in another root: as root, or as one's own root in a user namespace. Nil: not here.
        static let chroot: [String]? = {
            let ways = [["chroot"], ["unshare", "--user", "--map-root-user", "chroot"]]
            return ways.first { way in
                let run = try? Nightjar.run(program: "/usr/bin/env", way + ["/", "/bin/true"], in: "/tmp")
                return run?.status == 0
            }
        }()
    }

    /// The command as scripts/nightjar builds it, and an executable made from it.
    @Suite(
        "The command alone",
        .enabled(if: Nightjar.built != nil, "scripts/nightjar has not built it from these sources"))
    struct StandaloneTests {
        let scratch: ScratchDirectory

        init() throws { scratch = try ScratchDirectory() }

        private func tool(_ name: String, _ arguments: String...) throws -> String {
            let run = try Nightjar.run(program: "/usr/bin/env", [name] + arguments, in: scratch.path)
            try #require(run.status == 0, "\(run.errors)")
            return run.output
        }

        /// The libraries that it loads: names, and paths where they have one.
        private func libraries(_ program: String) throws -> [(name: String, path: String?)] {
            try tool("ldd", program).split(separator: "\n").compactMap { line in
                let words = line.split(separator: " ").map { $0.trimmingCharacters(in: .whitespaces) }
                guard let first = words.first else { return nil }
                let path = words.dropFirst().first { $0.hasPrefix("/") } ?? (first.hasPrefix("/") ? first : nil)
                return (baseName(first), path)
            }
        }

        private func makeExecutable() throws -> String {
            try Nightjar.makeKnownNetwork(in: scratch)
            let script = joinPath(Nightjar.root, "scripts/run_mnist.lua")
            let arguments = ["bundle", script, "--with", "model.safetensors", "-o", "mnist-cnn"]
            let run = try Nightjar.run(
                program: Nightjar.built ?? "", arguments, in: scratch.path, environment: Nightjar.ownHost)
            try #require(run == .init(), "\(run.errors)")
            return scratch.file("mnist-cnn")
        }

        @Test("needs nothing but glibc, looks for nothing beside it, and is small")
        func libraries() throws {
            let program = try makeExecutable()
            let names = try libraries(program).map(\.name)
            #expect(names.allSatisfy { Standalone.glibc.contains($0) }, "\(names)")
            #expect(names.contains("libc.so.6"))
            let dynamic = try tool("readelf", "--dynamic", "--wide", program)
            #expect(!dynamic.contains("RUNPATH") && !dynamic.contains("RPATH"))
            let versions = try tool("readelf", "--version-info", "--wide", program)
            // Built where glibc is newer it may need that; what is published is built on Debian 12.
            let words = try tool("getconf", "GNU_LIBC_VERSION").trimmingCharacters(in: .whitespacesAndNewlines)
            let own = try #require(words.split(separator: ".").last.flatMap { Int($0) }, "\(words)")
            for minor in 36...60 where own <= 36 {
                #expect(!versions.contains("GLIBC_2.\(minor)"), "what is published says 2.35")
            }
            #expect(try #require(FileStatus(of: program)).size < 15_000_000)
            let content = try Data(contentsOf: URL(filePath: program))
            #expect(content.range(of: Data(Nightjar.root.utf8)) == nil, "it holds the place of the sources")
        }

        @Test("exports Lua whole and nothing of its own")
        func symbols() throws {
            let symbols = try tool("readelf", "--dyn-syms", "--wide", Nightjar.built ?? "").split(separator: "\n")
            let exported = symbols.filter { !$0.contains(" UND ") }
            for name in ["lua_callk", "luaL_newstate", "luaopen_base", "lua_resetthread", "luaL_addgsub"] {
                #expect(exported.contains { $0.hasSuffix(" \(name)") }, "\(name)")
            }
            #expect(!exported.contains { $0.contains(" png_") || $0.contains(" inflate") || $0.contains(" $s") })
        }

        @Test(
            "loads C modules of the system",
            .enabled(
                if: !((try? expandGlob("/usr/lib/*/lua/5.4/cjson.so")) ?? []).isEmpty, "lua-cjson is not installed"))
        func cModules() throws {
            let code = """
                print(require "cjson".encode { 1, { a = 2 } })
                for line in io.lines "/proc/self/maps" do if line:find "liblua5%.4%.so" then print "a second Lua" end end
                """
            let run = try Nightjar.run(
                program: Nightjar.built ?? "", ["-e", code], in: scratch.path, environment: Nightjar.ownHost)
            #expect(run == .init(output: "[1,{\"a\":2}]\n"))
        }

        @Test(
            "runs where there is only glibc, without /proc",
            .enabled(if: Standalone.chroot != nil, "neither chroot nor unshare may be used here"))
        func bareRoot() throws {
            let program = try makeExecutable()
            let root = scratch.file("root")
            for library in try libraries(program) {
                guard let path = library.path else { continue }
                try #require(Standalone.glibc.contains(library.name))
                try makeDirectory(root + directoryName(path))
                try writeFile(root + path, readFile(path))
                chmod(root + path, 0o755)
            }
            try FileManager.default.copyItem(atPath: program, toPath: root + "/mnist-cnn")
            for name in ["light.png", "dark.png"] { try writeFile("\(root)/\(name)", readFile(scratch.file(name))) }
            let way = try #require(Standalone.chroot)
            let run = try Nightjar.run(
                program: "/usr/bin/env", way + [root, "/mnist-cnn", "light.png", "dark.png"], in: scratch.path)
            #expect(run == .init(output: "light.png: 7 (99.8 %)\ndark.png: 1 (94.3 %)\n"))
        }
    }
#endif
