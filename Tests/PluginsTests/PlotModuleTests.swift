import Files
import TestSupport
import Testing

@Suite("nightjar.plot")
struct PlotModuleTests {
    @Test("Everything that can be drawn is")
    func charts() throws {
        let scratch = try ScratchDirectory()
        let text = try evaluate(
            """
            local plot, folder = nj.plot, "\(scratch.path)/"
            plot.lines({ 3, 2, 1 }, { title = "loss" }):save(folder .. "a.png"):save(folder .. "a.svg")
            plot.lines({ train = { 3, 2 }, test = nj.tensor { 1.5, 1 } }, { log_y = true }):save(folder .. "b.svg")
            plot.lines({ { name = "x", x = { 1, 2 }, y = { 2, 3 } } }, { log_x = true }):save(folder .. "c.svg")
            plot.histogram(nj.rand { 100 }, { bins = 4 }):save(folder .. "d.png")
            plot.matrix(nj.metrics.confusion(3):add({ 0, 1 }, { 0, 2 })):save(folder .. "e.svg")
            plot.matrix({ { 1, 2 }, { 3, 4 } }, { names = { "a", "b" } }):save(folder .. "f.png")
            plot.images(nj.rand { 3, 3, 5, 5 }, { captions = { "one" }, normalize = true }):save(folder .. "g.png")
            plot.images({ nj.images.from_tensor(nj.rand { 1, 4, 4 }), nj.rand { 4, 4 } }):save(folder .. "h.svg")
            return plot.matrix({ { 1, 2 }, { 3, 4 } }, { names = { "a", "b" } }):text { columns = 20 }
            """)
        #expect(text == "  a b\na 1 2\nb 3 4")
        #expect(scratch.names.count == 9)
    }

    @Test("What cannot be drawn is said in words")
    func refusals() {
        #expect(
            failure("nj.plot.lines({ { y = { 1 }, z = 2 } })").hasSuffix(
                "plot.lines: bad argument 'series' (numbers, numbers by names, or a list of { name = ..., x = ..., y = ... } "
                    + "expected, got 'z' in item 1)"))
        #expect(failure("nj.plot.lines({ { y = { 1 }, x = { 1, 2 } } })").hasSuffix("got 2 x for 1 y in '1')"))
        #expect(
            failure("nj.plot.matrix { { 1, 2 }, { 3 } }").hasSuffix(
                "(a table of numbers with rows of one length expected, got rows of several lengths, or more than can be seen)"
            )
        )
        #expect(
            failure("nj.plot.images { 1 }").hasSuffix(
                "(a tensor [n, 1 or 3 channels, height, width] or a list of images and tensors expected, got a list with a "
                    + "number)"))
        #expect(
            failure("nj.plot.lines { 1 }:save 'x.gif'").hasSuffix(
                "'x.gif' has none of the endings that pictures are written with: .png (pixels) or .svg (lines)"))
    }
}
