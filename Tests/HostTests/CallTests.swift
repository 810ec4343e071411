import Lua
import Testing

@testable import Host

@Suite("Calls from Lua")
struct CallTests {
    @Test(
        "Arguments by position, by name, in lists; operators; inheritance; iterators",
        arguments: [
            ("table.concat(nj.nn.Conv2d(1, 10, { kernel_size = 5 }), ' ')", "1 10 5 5 1 1 1"),
            (
                "table.concat(nj.nn.Conv2d(1, 10, { kernel_size = {3, 5}, stride = 2, bias = false }), ' ')",
                "1 10 3 5 2 2 0"
            ),
            ("table.concat(nj.nn.Conv2d { in_channels = 1, out_channels = 2, kernel_size = 3 }, ' ')", "1 2 3 3 1 1 1"),
            ("nj.nn.Linear(3.0, 4)", "3 4"),
            ("nj.nn.twice(5)", "5 5"),
            ("nj.version", "0.1.0"),
            ("nj.counter(3):add(nj.counter(4)):value()", "7"),
            ("(nj.counter(3) + nj.counter(4)):value()", "7"),
            ("(2 + nj.counter(4)):value()", "6"),
            ("#nj.counter(3)", "3"),
            ("nj.counter(3)(5)", "15"),
            ("nj.counter(3):bump():bump():value()", "5"),
            ("table.concat(nj.counter():view(-1, 320), ' ')", "-1 320"),
            ("table.concat(nj.counter():view{-1, 320}, ' ')", "-1 320"),
            ("#nj.counter():view()", "0"),
            ("nj.square(3):area(), nj.square(3):side()", "9.0 3.0"),
            ("nj.nn.area_of(nj.square(2))", "4.0"),
            ("nj.no_grad(function() return 1, 2, 3 end)", "1 2 3"),
            ("require('nightjar.nn') == nj.nn", "true"),
            ("require('nightjar.nn.functional') == nj.nn.functional", "true"),
            ("(tostring(nj.counter()):gsub('0x%x+', 'ADDRESS'))", "Counter: ADDRESS"),
        ])
    func values(expression: String, expected: String) throws {
        #expect(try Bench().run("local nj = require 'nightjar'\nreturn \(expression)") == expected)
    }

    @Test("A generic for goes through a Swift iterator")
    func iterators() throws {
        let source = """
            local nj = require "nightjar"
            local text = ""
            for i, square in nj.up_to(3) do text = text .. i .. ":" .. square .. " " end
            return text
            """
        #expect(try Bench().run(source) == "1:1 2:4 3:9 ")
    }

    @Test("Fields that a script sets on an object stay with it; methods are not hidden")
    func fields() throws {
        let source = """
            local nj = require "nightjar"
            local square = nj.square(2)
            square.label = "small"
            return square.label .. " " .. square:area()
            """
        #expect(try Bench().run(source) == "small 4.0")
    }
}
