import Datasets
import Files
import Tensors
import Testing

@Suite("Arrays and records in files")
struct FormatTests {
    @Test("IDX elements of every type, of any rank, come in the machine's order")
    func types() throws {
        func tensor(_ type: UInt8, _ shape: [Int], _ bytes: [UInt8]) throws -> Tensor {
            try IDX(idx(shape, bytes, type: type), name: "x").tensor()
        }
        #expect(try tensor(9, [2], [255, 1]).doubles() == [-1, 1])
        #expect(try tensor(11, [1, 2], [255, 254, 1, 2]).doubles() == [-2, 258])
        #expect(try tensor(12, [1], [0, 1, 0, 2]).doubles() == [65538])
        #expect(try tensor(13, [2], [0x3F, 0x80, 0, 0, 0xC0, 0x20, 0, 0]).doubles() == [1, -2.5])
        #expect(try tensor(14, [1], [0xBF, 0xE0, 0, 0, 0, 0, 0, 0]).doubles() == [-0.5])
        #expect(try tensor(8, [1, 1, 1, 1, 1, 1, 2], [3, 4]).shape == [1, 1, 1, 1, 1, 1, 2])
        #expect(try tensor(14, [0, 7], []).count == 0)
    }

    @Test("A packed file unpacks to what its header promises, and no byte more is made")
    func packedBomb() throws {
        let directory = try TemporaryDirectory()
        let zeros = [UInt8](repeating: 0, count: 60_000)
        let start = idx([10], [UInt8](repeating: 1, count: 10))
        // 60 MB follow the ten labels, packed in members.
        try directory.write("bomb.gz", gzip(start) + Array(repeatElement(gzip(zeros), count: 1000).joined()))
        #expect(
            text { try IDX(path: directory.path + "/bomb.gz") }
                == "cannot read '\(directory.path)/bomb.gz': it unpacks to more than the 18 bytes that its header promises"
        )
        // A header that promises much and a file that has little.
        try directory.write("promise", idx([1 << 30], [1]))
        #expect(
            text { try IDX(path: directory.path + "/promise") }
                == "cannot read '\(directory.path)/promise': 1073741824 bytes of labels expected, got 1")
        try directory.write("promise.gz", gzip(idx([1 << 30], [1])))
        #expect(
            text { try IDX(path: directory.path + "/promise.gz") }
                == "cannot read '\(directory.path)/promise.gz': 1073741824 bytes of labels expected, got 1")
    }

    @Test("Pipes and devices are refused at once")
    func pipes() throws {
        let directory = try TemporaryDirectory()
        let pipe = directory.path + "/pipe"
        makePipe(pipe)
        var csv = CSV()
        csv.hasHeader = false
        for path in [pipe, "/dev/zero"] {
            for message in [text { try IDX(path: path) }, text { try csv.read(path) }] {
                #expect(message == "cannot read '\(path)': a regular file expected, got a pipe or a device")
            }
        }
        #expect(text { try CIFAR.ten.load(.train, directory: directory.path) }.hasPrefix("cannot find CIFAR-10's"))
    }

    @Test("Mutated IDX files, plain and packed, are read as they say or refused in words")
    func idxMutations() throws {
        var random = Mutations(seed: 2)
        let directory = try TemporaryDirectory()
        let path = directory.path + "/x"
        var read = 0
        for content in [idx([3, 2, 2], Array(0..<12)), idx([4], Array(0..<16), type: 12)] {
            for source in [content, gzip(content)] {
                for _ in 0..<1500 {
                    try directory.write("x", random.mutated(source))
                    do {
                        let array = try IDX(path: path)
                        #expect(array.elements.count == array.shape.reduce(array.dtype.size, *))
                        read += 1
                    } catch is DatasetError {} catch is FileError {}
                }
            }
        }
        #expect(read > 300)
    }

    /// Python's gzip.compress(bytes([0, 0, 8, 2, 0, 0, 0, 40, 0, 0, 0, 30]) + b"abcdef" * 200, 9, mtime=0).
    private static let deflated: [UInt8] = [
        0x1f, 0x8b, 0x8, 0x0, 0x0, 0x0, 0x0, 0x0, 0x2, 0x3, 0x63, 0x60, 0xe0, 0x60, 0x62, 0x60, 0x60, 0xd0, 0x0, 0x62,
        0xb9, 0xc4, 0xa4, 0xe4, 0x94, 0xd4, 0xb4, 0x51, 0x72, 0x94, 0x1c, 0x25, 0x47, 0xc9, 0xc1, 0x4f, 0x2, 0x0, 0x77,
        0xa6, 0xd5, 0x39, 0xbc, 0x4, 0x0, 0x0,
    ]

    @Test("Mutated gzip data with codes of its own unpacks to what is promised or is refused")
    func gzipMutations() throws {
        var random = Mutations(seed: 4)
        #expect(try gunzip(Self.deflated, name: "x", limit: 1212).count == 1212)
        for _ in 0..<4000 {
            do {
                let content = try gunzip(random.mutated(Self.deflated), name: "x", limit: 5000)
                #expect(content.count <= 5000)
            } catch is DatasetError {}
        }
    }

    /// A record of CIFAR whose pixels are all one number.
    private func record(_ labels: [UInt8], _ pixel: UInt8) -> [UInt8] {
        labels + [UInt8](repeating: pixel, count: 3072)
    }

    @Test("CIFAR-10 and CIFAR-100")
    func cifar() throws {
        let directory = try TemporaryDirectory()
        for batch in 1...5 {
            try directory.write(
                "cifar-10-batches-bin/data_batch_\(batch).bin", record([UInt8(batch)], 1) + record([9], 2))
        }
        try directory.write("cifar-10-batches-bin/test_batch.bin", record([3], 255))
        try directory.write(
            "cifar-10-batches-bin/batches.meta.txt", Array((0..<10).map { "class\($0)\n" }.joined().utf8))
        let train = try CIFAR.ten.load(.train, directory: directory.path)
        #expect(train.labels == [1, 9, 2, 9, 3, 9, 4, 9, 5, 9] && train.images.count == 30_720)
        #expect(train.classes[9] == "class9")
        let table = try PixelTable(mean: 0.5, std: 0.5)
        let set = try ColumnDataset(.ten, .test, directory: directory.path + "/cifar-10-batches-bin", tables: [table])
        guard case .tensor(let image) = try set.sample(at: 0)[0], case .integer(3) = try set.sample(at: 0)[1] else {
            Issue.record("no image and label")
            return
        }
        #expect(image.shape == [3, 32, 32] && image.dtype == .float32)
        #expect(try image.floatArray().allSatisfy { $0 == 1 })

        try directory.write("train.bin", record([19, 99], 1) + record([0, 7], 2))
        #expect(try CIFAR.hundred(coarse: false).load(.train, directory: directory.path).labels == [99, 7])
        #expect(try CIFAR.hundred(coarse: true).load(.train, directory: directory.path).labels == [19, 0])
        let path = directory.path + "/train.bin"
        try directory.write("train.bin", record([19, 100], 1))
        #expect(
            text { try CIFAR.hundred(coarse: false).load(.train, directory: directory.path) }
                == "cannot read '\(path)': label 100 of image 0: labels must be below 100")
        try directory.write("train.bin", Array(record([19, 1], 1).dropLast()))
        #expect(
            text { try CIFAR.hundred(coarse: false).load(.train, directory: directory.path) }
                == "cannot read '\(path)': records of 3074 bytes expected, got 3073 bytes")
        var random = Mutations(seed: 3)
        var read = 0
        for _ in 0..<2000 {
            try directory.write("train.bin", random.mutated(record([1, 2], 7) + record([3, 4], 8)))
            do {
                let content = try CIFAR.hundred(coarse: true).load(.train, directory: directory.path)
                #expect(content.images.count == 3072 * content.labels.count && content.labels.allSatisfy { $0 < 20 })
                read += 1
            } catch is DatasetError {}
        }
        #expect(read > 300)
    }

    @Test("EMNIST, Fashion-MNIST and Kuzushiji-MNIST are found by their names")
    func collections() throws {
        let directory = try TemporaryDirectory()
        let images = idx([2, 1, 3], [1, 2, 3, 4, 5, 6])
        try directory.write("EMNIST/raw/emnist-byclass-train-images-idx3-ubyte.gz", gzip(images))
        try directory.write("EMNIST/raw/emnist-byclass-train-labels-idx1-ubyte.gz", gzip(idx([2], [0, 61])))
        try directory.write("FashionMNIST/raw/t10k-images-idx3-ubyte", images)
        try directory.write("FashionMNIST/raw/t10k-labels-idx1-ubyte", idx([2], [10, 0]))
        let set = try DigitCollection.emnist(.byclass).load(.train, directory: directory.path)
        #expect(set.labels == [0, 61] && set.rows == 1 && set.columns == 3)
        #expect(
            text { try DigitCollection.fashionMNIST.load(.test, directory: directory.path) }.hasSuffix(
                "label 10 of image 0: labels must be below 10"))
        #expect(
            text { try DigitCollection.kmnist.load(.test, directory: directory.path) }.hasPrefix(
                "cannot find Kuzushiji-MNIST's test images in '\(directory.path)': neither there nor in its kmnist or ")
        )
        #expect(
            DigitCollection.Kind.allCases.map { DigitCollection.emnist($0).classes.count } == [62, 47, 47, 27, 10, 10])
    }

    @Test("Images of several channels with labels above 255, and targets that are no classes")
    func anyIDX() throws {
        let directory = try TemporaryDirectory()
        try directory.write("images", idx([2, 3, 1, 2], [0, 255, 51, 51, 102, 102] + [UInt8](repeating: 0, count: 6)))
        try directory.write("labels", idx([2], [0, 0, 1, 44, 0, 0, 0, 5], type: 12))
        let tables = try [0, 0.5, 1].map { try PixelTable(mean: $0) }
        func set(_ labels: String, classes: Int? = nil) throws -> ColumnDataset {
            try ColumnDataset(
                images: directory.path + "/images", labels: directory.path + "/\(labels)", classes: classes
            ) { _ in tables }
        }
        let values = try set("labels").sample(at: 0)
        guard case .tensor(let image) = values[0], case .integer(300) = values[1] else {
            Issue.record("no image and label")
            return
        }
        #expect(image.shape == [3, 1, 2])
        #expect(try image.floatArray().map { ($0 * 10).rounded() / 10 } == [0, 1, -0.3, -0.3, -0.6, -0.6])
        #expect(
            text { try set("labels", classes: 300) }.hasSuffix("label 300 of image 0: labels must be below 300"))
        try directory.write("boxes", idx([2, 2], Array(0..<16), type: 13))
        guard case .tensor(let box) = try set("boxes").sample(at: 1)[1] else {
            Issue.record("no box")
            return
        }
        #expect(box.shape == [2] && box.dtype == .float32)
        try directory.write("three", idx([3], [0, 1, 2]))
        #expect(text { try set("three") }.hasSuffix("2 labels expected, as many as images, got 3"))
    }

    @Test("A damaged unpacked file in the cache does not hide the sound one beside it")
    func hiddenArchive() throws {
        let cache = try TemporaryDirectory()
        var places = MNIST(directory: nil)
        (places.environmentDirectory, places.cache) = (nil, cache.path)
        try cache.write("t10k-images-idx3-ubyte", [1])
        try cache.write("t10k-images-idx3-ubyte.gz", [0x1f, 0x8b])
        let message = text { try places.load(.test) }
        #expect(message.contains("t10k-images-idx3-ubyte': its content is not MNIST's"))
        #expect(message.contains("t10k-images-idx3-ubyte.gz': truncated: its gzip data ends early"))
    }
}
