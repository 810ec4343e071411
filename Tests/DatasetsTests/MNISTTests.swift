import Datasets
import Files
import TestSupport
import Testing

/// Two tiny test images with their labels.
private let images = idx([2, 28, 28], (0..<1568).map { UInt8(truncatingIfNeeded: $0) })
private let labels = idx([2], [3, 9])

/// The places of `MNIST`, none of them the machine's own.
private func places(directory: String? = nil, environment: String? = nil, cache: String? = nil) -> MNIST {
    var places = MNIST(directory: directory)
    places.environmentDirectory = environment
    places.cache = cache
    places.mirrors = ["https://one/", "https://two/"]
    return places
}

@Test(
    "files are found by each spelling and in each folder",
    arguments: [
        ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"],
        ["t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte"],
        ["t10k-images-idx3-ubyte.gz", "t10k-labels.idx1-ubyte.gz"],
        ["MNIST/raw/t10k-images-idx3-ubyte", "mnist/t10k-labels-idx1-ubyte.gz"],
    ])
func spellings(_ names: [String]) throws {
    let directory = try TemporaryDirectory()
    try directory.write(names[0], names[0].hasSuffix(".gz") ? gzip(images) : images)
    try directory.write(names[1], names[1].hasSuffix(".gz") ? gzip(labels) : labels)
    for places in [places(directory: directory.path), places(environment: directory.path)] {
        let data = try places.load(.test)
        #expect(data.count == 2 && data.rows == 28 && data.columns == 28)
        #expect(data.labels == [3, 9])
        #expect(data.images.count == 1568 && data.images[255] == 255)
    }
}

@Test("a named directory without the files is an error that names them, and nothing is downloaded")
func missing() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path
    let cache = try TemporaryDirectory()
    let download: Downloader = { _, _, _, _ in Issue.record("downloaded") }
    let names =
        "train-images-idx3-ubyte, train-images.idx3-ubyte, train-images-idx3-ubyte.gz, train-images.idx3-ubyte.gz"
    #expect(
        text { try places(directory: path, cache: cache.path).load(.train, download: download) }
            == "cannot find MNIST's training images in '\(path)': neither there nor in its mnist or MNIST/raw is one of "
            + names)
    #expect(
        text { try places(environment: path, cache: cache.path).load(.train, download: download) }
            == "cannot find MNIST's training images in '\(path)': named by NIGHTJAR_DATA, "
            + "neither there nor in its mnist or MNIST/raw is one of " + names)
    #expect(
        text { try places(directory: "/nowhere").load(.test) }
            == "cannot find MNIST's test images in '/nowhere': there is no such directory")
    try directory.write("t10k-images-idx3-ubyte", images)
    #expect(
        text { try places(directory: path).load(.test) }
            == "cannot find MNIST's test labels in '\(path)': neither there nor in its mnist or MNIST/raw is one of "
            + "t10k-labels-idx1-ubyte, t10k-labels.idx1-ubyte, t10k-labels-idx1-ubyte.gz, t10k-labels.idx1-ubyte.gz")
}

@Test(
    "files that do not fit each other are refused by name",
    arguments: [
        (images, idx([3], [1, 2, 3]), "labels-idx1", "2 labels expected, as many as images, got 3"),
        (images, idx([2], [1, 10]), "labels-idx1", "label 10 of image 1: labels must be below 10"),
        (images, idx([2, 1], [1, 2]), "labels-idx1", "a list of labels expected, got an array of 2 x 1"),
        (idx([2], [1, 2]), labels, "images-idx3", "a list of images expected, got an array of 2"),
        (idx([2, 0, 2], []), labels, "images-idx3", "a list of images expected, got an array of 2 x 0 x 2"),
        (
            images, idx([1], [0, 0, 0, 2], type: 12), "labels-idx1",
            "IDX elements of int32, unsigned bytes expected; see data.idx_set"
        ),
    ])
func inconsistent(_ images: [UInt8], _ labels: [UInt8], _ file: String, _ reason: String) throws {
    let directory = try TemporaryDirectory()
    try directory.write("t10k-images-idx3-ubyte", images)
    try directory.write("t10k-labels-idx1-ubyte", labels)
    #expect(
        text { try places(directory: directory.path).load(.test) }
            == "cannot read '\(directory.path)/t10k-\(file)-ubyte': \(reason)")
}

@Test("without files and without a network the error tells everything that was tried")
func unavailable() throws {
    let cache = try TemporaryDirectory()
    let path = cache.path
    #expect(
        text { try places(cache: path).load(.test) }
            == "cannot get MNIST's files: '\(path)' has no t10k-images-idx3-ubyte")
    #expect(
        text { try places().load(.test) }
            == "cannot get MNIST's files: no cache directory: neither XDG_CACHE_HOME nor HOME is set")
    var asked: [String] = []
    let offline: Downloader = { url, destination, digest, _ in
        asked.append("\(url) \(baseName(destination)) \(digest.prefix(8))")
        throw DatasetError.invalid("no network")
    }
    #expect(
        throws: DatasetError.unavailable(reasons: [
            "'\(path)' has no t10k-images-idx3-ubyte",
            "https://one/t10k-images-idx3-ubyte.gz: no network",
            "https://two/t10k-images-idx3-ubyte.gz: no network",
        ])
    ) { try places(cache: path).load(.test, download: offline) }
    #expect(
        asked == [
            "https://one/t10k-images-idx3-ubyte.gz t10k-images-idx3-ubyte.gz 8d422c7b",
            "https://two/t10k-images-idx3-ubyte.gz t10k-images-idx3-ubyte.gz 8d422c7b",
        ])
}

@Test("cached and downloaded files must be the published ones")
func strangers() throws {
    let cache = try TemporaryDirectory()
    let path = cache.path + "/t10k-images-idx3-ubyte.gz"
    try cache.write("t10k-images-idx3-ubyte.gz", gzip(images))
    let other = "cannot read '\(path)': its content is not MNIST's (SHA-256 differs)"
    #expect(text { try places(cache: cache.path).load(.test) } == "cannot get MNIST's files: \(other)")
    let wrong: Downloader = { _, destination, _, _ in try writeFile(destination, gzip([1])) }
    #expect(
        text { try places(cache: cache.path).load(.test, download: wrong) }
            == "cannot get MNIST's files: \(other); https://one/t10k-images-idx3-ubyte.gz: \(other); "
            + "https://two/t10k-images-idx3-ubyte.gz: \(other)")
}

@Suite(
    "with MNIST's own files", .enabled(if: realMNIST != nil, "set NIGHTJAR_TEST_MNIST to the directory that has them"))
struct RealFiles {
    @Test("they hold the published content")
    func contents() throws {
        let directory = try #require(realMNIST)
        let test = try places(directory: directory).load(.test)
        #expect(test.count == 10_000)
        #expect(Array(test.labels.prefix(10)) == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
        let train = try places(directory: directory).load(.train)
        #expect(train.count == 60_000)
        #expect(train.images.count == 47_040_000)
        // What is published are digests of whole files, so the headers are put back. The training images, which an
        // unoptimised SHA-256 takes ten seconds for, are left to gzip's checksum.
        for (content, digest) in [
            (idx([10_000], test.labels), "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
            (idx([10_000, 28, 28], test.images), "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
            (idx([60_000], train.labels), "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
        ] { #expect(SHA256.hexDigest(of: content) == digest) }
        #expect(test.digests().images == "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7")
        #expect(test.digests().labels == "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2")
    }

    @Test("they are downloaded once, with progress, and then come from the cache")
    func downloading() throws {
        let directory = try #require(realMNIST)
        let cache = try TemporaryDirectory()
        var asked: [String] = []
        var told: [String] = []
        let copying: Downloader = { url, destination, _, progress in
            asked.append(url)
            if url.hasPrefix("https://one/") { throw DatasetError.invalid("down") }
            let content = try readFile(joinPath(directory, baseName(url)))
            progress(content.count, content.count)
            try writeFile(destination, content)
        }
        let places = places(cache: cache.path + "/deep/mnist")
        let data = try places.load(.test, download: copying) { file, received, total in
            told.append("\(file) \(received) \(total ?? -1)")
        }
        #expect(data.count == 10_000)
        #expect(
            asked == [
                "https://one/t10k-images-idx3-ubyte.gz", "https://two/t10k-images-idx3-ubyte.gz",
                "https://one/t10k-labels-idx1-ubyte.gz", "https://two/t10k-labels-idx1-ubyte.gz",
            ])
        #expect(told.count == 2 && told[1] == "t10k-labels-idx1-ubyte 4542 4542")
        #expect(try places.load(.test).labels == data.labels)
        for folder in ["/deep/mnist", "/deep"] {
            for file in try expandGlob(cache.path + folder + "/*.gz") { try removeFile(file) }
            removeDirectory(cache.path + folder)
        }
    }
}
