import Datasets
import HTTP
import Tensors
import Testing

@Suite("Sets of digits")
struct DigitSetTests {
    private func places(_ cache: TemporaryDirectory) -> MNIST {
        var places = MNIST(directory: nil)
        places.environmentDirectory = nil
        places.cache = cache.path
        places.mirrors = ["https://one/"]
        return places
    }

    @Test("What is not to be had is drawn where that is allowed, and says so")
    func substitutes() throws {
        let cache = try TemporaryDirectory()
        let offline: Downloader = { _, _, _, _ in throw DatasetError.invalid("no network") }
        let set = try DigitSet.mnist(
            places(cache), .test, limit: 3, table: PixelTable(), canGenerate: true, download: offline)
        #expect(set.images.count == 3 && set.name == "generated digits, not MNIST")
        #expect(set.substituteReason == "https://one/t10k-images-idx3-ubyte.gz: no network")
        #expect(
            text { try DigitSet.mnist(places(cache), .test, table: PixelTable(), download: offline) }
                .hasPrefix("cannot get MNIST's files: "))
    }

    @Test("A download that was cancelled is neither tried again nor replaced")
    func cancelling() throws {
        let cache = try TemporaryDirectory()
        var asked = 0
        let cancelled: Downloader = { url, _, _, _ in
            asked += 1
            throw HTTPError(.cancelled, url: url, "cancelled")
        }
        var places = places(cache)
        places.mirrors = ["https://one/", "https://two/"]
        #expect(throws: HTTPError.self) {
            try DigitSet.mnist(places, .test, table: PixelTable(), canGenerate: true, download: cancelled)
        }
        #expect(asked == 1)
    }

    @Test("An image is translated by the table")
    func images() throws {
        let images = try ImageDataset(images: [0, 255, 51, 102], rows: 1, columns: 2, labels: [4, 7])
        let set = try DigitSet(images, table: PixelTable(mean: 0.5, std: 0.5), name: "two")
        let (image, label) = try set.image(at: 0)
        #expect(image.shape == [1, 1, 2] && label == 4)
        #expect(try image.floatArray() == [-1, 1])
        #expect(text { try set.image(at: 2) } == "index 2 is not in 0..<2")
        #expect(text { try set.image(at: .min) } == "index \(Int.min) is not in 0..<2")
    }

    @Test("A split at random has each image once, in PyTorch's order, and nothing else")
    func splitting() throws {
        let images = try ImageDataset(
            images: (0..<20).map { UInt8($0) }, rows: 1, columns: 2, labels: (0..<10).map { UInt8($0) })
        let set = try DigitSet(images, table: PixelTable(), name: "ten", substituteReason: "a reason")
        let parts = try set.randomSplit([7, 0, 3], generator: Generator(seed: 42))
        // list(torch.utils.data.random_split(range(10), [7, 0, 3], torch.Generator().manual_seed(42))[0]), and so on
        #expect(parts.map(\.images.labels) == [[2, 6, 1, 8, 4, 5, 0], [], [9, 3, 7]])
        #expect(parts[2].images.images == [18, 19, 6, 7, 14, 15])
        #expect(parts.allSatisfy { $0.name == "ten" && $0.substituteReason == "a reason" })
        for lengths in [[7, 2], [7, 4], [11, -1], [.max, .max], [.max, 11], []] {
            #expect(
                text { try set.randomSplit(lengths, generator: Generator(seed: 42)) }
                    == "lengths that add up to 10 expected, got \(lengths.map(String.init).joined(separator: ", "))")
        }
        #expect(text { try images.subset([0, 10]) } == "index 10 is not in 0..<10")
    }

    @Test("Drawn digits: as many as asked for, and another seed draws others")
    func generated() throws {
        let set = try DigitSet.generated(.test, limit: 2, table: PixelTable())
        #expect(set.images.count == 2 && set.substituteReason == nil)
        #expect(
            try DigitSet.generated(.test, seed: .max, limit: 2, table: PixelTable()).images.images != set.images.images)
        #expect(try DigitSet.generated(.test, limit: -5, table: PixelTable()).images.count == 0)
    }
}
