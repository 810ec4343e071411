import Files
import Images
import Transforms

/// The pictures in a folder, of which each folder inside is a class (`torchvision.datasets.ImageFolder`): what they are
/// and in what order.
public struct ImageFolder: PictureProvider {
    /// The names of the folders, sorted; a class's number is its place.
    public let classes: [String]
    /// The files, class by class, in the order that torchvision has them.
    public let paths: [String]
    /// The class of each file.
    public let labels: [Int]

    /// What is taken for a picture by default.
    public static let usualExtensions = [".jpg", ".jpeg", ".png"]
    /// The most files in a folder: 16 Mi.
    static let mostFiles = 16 << 20
    /// Folders may lie so deep in one another, and be so many: links that lead back up end there.
    private static let depth = 32
    private static let mostFolders = 1 << 17

    /// Looks for the files; none is opened.
    ///
    /// - Parameter extensions: how their names end, in lower case; upper case is taken, too.
    /// - Throws: `FileError` where a folder cannot be read, `DatasetError.missing` where there is no folder inside, or a
    ///   class has no picture.
    public init(_ root: String, extensions: [String] = usualExtensions) throws {
        func missing(_ reason: String) -> DatasetError {
            .missing(what: "pictures", directory: root, reason: reason)
        }
        guard FileStatus(of: root)?.isDirectory == true else { throw missing("there is no such directory") }
        classes = try directoryEntries(root).filter { FileStatus(of: joinPath(root, $0))?.isDirectory == true }
            .sorted { $0.systemBytes.lexicographicallyPrecedes($1.systemBytes) }
        guard !classes.isEmpty else { throw missing("it has no folders, one for each class") }
        var (paths, labels): ([String], [Int]) = ([], [])
        for (label, name) in classes.enumerated() {
            let start = paths.count
            var folders: [String] = []
            guard try Self.collect(joinPath(root, name), into: &folders, depth: Self.depth) else {
                throw missing(
                    "in '\(name)' folders lie more than \(Self.depth) deep, or are more than \(Self.mostFolders): a link "
                        + "may lead back up")
            }
            // torchvision sorts the folders by their whole paths, then the names in each.
            for folder in folders.sorted(by: { $0.systemBytes.lexicographicallyPrecedes($1.systemBytes) }) {
                let names = try directoryEntries(folder).filter { Self.hasExtension($0, extensions) }
                    .sorted { $0.systemBytes.lexicographicallyPrecedes($1.systemBytes) }
                // What is no file stays in the list and fails when it is read, as in torchvision, but for folders.
                paths += names.map { joinPath(folder, $0) }.filter { FileStatus(of: $0)?.isDirectory != true }
                guard paths.count <= Self.mostFiles else { throw missing("it has more than \(Self.mostFiles) files") }
            }
            guard paths.count > start else {
                throw missing("its folder '\(name)' has no file that ends in \(extensions.joined(separator: ", "))")
            }
            labels += Array(repeating: label, count: paths.count - start)
        }
        (self.paths, self.labels) = (paths, labels)
    }

    /// Adds a folder and all inside; false where these are too many.
    private static func collect(_ folder: String, into folders: inout [String], depth: Int) throws -> Bool {
        folders.append(folder)
        guard depth > 0, folders.count <= mostFolders else { return false }
        for name in try directoryEntries(folder) {
            let path = joinPath(folder, name)
            guard FileStatus(of: path)?.isDirectory == true else { continue }
            guard try collect(path, into: &folders, depth: depth - 1) else { return false }
        }
        return true
    }

    private static func hasExtension(_ name: String, _ extensions: [String]) -> Bool {
        let name = name.lowercased()
        return extensions.contains { name.hasSuffix($0) }
    }

    public var count: Int { paths.count }

    /// The picture in colour, whatever the file has, as torchvision reads it.
    public func picture(at index: Int) throws -> Picture { .image(try readImage(paths[index]).inColour()) }
}
