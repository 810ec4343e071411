import Files
import Images
import TestSupport
import Testing

@Suite("Patterns")
struct PatternTests {
    private func repeated(_ part: String, _ count: Int) -> String { String(repeating: part, count: count) }

    @Test("Braces within reason are expanded")
    func braces() throws {
        let scratch = try ScratchDirectory()
        for name in ["a1.png", "b2.png", "c,d.png"] { _ = try scratch.write(name, "") }
        func found(_ pattern: String) throws -> [String] {
            try imageFiles(matching: scratch.file(pattern)).map(baseName)
        }
        #expect(try found("{a,b}{1,2}.png") == ["a1.png", "b2.png"])
        #expect(try found("{a1,{b,c}{2,\\,d}}.png") == ["a1.png", "b2.png", "c,d.png"])
        #expect(try found(repeated("{a}", 1) + repeated("{1}", 1) + repeated("{.}", 1) + "png") == ["a1.png"])
        #expect(try found("{x,{y,z}{1,2,3}" + repeated(",y", 1000) + "}") == [])
    }

    @Test("Those that stand for too much are refused at once")
    func refusals() {
        let many = repeated("{a,b}", 24)
        #expect(
            text { try imageFiles(matching: many) }
                == "cannot expand '\(many.prefix(60))...': its braces stand for more than 10000 names")
        #expect(text { try imageFiles(matching: repeated("{a,{b,c}", 8) + repeated("}", 8)) } == "no error")
        #expect(
            text { try imageFiles(matching: repeated("{a,b,", 12) + repeated("}", 12) + repeated("{a,b}", 12)) }
                .hasSuffix("its braces stand for more than 10000 names"))
        #expect(
            text { try imageFiles(matching: repeated("{a}", 65)) }.hasSuffix("at most 64 groups of braces expected"))
        #expect(
            text { try imageFiles(matching: repeated("*/", 3000)) }
                .hasSuffix("a pattern of at most 4096 bytes expected, got 6000"))
    }

    @Test("The longest patterns fit on the stack")
    func depth() throws {
        #expect(try imageFiles(matching: repeated("*/", 2048)) == [])
        #expect(try imageFiles(matching: repeated("{*/}", 64) + repeated("*/", 1900)) == [])
        #expect(try imageFiles(matching: repeated("[", 4096)) == [])
        #expect(try imageFiles(matching: repeated("{", 64) + "a") == [])
    }
}
