import Host
import Testing

@testable import Plugins

@Suite("JSON")
struct JSONTests {
    private func run(_ body: String) throws -> String {
        try Host(modules: builtInModules).evaluate("local json = require 'nightjar.json'\n" + body)
    }

    private func failure(_ body: String) -> String {
        do { return "no error, but: \(try run(body))" } catch { return "\(error)" }
    }

    @Test(
        "Encoding",
        arguments: [
            ("{ b = 1, a = { 1, 2.0, 0.1, -0.0, 1e300, 1e16 } }", #"{"a":[1,2.0,0.1,-0.0,1e+300,1e+16],"b":1}"#),
            ("math.mininteger", "-9223372036854775808"),
            ("{}", "{}"),
            ("json.list{}", "[]"),
            ("json.list()", "[]"),
            ("{ json.null, true, false }", "[null,true,false]"),
            (#"'"\\/\n\r\t\b\f\0\31\127é€😀'"#, #""\"\\/\n\r\t\b\f\u0000\u001f"# + "\u{7F}é€😀\""),
            ("{ ['a b'] = 'x', Z = 1, ['é'] = 2 }", #"{"Z":1,"a b":"x","é":2}"#),
            ("setmetatable({ 1 }, { __index = error, __len = error, __pairs = error })", "[1]"),
        ])
    func encoding(value: String, expected: String) throws {
        #expect(try run("return json.encode(\(value))") == expected)
    }

    @Test("Encoding over several lines")
    func indentation() throws {
        #expect(
            try run("return json.encode({ a = { 1, { b = 2 } }, c = {}, d = json.list{} }, { indent = 2 })") == """
                {
                  "a": [
                    1,
                    {
                      "b": 2
                    }
                  ],
                  "c": {},
                  "d": []
                }
                """)
    }

    @Test(
        "What has no JSON form",
        arguments: [
            ("{ metrics = { loss = 0/0 } }", "metrics.loss: nan has no JSON form"),
            ("{ layers = { { ['the rate'] = 1/0 } } }", "layers[1][\"the rate\"]: inf has no JSON form"),
            ("-1/0", "-inf has no JSON form"),
            ("{ f = print }", "f: a function has no JSON form"),
            ("{ 1, a = 2 }", "a table of both list items and named fields has no JSON form"),
            ("{ 1, nil, 3 }", "a list with holes (item 2 is nil) has no JSON form"),
            ("{ [0] = 1 }", "a table with the key 0 has no JSON form"),
            ("{ [true] = 1 }", "a table with the key true has no JSON form"),
            ("{ a = { '\\xff' } }", "a[1]: a string that is not UTF-8 has no JSON form"),
            ("{ ['\\xff'] = 1 }", "a key that is not UTF-8 has no JSON form"),
            (
                "(function() local t = {} t.me = { t } return t end)()",
                "me[1]: a table that holds itself has no JSON form"
            ),
            ("setmetatable({ a = 1 }, getmetatable(json.list()))", "a list with named fields has no JSON form"),
            ("require('nightjar').metrics.confusion(2)", "a Confusion has no JSON form"),
        ])
    func refusals(value: String, expected: String) {
        #expect(failure("json.encode(\(value))") == "test.lua:2: json.encode: \(expected)")
    }

    @Test("A table that stands twice in another is no cycle; depth has an end")
    func depth() throws {
        #expect(try run("local t = { 1 } return json.encode { t, t }") == "[[1],[1]]")
        let nest = "local t = 1 for _ = 1, n do t = { t } end "
        #expect(try run("local n = 512 " + nest + "return #json.encode(t)") == "1025")
        #expect(
            failure("local n = 513 " + nest + "json.encode(t)").hasSuffix(
                "[1]: a table more than 512 levels deep has no JSON form"))
        #expect(try run("return type(json.decode(('['):rep(512) .. (']'):rep(512)))") == "table")
        #expect(
            failure("json.decode(('['):rep(100000))")
                == "test.lua:2: json.decode: line 1, column 513: more than 512 levels")
    }

    @Test("Tables that share their parts are taken once, and refused where their text would be too long")
    func sharing() throws {
        let share = "local t, s = { 1 }, ('x'):rep(1 << 20) for _ = 1, n do t = { t, t } end "
        #expect(
            try run("local n = 3 " + share + "return json.encode(t)") == "[[[[1],[1]],[[1],[1]]],[[[1],[1]],[[1],[1]]]]"
        )
        let long = "the text would be longer than 268435456 bytes (what stands in several places is written in each)"
        #expect(failure("local n = 100 " + share + "json.encode(t)").hasSuffix(": \(long)"))
        #expect(
            failure("local n = 0 " + share + "for i = 1, 300 do t[i] = s end json.encode(t)").hasSuffix(": \(long)"))
        #expect(
            failure("local n = 0 " + share + "for i = 1, 300 do t[i] = { [s] = 1 } end json.encode(t)")
                .hasSuffix(": \(long)"))
        #expect(
            try run("local t = {} for i = 1, 200 do t = { { a = t }, i } end return #json.encode(t) > 2000") == "true"
        )
    }

    @Test(
        "Decoding",
        arguments: [
            ("return math.type(json.decode '1'), json.decode '1'", "integer 1"),
            ("return json.decode '-0', json.decode '1.0', json.decode '-1.5E+2'", "0 1.0 -150.0"),
            (
                "return json.decode '9223372036854775807', json.decode '9223372036854775808'",
                "9223372036854775807 9.2233720368548e+18"
            ),
            ("return json.decode ' [ ] ' == nil, #json.decode '[1, [2]]'", "false 2"),
            ("return json.decode '{\"a\": {\"b\": [true, false]}}'.a.b[1]", "true"),
            (
                "return json.decode 'null' == json.null, json.null, json.decode '[null]'[1] == json.null",
                "true null true"
            ),
            (#"return json.decode [["\u0041\ud83d\ude00\n\"\\\/\u00e9é"]]"#, "A😀\n\"\\/éé"),
            (#"return #json.decode [["\u0000a"]]"#, "2"),
            (
                "return json.encode(json.decode '{\"a\":[],\"b\":{},\"c\":[1.0,1,null]}')",
                #"{"a":[],"b":{},"c":[1.0,1,null]}"#
            ),
        ])
    func decoding(body: String, expected: String) throws {
        #expect(try run(body) == expected)
    }

    @Test(
        "Errors say where",
        arguments: [
            ("", "line 1, column 1: expected a value, found the end"),
            ("{\\n  \"é\": 1,\\n  \"é€\" 2}", "line 3, column 8: expected ':', found '2'"),
            ("[1,]", "line 1, column 4: expected a value, found ']'"),
            ("[1 2]", "line 1, column 4: expected ',' or ']', found '2'"),
            ("{\"a\":1,}", "line 1, column 8: expected a key in quotes, found '}'"),
            ("{a:1}", "line 1, column 2: expected a key in quotes, found 'a'"),
            ("{\"a\":1", "line 1, column 7: expected ',' or '}', found the end"),
            ("{\"a\":1,\"a\":2}", "line 1, column 8: the key \"a\" stands twice"),
            ("1 1", "line 1, column 3: expected the end of the text, found '1'"),
            ("01", "line 1, column 2: expected the end of the text, found '1'"),
            ("-", "line 1, column 2: expected a digit, found the end"),
            ("1.", "line 1, column 3: expected a digit, found the end"),
            ("1e+", "line 1, column 4: expected a digit, found the end"),
            ("+1", "line 1, column 1: expected a value, found '+'"),
            (".5", "line 1, column 1: expected a value, found '.'"),
            ("NaN", "line 1, column 1: expected a value, found 'N'"),
            ("nul", "line 1, column 1: expected a value, found 'n'"),
            ("1e999", "line 1, column 1: the number 1e999 is too large"),
            ("\"abc", "line 1, column 1: the string does not end"),
            ("\"abc\\\\", "line 1, column 5: the string does not end"),
            ("\"a\\nb\"", "line 1, column 3: a control character in a string must be escaped"),
            ("\"\\\\x\"", "line 1, column 2: no such escape"),
            ("\"\\\\u12g4\"", "line 1, column 2: \\u takes four hexadecimal digits"),
            ("\"\\\\ud83d\"", "line 1, column 2: half a surrogate pair"),
            ("\"\\\\ud83d\\\\u0041\"", "line 1, column 2: half a surrogate pair"),
            ("\"\\\\ude00\"", "line 1, column 2: half a surrogate pair"),
            ("[\"\\xff\"]", "line 1, column 3: the string is not UTF-8"),
            ("\u{FEFF}1", "line 1, column 1: expected a value, found U+FEFF"),
            ("// a", "line 1, column 1: expected a value, found '/'"),
        ])
    func errors(text: String, expected: String) {
        #expect(failure("json.decode '\(text)'") == "test.lua:2: json.decode: \(expected)")
    }
}
