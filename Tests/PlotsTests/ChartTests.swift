import Files
import Images
import TestSupport
import Testing

@testable import Plots

@Suite("Charts")
struct ChartTests {
    private let curve = LineChart(
        [.init(name: "<a> & \"b\"", x: [1, 2, 3, 4], y: [1, .nan, 3, 4]), .init(name: "dot", x: [2], y: [2])],
        Labels(title: "T\u{1}", x: "step", y: "loss"))

    @Test("Ticks are round numbers that hold the values")
    func ticks() {
        #expect(Axis([0.13, 9.7]).ticks.map(\.label) == ["0", "2", "4", "6", "8", "10"])
        #expect(
            Axis([0.0121, 0.0129], marks: 4).ticks.map(\.label) == [
                "0.012", "0.0122", "0.0124", "0.0126", "0.0128", "0.013",
            ])
        #expect(Axis([5, 5]).ticks.map(\.label) == ["4.4", "4.6", "4.8", "5", "5.2", "5.4", "5.6"])
        #expect(Axis([]).ticks.first?.label == "0")
        #expect(Axis([.nan, .infinity, -.greatestFiniteMagnitude]).ticks.count > 2)
        #expect(
            Axis([0.001, 1000], isLogarithmic: true).ticks.map(\.label) == [
                "0.001", "0.01", "0.1", "1", "10", "100", "1000",
            ])
        #expect(Axis([0.2, 3, -1, 0], isLogarithmic: true).ticks.map(\.label) == ["0.2", "0.5", "1", "2"])
        #expect(Axis([-1, 0], isLogarithmic: true).part(0) == nil)
    }

    @Test(
        "Numbers are written in a few characters",
        arguments: [
            (0.01234, "0.0123"), (97.2, "97.2"), (-3, "-3"), (1.5e-6, "1.5e-6"), (12345, "12345"), (0, "0"),
            (2.5e12, "2.5e12"), (0.1 + 0.2, "0.3"), (-0.00001, "-1e-5"), (.nan, "nan"),
        ])
    func numbers(value: Double, text: String) { #expect(shortNumber(value) == text) }

    @Test("Numbers that an axis cannot hold interrupt a curve, and end nothing")
    func extremes() {
        #expect(Axis([1, 2, 1e305]).part(1e305) == nil)
        #expect(Axis([1e-200, 1, 1e200], isLogarithmic: true).part(1).map { abs($0 - 0.5) < 1e-9 } == true)
        for values in [[1, 2, 1e305], [1e300, 1, 2], [-1e308, 1e308], [1e-200, 1, 1e200]] {
            for logarithmic in [false, true] {
                let series = (0..<9).map { LineChart.Series(name: "\($0)", x: [1, 2, 3], y: values) }
                let chart = LineChart(series, Labels(title: "", x: "", y: ""), isYLogarithmic: logarithmic)
                #expect(!chart.terminal(TerminalStyle(columns: 40, rows: 10)).isEmpty)
            }
        }
    }

    @Test("What is not finite interrupts a curve")
    func interruptions() {
        let frame = curve.frame(width: 300, height: 200)
        #expect(curve.samples(curve.series[0], frame).map(\.count) == [1, 2])
    }

    @Test("SVG is well-formed, whatever names hold")
    func svg() throws {
        let text = SVGDrawing(curve.scene(width: 300, height: 200)).text
        #expect(text.contains("&lt;a&gt; &amp; &quot;b&quot;"))
        #expect(text.contains("T\u{fffd}"))
        #expect(!text.contains("<a>"))
        #expect(text.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 300 200\" width=\"300\""))
        #expect(SVGDrawing(curve.scene(width: 300, height: 200), isPart: true).text.contains("stroke=\"var(--s1)\""))
    }

    @Test("Long curves keep their extremes, not their points")
    func thinning() {
        let points = (0..<100_000).map { Point(Double($0) / 1000, $0 == 55_555 ? 9 : 0) }
        let kept = thinned(points, resolution: 1).map { points[$0] }
        #expect(kept.count < 500)
        #expect(kept.contains { $0.y == 9 })
        #expect(kept.first == points.first && kept.last == points.last)
    }

    @Test("A drawing has its colours where they belong")
    func raster() throws {
        var scene = Scene(width: 20, height: 10)
        scene.rectangle(Rectangle(x: 0, y: 0, width: 5, height: 10), .rgb(RGB(10, 20, 30)))
        scene.line([Point(5, 5), Point(20, 5)], .rgb(RGB(0, 0, 0)), width: 2)
        let image = try Raster.image(of: scene, scale: 1)
        func pixel(_ x: Int, _ y: Int) -> [UInt8] { Array(image.pixels[(y * 20 + x) * 3..<(y * 20 + x) * 3 + 3]) }
        #expect(pixel(2, 2) == [10, 20, 30])
        #expect(pixel(12, 4) == [0, 0, 0])
        #expect(pixel(12, 5) == [0, 0, 0])
        #expect(pixel(12, 1) == [255, 255, 255])
        // Places far outside are no harm.
        scene.line([Point(-1e9, -1e9), Point(1e9, 1e9)], .foreground)
        scene.image(
            try Image(width: 1, height: 1, channels: 1, pixels: [0]), Rectangle(x: -5, y: -5, width: 1e6, height: 1))
        _ = try Raster.image(of: scene, scale: 1)
    }

    @Test("The font has every character of ASCII, and something for the others")
    func font() {
        for code in UInt8(33)...126 {
            let glyph = StrokeFont.glyph(Character(Unicode.Scalar(code)))
            #expect(!glyph.strokes.isEmpty, "\(code)")
        }
        #expect(StrokeFont.glyph("~").columns == 5)
        #expect(StrokeFont.glyph("ü").columns == StrokeFont.glyph("u").columns)
        #expect(!StrokeFont.glyph("漢").strokes.isEmpty)
    }

    @Test("Histograms count everything that is finite")
    func histogram() {
        let histogram = Histogram([1, 2, 2, 3, .nan, .infinity], bins: 2, Labels())
        #expect(histogram.counts == [1, 3])
        #expect(histogram.edges == [1, 2, 3])
        #expect(Histogram([], Labels()).counts.reduce(0, +) == 0)
        #expect(Histogram([5, 5, 5], Labels()).counts.reduce(0, +) == 3)
        #expect(
            histogram.terminal(TerminalStyle(columns: 30))
                == "1 … 2 ██████▋ 1\n2 … 3 ████████████████████ 3")
    }

    @Test("A terminal shows curves in dots, and no control characters of a name")
    func terminal() {
        let text = LineChart([.init(name: "a\u{1b}[2J", x: [0, 1], y: [0, 1])], Labels()).terminal(
            TerminalStyle(columns: 24, rows: 4))
        #expect(
            text == """
                   1│              ⢀⡠⠤⠒⠉
                    │         ⢀⡠⠤⠒⠉⠁
                 0.5│    ⢀⣀⠤⠒⠊⠁
                   0│⣀⠤⠒⠊⠁
                    └───────────────────
                     0       0.5       1
                ── a?[2J
                """)
        #expect(!text.contains("\u{1b}"))
        let coloured = LineChart([.init(name: "a", x: [0, 1], y: [0, 1])], Labels()).terminal(
            TerminalStyle(columns: 24, rows: 4, hasColours: true))
        #expect(coloured.contains("\u{1b}[38;5;33m"))
        for line in text.split(separator: "\n") { #expect(line.count <= 24) }
    }

    @Test("Large matrices are drawn as pixels")
    func matrix() throws {
        let rows = (0..<100).map { row in (0..<100).map { Double(row == $0 ? 5 : 0) } }
        let text = SVGDrawing(MatrixChart(rows, Labels()).scene(width: 500, height: 500)).text
        #expect(text.contains("data:image/png;base64,"))
        #expect(text.utf8.count < 20_000)
        let small = MatrixChart([[3, 1], [0, 4]], rowNames: ["cat"], Labels(title: "M"))
        #expect(small.terminal(TerminalStyle(columns: 40)) == "M\n    0 1\ncat 3 1\n1   0 4")
    }

    @Test("Files are what their endings say")
    func files() throws {
        let scratch = try ScratchDirectory()
        try writeChart(curve, to: scratch.file("a.png"), size: (200, 100), scale: 1)
        let image = try readImage(scratch.file("a.png"))
        #expect(image.width == 200 && image.height == 100)
        try writeChart(curve, to: scratch.file("a.SVG"))
        #expect(try readText(scratch.file("a.SVG")).hasPrefix("<svg"))
        for name in ["a.jpg", "a", "png", "a.png.txt"] {
            #expect(
                throws: PlotError(
                    "'\(name)' has none of the endings that pictures are written with: .png (pixels) or .svg (lines)")
            ) { try writeChart(curve, to: scratch.file(name)) }
        }
        #expect(scratch.names == ["a.SVG", "a.png"])
    }

    @Test("Base64 is that of RFC 4648")
    func base64Texts() {
        #expect(
            ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map { base64(Array($0.utf8)) }
                == ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"])
    }
}
