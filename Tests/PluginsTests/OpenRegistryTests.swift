import Files
import TestSupport
import Testing

@testable import Plugins

/// `registry.open`: registries by their address.
@Suite("registry.open")
struct OpenRegistryTests {
    private func open(_ spec: String, _ before: String = "") throws -> String {
        try evaluate("\(before) return tostring(nj.registry.open '\(spec)')")
    }

    @Test("a directory, and a plugin's registry")
    func opens() throws {
        let scratch = try ScratchDirectory()
        #expect(try open("directory:\(scratch.path)") == "the registry in '\(scratch.path)'")
        let plugin = """
            package.preload.shelf = function()
              local functions = { versions = print, files = print, put = print, get = print }
              return { open = function(rest)
                functions.name = 'shelf ' .. rest
                return nj.registry.custom(functions)
              end }
            end
            """
        #expect(try open("shelf:https://x.example/y", plugin) == "shelf https://x.example/y")
    }

    @Test("what names no registry says what would")
    func refusals() {
        func problem(_ spec: String, _ before: String = "") -> String {
            do { return try open(spec, before) } catch { return "\(error)" }
        }
        #expect(
            problem("here")
                == "test.lua:1: registry.open: bad argument 'spec' (https://SERVER/PROJECT, directory:PATH or "
                + "PLUGIN:REST expected, got 'here')")
        #expect(
            problem("p:x", "package.preload.p = function() return {} end")
                == "test.lua:1: registry.open: the plugin 'p' has no function 'open'")
        #expect(
            problem("p:x", "package.preload.p = function() return { open = function() return 1 end } end")
                == "test.lua:1: registry.open: open of the plugin 'p' returned no registry (see registry.custom)")
        #expect(problem("nosuch:x").contains("module 'nosuch' not found"))
    }
}
