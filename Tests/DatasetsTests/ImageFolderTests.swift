import Datasets
import Files
import Images
import Synchronization
import Tensors
import Testing
import Transforms

@Suite("Folders of pictures")
struct ImageFolderTests {
    /// A PNG file of one colour.
    private func png(_ red: UInt8, width: Int = 2, height: Int = 2, channels: Int = 3) throws -> [UInt8] {
        let pixel: [UInt8] = channels == 3 ? [red, 0, 255] : [red]
        return try encodePNG(
            Image(
                width: width, height: height, channels: channels,
                pixels: Array(repeatElement(pixel, count: width * height).joined())))
    }

    /// Twelve pictures in two classes, that of number i with red i.
    private func folder() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        for number in 0..<12 {
            let name = "\(number < 6 ? "ant" : "bee")/\(number < 10 ? "0" : "")\(number).png"
            try directory.write(name, png(UInt8(number)))
        }
        return directory
    }

    private func set(
        _ directory: TemporaryDirectory, _ transform: any Transform = ToTensor(), generator: Generator
    ) throws -> PictureDataset {
        let folder = try ImageFolder(directory.path)
        return try PictureDataset(
            folder, labels: folder.labels, classes: folder.classes, paths: folder.paths,
            pipeline: PicturePipeline(transform), generator: generator)
    }

    @Test("Classes and files come in torchvision's order; other files and empty classes do not")
    func order() throws {
        let directory = try TemporaryDirectory()
        for name in [
            "b/z.png", "b/x/1.JPG", "b/x/y/3.png", "b/x-y/2.png", "b/a.jpeg", "B/q.png", "a/notes.txt", "a/10.png",
            "a/9.png",
        ] {
            try directory.write(name, [0])
        }
        try directory.write("top.png", [0])
        let folder = try ImageFolder(directory.path)
        #expect(folder.classes == ["B", "a", "b"])
        let names = folder.paths.map { String($0.dropFirst(directory.path.count + 1)) }
        #expect(
            names == [
                "B/q.png", "a/10.png", "a/9.png", "b/a.jpeg", "b/z.png", "b/x/1.JPG", "b/x-y/2.png", "b/x/y/3.png",
            ])
        #expect(folder.labels == [0, 1, 1, 2, 2, 2, 2, 2])
        #expect(
            text { try ImageFolder(directory.path, extensions: [".txt"]) }
                == "cannot find pictures in '\(directory.path)': its folder 'B' has no file that ends in .txt")
        #expect(
            text { try ImageFolder(directory.path + "/a") }
                == "cannot find pictures in '\(directory.path)/a': it has no folders, one for each class")
        makeLink(directory.path + "/B/loop", to: "..")
        #expect(text { try ImageFolder(directory.path) }.hasSuffix("a link may lead back up"))
        try removeFile(directory.path + "/B/loop")
        #expect(text { try ImageFolder("/nowhere") }.hasSuffix("there is no such directory"))
    }

    /// The batches of a pass as text.
    private func batches(_ directory: TemporaryDirectory, workers: Int, seed: UInt64 = 7) throws -> [String] {
        let generator = Generator(seed: seed)
        let transform = try Compose([RandomHorizontalFlip(), ToTensor(), RandomVerticalFlip()])
        var options = Loader.Options()
        (options.batchSize, options.shuffle, options.workers) = (5, true, workers)
        let pass = try Loader(set(directory, transform, generator: generator), options, generator: generator).batches()
        var texts: [String] = []
        while let batch = try pass.next() {
            guard case .tensor(let images) = batch.values[0], case .tensor(let labels) = batch.values[1] else {
                continue
            }
            texts.append("\(try images.floatArray()) \(try labels.int64Array())")
        }
        return texts + ["\(generator.next32())"]
    }

    @Test("Batches, and what they draw, do not depend on how many threads read ahead")
    func threads() throws {
        let directory = try folder()
        // Pictures that tell whether they were mirrored.
        for number in 0..<12 {
            try directory.write(
                "\(number < 6 ? "ant" : "bee")/\(number < 10 ? "0" : "")\(number).png",
                encodePNG(Image(width: 2, height: 2, channels: 1, pixels: [UInt8(number), 50, 100, 150])))
        }
        let alone = try batches(directory, workers: 0)
        #expect(alone.count == 4)
        for workers in [1, 2, 8] { #expect(try batches(directory, workers: workers) == alone) }
        #expect(try batches(directory, workers: 2, seed: 8) != alone)
    }

    @Test("A damaged file fails where its batch would have come, by name, and the next batch follows")
    func damaged() throws {
        let directory = try folder()
        try directory.write("ant/03.png", [1, 2, 3])
        for workers in [0, 3] {
            let generator = Generator(seed: 0)
            var options = Loader.Options()
            (options.batchSize, options.workers) = (2, workers)
            let pass = try Loader(set(directory, generator: generator), options, generator: generator).batches()
            #expect(try pass.next()?.step == 1)
            let message = text { try pass.next() }
            #expect(message.contains("\(directory.path)/ant/03.png"))
            #expect(try pass.next()?.step == 3)
        }
    }

    @Test("A pipe among the pictures is refused instead of waited for")
    func pipe() throws {
        let directory = try folder()
        makePipe(directory.path + "/ant/00.png.png")
        let generator = Generator(seed: 0)
        let set = try set(directory, generator: generator)
        #expect(
            text { try set.sample(at: 1) }
                == "cannot read '\(directory.path)/ant/00.png.png': a regular file expected, got a pipe or a device")
    }

    @Test("Only so many batches are read ahead, and a pass that is broken off reads no more")
    func bounded() throws {
        final class Counting: PictureProvider {
            private let counter = Atomic<Int>(0)
            let count = 1000
            var read: Int { counter.load(ordering: .relaxed) }
            func picture(at index: Int) throws -> Picture {
                counter.add(1, ordering: .relaxed)
                return .image(try Image(width: 1, height: 1, channels: 1, pixels: [0]))
            }
        }
        let provider = Counting()
        let generator = Generator(seed: 0)
        let set = try PictureDataset(
            provider, labels: Array(repeating: 0, count: 1000), classes: ["x"], pipeline: PicturePipeline(ToTensor()),
            generator: generator)
        var options = Loader.Options()
        (options.batchSize, options.workers, options.prefetch) = (10, 4, 3)
        var pass: Loader.Pass? = try Loader(set, options, generator: generator).batches()
        for _ in 0..<5 { _ = try pass?.next() }
        #expect(provider.read >= 50 && provider.read <= 80)
        pass = nil
        // Where pictures may hold no byte, whoever asks for a batch reads it.
        let before = provider.read
        options.prefetchBytes = 0
        pass = try Loader(set, options, generator: generator).batches()
        for _ in 0..<3 { _ = try pass?.next() }
        #expect(provider.read - before >= 30 && provider.read - before <= 60)
    }

    @Test("Subsets and joined folders keep their pictures' threads and order")
    func composed() throws {
        let directory = try folder()
        let generator = Generator(seed: 0)
        let whole = try set(directory, generator: generator)
        let parts = try ConcatDataset([Subset(whole, [11, 0]), Subset(whole, [5])])
        #expect(parts.pictures != nil)
        var options = Loader.Options()
        (options.batchSize, options.workers) = (3, 2)
        let batch = try #require(try Loader(parts, options, generator: generator).batches().next())
        guard case .tensor(let images) = batch.values[0], case .tensor(let labels) = batch.values[1] else {
            Issue.record("no images and labels")
            return
        }
        #expect(try labels.int64Array() == [1, 0, 0] && images.shape == [3, 3, 2, 2])
        #expect(try (images.floatArray()[0] * 255).rounded() == 11)
    }

    @Test("Pictures of different sizes cannot be one batch, and which ones is said")
    func sizes() throws {
        let directory = try folder()
        try directory.write("ant/01.png", png(1, width: 3))
        let generator = Generator(seed: 0)
        var options = Loader.Options()
        options.batchSize = 4
        let pass = try Loader(set(directory, generator: generator), options, generator: generator).batches()
        #expect(
            text { try pass.next() }
                == "item 0 gives a tensor of shape [3, 2, 2], item 1 one of shape [3, 2, 3]: make them alike, or give the loader a function 'collate'"
        )
    }
}
