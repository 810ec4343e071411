import Files
import Images
import Tensors
import TestSupport
import Testing

/// scripts/recipes as a user runs them, on drawn digits.
@Suite(.enabled(if: Nightjar.executable != nil, "the command is not built"))
struct RecipeTests {
    let scratch: ScratchDirectory
    private let script = joinPath(Nightjar.root, "scripts/recipes/mnist99.lua")

    init() throws { scratch = try ScratchDirectory() }

    private func run(_ arguments: String...) throws -> Nightjar.Run {
        try Nightjar.run(script, arguments, in: scratch.path, environment: ["XDG_CACHE_HOME": scratch.file("cache")])
    }

    @Test("mnist99.lua learns drawn digits, says that it is those, and saves a model that evaluate.lua takes")
    func learns() throws {
        let result = try run("--limit", "1500", "--epochs", "2", "--batch-size", "50")
        #expect(result.status == 0 && result.errors == "")
        let lines = result.output.split(separator: "\n").map(String.init)
        #expect(lines.count == 3)
        #expect(lines[0].hasSuffix("): training on generated digits, not MNIST"))
        #expect(lines[1].hasPrefix("Seed 1: Avg. loss: 0.") && lines[1].hasSuffix("  (generated digits, not MNIST)"))
        let figures = #/Accuracy: (\d+)/(\d+) \(\d+\.\d\d%\), trained in \d+\.\d\d s/#
        let match = try #require(lines[1].firstMatch(of: figures))
        #expect(match.2 == "1500")
        #expect(Int(match.1) ?? 0 > 1350)
        #expect(lines[2] == "saved mnist99.safetensors")

        let evaluated = try Nightjar.run(
            joinPath(Nightjar.root, "scripts/evaluate.lua"),
            ["--network", "mnist99", "--model", "mnist99.safetensors", "--limit", "1500", "--latency-runs", "1"],
            in: scratch.path, environment: ["XDG_CACHE_HOME": scratch.file("cache")])
        #expect(evaluated.output.contains("Accuracy: \(match.1)/1500"), "\(evaluated.errors)")
    }

    @Test("With several seeds it gives their mean; images that are held out are those it is tested on")
    func seeds() throws {
        let arguments = ["--limit", "200", "--hold-out", "50", "--batch-size", "25"]
        func lines(_ more: String...) throws -> [String] {
            let result = try Nightjar.run(
                script, arguments + more, in: scratch.path, environment: ["XDG_CACHE_HOME": scratch.file("cache")])
            #expect(result.status == 0 && result.errors == "")
            return result.output.split(separator: "\n").map(String.init).dropFirst().map {
                $0.replacing(#/trained in .* s /#, with: "")
            }
        }
        let both = try lines("--seed", "5", "--seeds", "2")
        let accuracies = try both[..<2].map { line in
            let right = try #require(line.firstMatch(of: #/Accuracy: (\d+)/50 /#))
            return 2 * (Double(right.1) ?? -1)
        }
        let (low, high) = (min(accuracies[0], accuracies[1]), max(accuracies[0], accuracies[1]))
        let summary = try #require(
            both[2].firstMatch(of: /^2 seeds: mean (.*) %, standard deviation (.*), from (.*) to (.*)  \(generated/))
        #expect(Double(summary.1) == (low + high) / 2)
        #expect(abs((Double(summary.2) ?? -1) - (high - low) / 2.0.squareRoot()) < 0.001)
        #expect(Double(summary.3) == low && Double(summary.4) == high)
        // A run depends on its own seed alone.
        #expect(try lines("--seed", "6")[0] == both[1])
        #expect(both[0].dropFirst(6) != both[1].dropFirst(6))
    }

    @Test("More images than there are cannot be held out")
    func tooMany() throws {
        let result = try run("--limit", "20", "--hold-out", "21")
        #expect(result.status == 1)
        #expect(result.errors.contains("random_split: lengths that add up to 20 expected, got -1, 21"))
    }

    @Test("folder.lua learns a folder of JPEGs, in forty lines, and keeps the network that did best")
    func folder() throws {
        let script = joinPath(Nightjar.root, "scripts/recipes/folder.lua")
        #expect(try readText(script).split(separator: "\n").count <= 40)
        try drawPictures(40)
        let result = try Nightjar.run(script, ["--epochs", "6", "--size", "16"], in: scratch.path)
        #expect(result.status == 0 && result.errors == "")
        let right = result.output.split(separator: "\n").compactMap { line in
            line.firstMatch(of: /^Epoch \d: (\d+) of 24 pictures right$/).flatMap { Int($0.1) }
        }
        #expect(right.count == 6)
        #expect(right.max() ?? 0 >= 22)
        let best = try #require(right.firstIndex { $0 == right.max() })
        let kept = try scratch.write(
            "kept.lua", "print(require('nightjar').checkpoint.metadata('pictures.safetensors').epoch)")
        #expect(try Nightjar.run(kept, in: scratch.path).output == "\(best + 1)\n")
    }

    /// Folders of JPEGs of several sizes: stripes that lie, stripes that stand, and a disc, in colours of chance.
    private func drawPictures(_ count: Int) throws {
        let generator = Generator(seed: 7)
        func random(_ limit: Int) -> Int { Int(generator.next32() % UInt32(limit)) }
        try makeDirectory(scratch.file("pictures"))
        for (kind, name) in ["disc", "lying", "standing"].enumerated() {
            try makeDirectory(scratch.file("pictures/\(name)"))
            for number in 0..<count {
                let (width, height, period) = (24 + random(16), 24 + random(16), 6 + random(4))
                let colours = [(0..<3).map { _ in random(100) }, (0..<3).map { _ in 155 + random(100) }]
                let (x0, y0, radius) = (width / 2 + random(6) - 3, height / 2 + random(6) - 3, 6 + random(4))
                let pixels = (0..<width * height).flatMap { place in
                    let (x, y) = (place % width, place / width)
                    let isLight =
                        switch kind {
                        case 0: (x - x0) * (x - x0) + (y - y0) * (y - y0) < radius * radius
                        case 1: y % period < period / 2
                        default: x % period < period / 2
                        }
                    return colours[isLight ? 1 : 0].map { UInt8($0) }
                }
                let image = try Image(width: width, height: height, channels: 3, pixels: pixels)
                try writeFile(scratch.file("pictures/\(name)/\(number).jpg"), try encodeJPEG(image, quality: 90))
            }
        }
    }
}
