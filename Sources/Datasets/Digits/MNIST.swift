import Files
import HTTP

/// Fetches a file.
///
/// - Parameters:
///   - url: where from.
///   - destination: the path to put it at, whole or not at all.
///   - sha256: the digest that its bytes must have, 64 lower-case hexadecimal digits.
///   - progress: to be told the bytes that have come, and how many there will be where that is known.
public typealias Downloader = (
    _ url: String, _ destination: String, _ sha256: String, _ progress: (_ received: Int, _ total: Int?) -> Void
) throws -> Void

/// The handwritten digits of MNIST (LeCun, Cortes, Burges): where they are looked for, and how they get there.
///
/// A directory that the user names, as an argument or in `NIGHTJAR_DATA`, must have the files, and may have any
/// data of the same format. Without one the files come from the cache directory and, where they are not there yet,
/// from a mirror; both are held to the published digests.
public struct MNIST: Sendable {
    public enum Split: String, Sendable, CaseIterable {
        /// 60,000 images.
        case train
        /// 10,000 images.
        case test
    }

    /// The directory named by the user.
    public var directory: String?
    /// The directory named by the environment, for when the user names none.
    public var environmentDirectory: String?
    /// Where downloaded files are kept; nil where there is no such place.
    public var cache: String?
    /// Where the files can be had, each ending in a slash; tried in order.
    public var mirrors = [
        "https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ]

    /// The usual places.
    public init(directory: String? = nil) {
        self.directory = directory
        environmentDirectory = environmentVariable("NIGHTJAR_DATA")
        cache = cacheDirectory().map { joinPath($0, "mnist") }
    }

    /// Loads a split: images of 28 x 28 pixels, classes 0 to 9; of a directory that the user names any size, and labels
    /// below `classes`.
    ///
    /// - Parameters:
    ///   - download: how to fetch what is not there; nil: not at all.
    ///   - progress: told of downloads: the file's name, the bytes that have come, how many there will be.
    /// - Throws: `DatasetError.missing` where a named directory lacks a file, `.unavailable` where files are neither
    ///   cached nor to be had, `.unreadable` for files that break the format or do not fit each other, `FileError`
    ///   for files that cannot be read, `HTTPError` where a download was cancelled.
    public func load(
        _ split: Split, classes: Int = 10, download: Downloader? = nil,
        progress: (_ file: String, _ received: Int, _ total: Int?) -> Void = { _, _, _ in }
    ) throws -> ImageDataset {
        let files = split == .train ? MNISTFile.train : MNISTFile.test
        if let named = directory ?? environmentDirectory {
            let origin = directory == nil ? "named by NIGHTJAR_DATA, " : ""
            let images = try files.images.search.find(in: named, origin: origin)
            let labels = try files.labels.search.find(in: named, origin: origin)
            return try ImageDataset(
                images: (images, try IDX(path: images)), labels: (labels, try IDX(path: labels)), classes: classes)
        }
        func get(_ file: MNISTFile) throws -> (String, IDX) {
            let (path, content) = try cachedOrDownloaded(file, download) { progress(file.name, $0, $1) }
            return (path, try IDX(content, name: path))
        }
        return try ImageDataset(images: get(files.images), labels: get(files.labels), classes: classes)
    }

    /// The published content of a file and the path it has in the cache.
    private func cachedOrDownloaded(
        _ file: MNISTFile, _ download: Downloader?, _ progress: (Int, Int?) -> Void
    ) throws -> (path: String, content: [UInt8]) {
        guard let cache else {
            throw DatasetError.unavailable(reasons: ["no cache directory: neither XDG_CACHE_HOME nor HOME is set"])
        }
        var reasons: [String] = []
        // Each that is there: a damaged one hides no sound one beside it.
        for path in file.search.spellings.map({ joinPath(cache, $0) }) where isFile(path) {
            do { return (path, try file.published(path)) } catch { reasons.append("\(error)") }
        }
        if reasons.isEmpty { reasons.append("'\(cache)' has no \(file.name)") }
        guard let download else { throw DatasetError.unavailable(reasons: reasons) }
        do { try makeDirectory(cache) } catch { throw DatasetError.unavailable(reasons: reasons + ["\(error)"]) }
        let path = joinPath(cache, file.name + ".gz")
        for mirror in mirrors {
            let url = mirror + file.name + ".gz"
            do {
                try download(url, path, file.packedDigest, progress)
                return (path, try file.published(path))
            } catch let error as HTTPError where error.kind == .cancelled {
                // Whoever stopped it wants no other mirror, and no substitute.
                throw error
            } catch {
                reasons.append("\(url): \(error)")
            }
        }
        throw DatasetError.unavailable(reasons: reasons)
    }
}
