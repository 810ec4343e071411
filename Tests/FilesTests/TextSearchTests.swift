import Files
import Testing

@Suite("Text in text") struct TextSearchTests {
    @Test("is found byte for byte")
    func find() {
        #expect("abcabc".firstRange(of: "ca").map { "abcabc"[$0] } == "ca")
        #expect("abc".firstRange(of: "abcd") == nil)
        #expect("e\u{301}x".contains("\u{301}"))
        #expect("abc".contains("bc") && !"abc".contains("cb"))
        #expect("abc".dropFirst().firstRange(of: "c").map { "abc"[$0] } == "c")
    }

    @Test("is replaced, and not looked for in what replaces it")
    func replace() {
        #expect("a.b.c".replacing(".", with: "/") == "a/b/c")
        #expect("aa".replacing("a", with: "aa") == "aaaa")
        #expect("aa".replacing("", with: "x") == "aa")
    }

    @Test("separates parts")
    func split() {
        #expect("ab->c".split(separator: "->") == ["ab", "c"])
        #expect("->c->".split(separator: "->", omittingEmptySubsequences: false) == ["", "c", ""])
        #expect("->c->".split(separator: "->") == ["c"])
        #expect("abc".split(separator: "->") == ["abc"])
    }

    @Test("The clock goes on")
    func clock() {
        let start = ContinuousClock.now
        #expect(start < start + .milliseconds(1500))
        #expect((start + .milliseconds(1500)) - start == .milliseconds(1500))
        #expect(ContinuousClock.now - start < .seconds(60))
        #expect(start < start + .seconds(Int64.max))
    }
}
