import Files
import Host
import Plugins
import TestSupport
import Testing

/// Scripts and the modules that they require, in one file.
@Suite struct BundleTests {
    let host: Host
    let scratch: ScratchDirectory

    init() throws {
        host = try Host(modules: builtInModules)
        scratch = try ScratchDirectory()
        try makeDirectory(scratch.file("models"))
        try makeDirectory(scratch.file("plugins"))
    }

    func bundle(_ name: String = "main.lua") throws -> String {
        try host.evaluate("return require('nightjar').bundle('\(scratch.file(name))')")
    }

    /// Runs a text as a script in another directory and gives what it wrote to the file `out` there.
    func run(_ text: String, _ arguments: String...) throws -> String {
        let elsewhere = try ScratchDirectory()
        let script = try elsewhere.write("bundle.lua", text)
        let out = elsewhere.file("out")
        let status = try Host(modules: builtInModules).run(script: script, arguments: [out] + arguments)
        #expect(status == 0)
        return try readText(out)
    }

    @Test func putsModulesFirst() throws {
        _ = try scratch.write("models/net.lua", "-- A net.\nreturn { size = 10 }\n")
        _ = try scratch.write(
            "main.lua",
            "#!/usr/bin/env nightjar\n--- Shows a size.\nlocal net = require \"models.net\"\nprint(net.size)\n")
        #expect(
            try bundle() == """
                #!/usr/bin/env nightjar
                --- Shows a size.

                -- Put together by nightjar \(version) (nj.bundle) from main.lua and the modules that it requires: models.net.

                package.preload["models.net"] = function(...)
                -- A net.
                return { size = 10 }
                end

                -- main.lua
                local net = require "models.net"
                print(net.size)

                """)
    }

    @Test func runsInAnotherDirectory() throws {
        _ = try scratch.write("models/net.lua", "local sizes = require('models.sizes')\nreturn { size = sizes[1] }")
        _ = try scratch.write("models/sizes.lua", "return { 42 }  -- no line end")
        _ = try scratch.write("plugins/greet.lua", "return function(name) return 'hello ' .. name end")
        _ = try scratch.write(
            "main.lua",
            """
            local net, greet = require 'models.net', require [[greet]]
            local file = io.open(arg[1], 'w')
            file:write(net.size, ' ', greet((select(2, ...))), ' ', arg[2], ' ', arg[0]:match('[^/]*$'))
            file:close()
            """)
        #expect(try run(bundle(), "moon") == "42 hello moon moon bundle.lua")
    }

    @Test func includesEachModuleOnce() throws {
        _ = try scratch.write("a.lua", "require 'b' return 'a'")
        _ = try scratch.write("b.lua", "require 'a' return 'b'")
        _ = try scratch.write("main.lua", "require 'a' require 'b' require 'a'")
        let text = try bundle()
        #expect(text.split(separator: "package.preload[").count == 3)
    }

    @Test func findsCallsOfRequireOnly() throws {
        _ = try scratch.write("real.lua", "return 1")
        _ = try scratch.write(
            "main.lua",
            """
            -- require "comment"
            --[==[ require "long.comment" ]] ]==]
            local text = "require 'text' \\" require 'text' \\\\"
            local long = [[require "long"]]
            local name = "x"
            local t = { require = print } t.require "field" t:require "method"
            if false then require("prefix." .. name) require(name) end
            pcall(require, "optional")
            local s = "a" ..require "re\\97l"
            string.format("%d", require('real' --[[ here ]] ))
            local io, nn = require "io", require "nightjar.nn"
            """)
        let text = try bundle()
        #expect(text.contains("requires: real.\n"))
    }

    @Test func leavesOutSharedLibraries() throws {
        _ = try scratch.write("fast.so", "")
        _ = try scratch.write("main.lua", "if arg[2] then require 'fast' end")
        let text = try host.evaluate(
            "package.cpath = '\(scratch.path)/?.so' return require('nightjar').bundle('\(scratch.file("main.lua"))')")
        #expect(
            text == """
                -- Put together by nightjar \(version) (nj.bundle) from main.lua.
                -- Not in here: fast.

                if arg[2] then require 'fast' end
                """)
    }

    @Test func keepsWhatAModuleSays() throws {
        // A byte order mark, another line ending, brackets and quotes of all kinds.
        _ = try scratch.write("odd.lua", "\u{FEFF}#!shebang\r\nreturn [==[ ]] ]=] \" ' \\ ]==]\r\n")
        _ = try scratch.write(
            "main.lua",
            "local odd = require 'odd' local file = io.open(arg[1], 'w') file:write(odd) file:close() return 1")
        #expect(try run(bundle()) == " ]] ]=] \" ' \\ ")
    }

    // MARK: Messages

    func failure(_ name: String = "main.lua") -> String {
        do {
            return "no error, but: \(try bundle(name))"
        } catch {
            return "\(error)".replacing(scratch.path, with: "D")
        }
    }

    @Test func namesTheModuleThatIsMissing() throws {
        _ = try scratch.write("main.lua", "\nrequire 'models.net'")
        _ = try scratch.write("models/net.lua", "\n\nlocal x = require 'models.nott'")
        #expect(
            failure()
                == "test.lua:1: bundle: D/models/net.lua:3: no module 'models.nott' "
                + "(no file 'D/models/nott.lua', none on package.path)")
    }

    @Test func refusesWhatIsNoScript() throws {
        #expect(failure("gone.lua") == "test.lua:1: bundle: cannot open 'D/gone.lua': No such file or directory")
        #expect(failure("models") == "test.lua:1: bundle: cannot open 'D/models': Is a directory")
        _ = try scratch.write("main.lua", "require 'broken'")
        // Its 'end' must not close the function that the module becomes.
        _ = try scratch.write("broken.lua", "do end end\nx = 1 do")
        #expect(failure().hasPrefix("test.lua:1: bundle: D/broken.lua:1: "))
    }
}
