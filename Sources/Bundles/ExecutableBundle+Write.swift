import Archives
import Files

extension ExecutableBundle {
    /// Writes an executable: a command, a script that it runs, and files that the script finds by their names.
    ///
    /// - Parameters:
    ///   - path: where it will be; it appears whole or not at all.
    ///   - script: the script's name and text.
    ///   - files: names and paths of what the script reads; they are copied in one after the other.
    ///   - host: the command it is made from, of whose own bundled files nothing is taken. Default: the running one.
    /// - Throws: `FileError`, also where two files have one name.
    public static func write(
        to path: String, script: (name: String, text: [UInt8]), files: [(name: String, path: String)],
        host: String? = nil
    ) throws {
        let (command, size) = try plainCommand(host)
        let output = try AtomicFile(path, executable: true)
        try ReadableFile(FileRegion(of: command, start: 0, size: size), path: command.path).copy(to: output)
        let archive = ZipWriter(startingAt: size) { try output.write($0) }
        try archive.add(script.name, script.text)
        for file in files { try archive.add(file.name, file: ReadableFile(file.path)) }
        try archive.finish(comment: mark)
        try output.commit()
    }

    /// The command's file and how much of it is the command.
    private static func plainCommand(_ path: String?) throws -> (ReadableFile, Int) {
        let opened = try path.map { try ReadableFile($0) } ?? RunningProgram.open()
        guard let opened else {
            throw FileError(path: "this command", action: "read", reason: "the system does not say which file it is")
        }
        return (opened, try ExecutableBundle(of: opened)?.hostSize ?? opened.size)
    }
}

extension ReadableFile {
    fileprivate func copy(to output: AtomicFile) throws {
        // Linux keeps what is written at once as one piece, and maps whole pieces where a program touches one: written in
        // megabytes, the program takes 3 MB more of memory when it starts.
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 << 10, alignment: 16)
        defer { buffer.deallocate() }
        var rest = size
        while rest > 0 {
            let count = try read(into: buffer)
            guard count > 0 else { throw FileError(path: path, action: "read", reason: "it became shorter") }
            try output.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            rest -= count
        }
    }
}
