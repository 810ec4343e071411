import Datasets
import Files
import Tensors
import Testing

private func small() throws -> ImageDataset {
    try ImageDataset(images: [0, 1, 10, 11, 20, 21, 30, 31], rows: 1, columns: 2, labels: [9, 8, 7, 6])
}

@Test("counts must fit and labels be classes")
func consistency() throws {
    let data = try small()
    #expect(data.count == 4 && data.rows == 1 && data.columns == 2 && data.classes == 10 && data.pixelsPerImage == 2)
    #expect(
        text { try ImageDataset(images: [1, 2, 3], rows: 1, columns: 2, labels: [0]) }
            == "1 labels for 3 bytes of images of 1 x 2 pixels")
    #expect(
        text { try ImageDataset(images: [1, 2, 3, 4], rows: 1, columns: 2, labels: [0]) }
            == "1 labels for 4 bytes of images of 1 x 2 pixels")
    #expect(
        text { try ImageDataset(images: [1, 2], rows: 1, columns: 1, labels: [9, 10]) }
            == "label 10 of image 1: labels must be below 10")
    #expect(
        text { try ImageDataset(images: [], rows: 0, columns: 5, labels: []) }
            == "images must have at least one pixel, got 0 x 5")
    #expect(
        text { try ImageDataset(images: [], rows: .max, columns: 2, labels: []) }
            == "0 labels for 0 bytes of images of \(Int.max) x 2 pixels")
}

@Test("a slice is the beginning")
func slices() throws {
    let data = try small()
    #expect(data.slice(2).images == [0, 1, 10, 11])
    #expect(data.slice(2).labels == [9, 8])
    #expect(data.slice(2).count == 2)
    #expect(data.slice(5).count == 4)
    #expect(data.slice(0).images == [])
    #expect(data.slice(-1).count == 0)
}

@Test("gathering takes images and labels in the order asked for")
func gathering() throws {
    let data = try small()
    let table = try PixelTable()
    let indices = [3, 0, 0]
    var pixels = [Float](repeating: -1, count: 6)
    var labels = [Int64](repeating: -1, count: 3)
    try indices.withUnsafeBufferPointer { indices in
        try pixels.withUnsafeMutableBufferPointer { pixels in
            guard let base = pixels.baseAddress else { return }
            try data.gather(indices, table: table, into: base)
        }
        try labels.withUnsafeMutableBufferPointer { labels in
            guard let base = labels.baseAddress else { return }
            try data.gatherLabels(indices, into: base)
        }
    }
    let bytes: [Float] = [30, 31, 0, 1, 0, 1]
    #expect(pixels == bytes.map { $0 / 255 })
    #expect(labels == [6, 9, 9])
}

@Test("an index outside is refused before anything is written", arguments: [-1, 4, Int.max])
func outside(_ index: Int) throws {
    let data = try small()
    let table = try PixelTable()
    var pixels = [Float](repeating: -1, count: 4)
    var labels = [Int64](repeating: -1, count: 2)
    let message = "index \(index) is not in 0..<4"
    [0, index].withUnsafeBufferPointer { indices in
        let gathered = pixels.withUnsafeMutableBufferPointer { target in
            text { try data.gather(indices, table: table, into: #require(target.baseAddress)) }
        }
        #expect(gathered == message)
        let gatheredLabels = labels.withUnsafeMutableBufferPointer { target in
            text { try data.gatherLabels(indices, into: #require(target.baseAddress)) }
        }
        #expect(gatheredLabels == message)
    }
    #expect(pixels == [-1, -1, -1, -1] && labels == [-1, -1])
}

@Test("normalised pixels have PyTorch's bits")
func normalising() throws {
    let table = try PixelTable(mean: 0.1307, std: 0.3081)
    // torchvision's Normalize((0.1307,), (0.3081,)) of ToTensor's 0, 1, 128 and 255.
    #expect([table[0], table[1], table[128], table[255]] == [-0.42421296, -0.41148472, 1.2050011, 2.8214867])
    #expect(
        text { try PixelTable(mean: 0, std: 0) }
            == "normalising needs a finite mean and a deviation above 0, got 0.0 and 0.0")
    #expect(
        text { try PixelTable(mean: .nan, std: 1) }
            == "normalising needs a finite mean and a deviation above 0, got nan and 1.0")
}

@Test(
    "the number of batches, up to the largest size",
    arguments: [(1, 4, 4), (2, 2, 2), (3, 2, 1), (4, 1, 1), (5, 1, 0), (Int.max, 1, 0)])
func batchCounts(size: Int, all: Int, full: Int) throws {
    func loader(_ dropLast: Bool) throws -> Loader {
        var options = Loader.Options()
        (options.batchSize, options.shuffle, options.dropLast) = (size, true, dropLast)
        return try Loader(
            DigitSet(small(), table: PixelTable(), name: "four"), options, generator: Generator(seed: 0))
    }
    #expect(try loader(false).count == all && loader(false).sampleCount == 4)
    #expect(try loader(true).count == full && loader(true).sampleCount == full * min(size, 4))
    let pass = try loader(false).batches()
    var images = 0
    while let batch = try pass.next() {
        guard case .tensor(let labels) = batch.values[1] else { continue }
        images += labels.count
    }
    #expect(images == 4)
}

@Test("digests are those of IDX files with the same content, and tell data apart")
func datasetDigests() throws {
    let images = (0..<24).map { UInt8($0) }
    let data = try ImageDataset(images: images, rows: 2, columns: 3, labels: [3, 1, 4, 1])
    let digests = data.digests()
    #expect(digests.images == SHA256.hexDigest(of: idx([4, 2, 3], images)))
    #expect(digests.labels == SHA256.hexDigest(of: idx([4], [3, 1, 4, 1])))
    #expect(data.slice(3).digests().images != digests.images)
    let turned = try ImageDataset(images: images, rows: 3, columns: 2, labels: [3, 1, 4, 1])
    #expect(turned.digests().images != digests.images)
}
