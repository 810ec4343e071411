import Host
import Plugins
import Testing

@Suite("Progress in Lua")
struct ProgressTests {
    @Test("Scripts format as string.format does, and name mistakes")
    func scripts() throws {
        func run(_ body: String) -> String {
            do {
                return try Host(modules: builtInModules).evaluate("local nj = require 'nightjar'\n" + body)
            } catch {
                return "\(error)"
            }
        }
        #expect(run("return nj.clock() <= nj.clock()") == "true")
        #expect(run("return nj.progress('x', { columns = 0 }):finish()") == "")
        #expect(
            run("nj.progress():update('x')")
                == "test.lua:2: Progress:update: bad argument 'done' (integer of at least 0 expected, got string)")
        #expect(
            run("nj.progress({ totl = 3 })") == "test.lua:2: progress: unknown option 'totl' (did you mean 'total'?)")
        #expect(
            run("nj.progress('x', { columns = 0 }):log('%d', 'x')")
                == "test.lua:2: Progress:log: bad argument #2 to 'string.format' (number expected, got string)")
    }
}
