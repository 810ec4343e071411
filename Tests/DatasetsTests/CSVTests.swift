import Datasets
import Tensors
import Testing

@Suite("Tables of comma-separated values")
struct CSVTests {
    /// The values of all rows, inputs and target, as text.
    private func rows(_ text: String, _ change: (inout CSV) -> Void = { _ in }) throws -> String {
        let set = try set(text, change)
        return try (0..<set.count).map { row in
            try set.sample(at: row).map { value in
                switch value {
                case .integer(let number): "\(number)"
                case .tensor(let tensor):
                    "\(tensor.dtype.rawValue.prefix(1))\(tensor.shape)"
                        + (try tensor.doubles().map { "\($0)" }.joined(separator: ","))
                default: "?"
                }
            }.joined(separator: " ")
        }.joined(separator: " | ")
    }

    private func set(_ text: String, _ change: (inout CSV) -> Void) throws -> ColumnDataset {
        let directory = try TemporaryDirectory()
        try directory.write("x.csv", Array(text.utf8))
        var csv = CSV()
        change(&csv)
        return try csv.read(directory.path + "/x.csv")
    }

    @Test("Features and targets of all kinds")
    func kinds() throws {
        let table = "a,b,kind\n1,2.5,cat\n-3,4e1,ant\n"
        #expect(try rows(table) { $0.target = [.name("kind")] } == "f[2]1.0,2.5 1 | f[2]-3.0,40.0 0")
        #expect(try set(table) { $0.target = [.name("kind")] }.classes == ["ant", "cat"])
        #expect(try set(table) { $0.target = [.name("kind")] }.names == ["a", "b", "kind"])
        let numbers = "1;2;3\n4;5;6.5"
        #expect(
            try rows(numbers) {
                ($0.hasHeader, $0.separator, $0.target) = (false, UInt8(ascii: ";"), [.place(0)])
            } == "f[2]2.0,3.0 1 | f[2]5.0,6.5 4")
        #expect(
            try rows(numbers) {
                ($0.hasHeader, $0.separator, $0.target) = (false, UInt8(ascii: ";"), [.place(2)])
            } == "f[2]1.0,2.0 f[]3.0 | f[2]4.0,5.0 f[]6.5")
        #expect(
            try rows(numbers) {
                ($0.hasHeader, $0.separator, $0.target) = (false, UInt8(ascii: ";"), [.place(0), .place(1)])
                $0.kinds = [(.place(1), .number)]
            } == "f[1]3.0 f[2]1.0,2.0 | f[1]6.5 f[2]4.0,5.0")
        #expect(
            try rows(table) {
                ($0.features, $0.target) = ([[.name("b")], [.name("kind"), .place(0)]], [])
                $0.kinds = [(.name("kind"), .class)]
            } == "f[1]2.5 f[2]1.0,1.0 | f[1]40.0 f[2]0.0,-3.0")
    }

    @Test(
        "Quotes, ends of lines and empty lines are as RFC 4180 has them",
        arguments: [
            ("k\r\n\"a \"\"b\"\"\"\r\nc\r\n", ["a \"b\"", "c"]),
            ("k\n\"x,y\"\n\"1\n2\"", ["1\n2", "x,y"]),
            ("\u{FEFF}k\n\nb\n\n\na\n\n", ["a", "b"]),
            ("k\rb\ra", ["a", "b"]),
            ("\"k\"\n\"\"\"\"\n", ["\""]),
        ])
    func quotes(text: String, classes: [String]) throws {
        #expect(try set(text) { ($0.features, $0.target) = ([], [.name("k")]) }.classes == classes)
    }

    @Test(
        "What is wrong is told with line and column",
        arguments: [
            ("a,b\n1,2\n3\n", "line 3: 2 fields expected, got 1"),
            (
                "a,b\n1,x\n",
                "line 2, column 2 ('b'): a number expected, got 'x'; columns of names are of the type 'class'"
            ),
            (
                "a,b\n1,\n",
                "line 2, column 2 ('b'): a number expected, got nothing; columns of names are of the type 'class'"
            ),
            (
                "a,b\n1,0x1p3\n",
                "line 2, column 2 ('b'): a number expected, got '0x1p3'; columns of names are of the type 'class'"
            ),
            ("a,b\n1,2\"3\n", "line 2, column 2: a quote inside a field that does not begin with one"),
            ("a,b\n1,\"2\n3\n", "line 2, column 2: the quote that begins here has no end"),
            ("a,b\n\"1\n\"x,3\n", "line 3, column 1: text after a closing quote"),
            ("", "the file is empty, rows of values expected"),
            ("a,b\n", "rows of values expected, got the names of columns only"),
            (String(repeating: ",", count: 70_000), "line 1, column 65537: more than 65536 fields"),
        ])
    func mistakes(text: String, reason: String) {
        #expect(DatasetsTests.text { try rows(text) }.hasSuffix("/x.csv': \(reason)"))
    }

    @Test("A target that begins with numbers stays one of numbers")
    func stray() {
        #expect(
            text { try rows("a,y\n1,2\n3,n/a\n") { $0.target = [.name("y")] } }.hasSuffix(
                "line 3, column 2 ('y'): a number expected, got 'n/a'; columns of names are of the type 'class'"))
        #expect(
            text { try rows("a,y\n1,n\n3,\n") { $0.target = [.name("y")] } }.hasSuffix(
                "line 3, column 2: the name of a class expected, got nothing"))
    }

    @Test("Columns that are not there, or there twice, are told")
    func columns() {
        #expect(
            text { try rows("a,b\n1,2\n") { $0.target = [.name("c")] } }.hasSuffix(
                "has no column 'c' (there are: a, b)"))
        #expect(
            text { try rows("a,a\n1,2\n") { $0.target = [.name("a")] } }.hasSuffix(
                "has 2 columns 'a': give a number, from 0"))
        #expect(text { try rows("a,b\n1,2\n") { $0.target = [.place(2)] } }.hasSuffix("it has 2, from 0"))
        #expect(
            text { try rows("a\n1\n") { $0.target = [.place(0)] } }
                == "an input of at least one column expected, got none")
    }

    @Test("Mutated files are read or refused in words, and never give another number of values than rows")
    func mutations() throws {
        let table = Array("a,b,k\n1,2.5,\"cat\"\n-3,4e1,ant\n5,\"6\",\"c\"\"d\"\n".utf8)
        let directory = try TemporaryDirectory()
        var random = Mutations(seed: 1)
        var read = 0
        for _ in 0..<3000 {
            try directory.write("x.csv", random.mutated(table, alphabet: Array("\",\n\r;0a-.\u{0}".utf8)))
            var csv = CSV()
            csv.target = [.place(2)]
            do {
                let set = try csv.read(directory.path + "/x.csv")
                for row in 0..<set.count { #expect(try set.sample(at: row).count == 2) }
                read += 1
            } catch is DatasetError {}
        }
        #expect(read > 100)
    }
}
