import Kernels
import Testing

@Suite("The processor in Lua")
struct ProcessorTests {
    @Test("What it is")
    func facts() throws {
        #expect(try evaluate("return nj.processor.instruction_set()") == kernels.name)
        #expect(try evaluate("return nj.processor.count()") == "\(Processor.count)")
        #expect(try evaluate("return nj.processor.family()") == "\(Processor.family.map { "\($0)" } ?? "nil")")
        #expect(try evaluate("return nj.processor.name()") == (Processor.name.isEmpty ? "nil" : Processor.name))
    }

    @Test("Its peak is a rate that processors have")
    func peak() throws {
        let rate = try #require(Double(evaluate("return nj.processor.peak_flops()")))
        #expect(rate > 1e8 && rate < 1e14)
    }
}
