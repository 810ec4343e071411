import Files

/// The files that a pattern matches, sorted; see `expandGlob`. A directory stands for the PNG and JPEG files in it.
///
/// - Throws: `FileError` where a directory cannot be read, and for patterns that stand for too many names. No match is
///   an empty list.
public func imageFiles(matching pattern: String) throws -> [String] {
    try PatternLimit.check(pattern)
    let found = try expandGlob(pattern).flatMap { path in
        guard FileStatus(of: path)?.isDirectory == true else { return [path] }
        let names = try directoryEntries(path).filter { ImageFormat(extensionOf: $0) != nil && !$0.hasPrefix(".") }
        return names.map { joinPath(path, $0) }
    }
    var seen: Set<String> = []
    return found.filter { seen.insert($0).inserted }.sorted()
}
