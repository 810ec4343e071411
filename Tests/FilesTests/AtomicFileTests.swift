import CLibrary
@testable import Files
import TestSupport
import Testing

@Suite("Files that appear whole or not at all")
struct AtomicFileTests {
    let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func message(_ path: String) -> String {
        do {
            try writeFile(path, "new")
            return "written"
        } catch {
            return "\(error)"
        }
    }

    private func status(_ path: String) -> stat {
        var info = stat()
        _ = lstat(path, &info)
        return info
    }

    @Test(
        "the mode of a replaced file is kept, a new one's follows the umask", arguments: [0o600, 0o640, 0o444, 0o755])
    func modes(_ mode: Int) throws {
        let path = scratch.file("f")
        try writeFile(path, "old")
        let mask = umask(0)
        umask(mask)
        #expect(status(path).st_mode & 0o777 == 0o666 & ~mask)
        #expect(chmod(path, mode_t(mode)) == 0)
        try writeFile(path, "new")
        #expect(status(path).st_mode & 0o7777 == mode_t(mode))
        #expect(try readText(path) == "new")
        let tool = try AtomicFile(path, executable: true)
        try tool.commit()
        #expect(status(path).st_mode & 0o111 == mode_t(mode | (mode & 0o444) >> 2) & 0o111)
        #expect(scratch.names == ["f"])
    }

    @Test("the owner of a replaced file is kept", .enabled(if: geteuid() == 0))
    func owners() throws {
        let path = scratch.file("f")
        try writeFile(path, "old")
        #expect(chown(path, 1234, 4321) == 0 && chmod(path, 0o640) == 0)
        try writeFile(path, "new")
        let info = status(path)
        #expect(info.st_uid == 1234 && info.st_gid == 4321 && info.st_mode & 0o777 == 0o640)
    }

    @Test("devices are written through")
    func devices() throws {
        #expect(message("/dev/null") == "written")
        #expect(status("/dev/null").st_mode & S_IFMT == S_IFCHR)
        #expect(symlink("/dev/null", scratch.file("null")) == 0)
        #expect(message(scratch.file("null")) == "written")
        #expect(status(scratch.file("null")).st_mode & S_IFMT == S_IFLNK)
        #if os(Linux)
            #expect(message("/dev/full") == "cannot write '/dev/full': No space left on device")
        #endif
        let file = try AtomicFile("/dev/null")
        #expect(!file.isReplacing)
    }

    @Test("a pipe is written through where somebody reads, and refused where nobody does")
    func pipes() throws {
        let path = scratch.file("pipe")
        #expect(mkfifo(path, 0o600) == 0)
        #expect(message(path) == "cannot write '\(path)': it is a pipe, and nobody reads from it")
        let reader = open(path, O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        #expect(message(path) == "written")
        var text = [UInt8](repeating: 0, count: 10)
        #expect(read(reader, &text, 10) == 3)
        #expect(status(path).st_mode & S_IFMT == S_IFIFO)
        #expect(scratch.names == ["pipe"])
    }

    @Test("sockets and directories are refused")
    func refused() throws {
        let path = scratch.file("s")
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        try #require(path.utf8.count < 100)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(bound == 0)
        #expect(message(path) == "cannot write '\(path)': it is a socket")
        #expect(message(scratch.path) == "cannot write '\(scratch.path)': Is a directory")
        #expect(message("") == "cannot write '': No such file or directory")
        #expect(status(path).st_mode & S_IFMT == S_IFSOCK)
    }

    @Test("links keep pointing where they did, to what is missing too")
    func links() throws {
        try makeDirectory(scratch.file("there"))
        #expect(symlink("there/target", scratch.file("one")) == 0)
        #expect(symlink("one", scratch.file("two")) == 0)
        for text in ["first", "second"] {
            try writeFile(scratch.file("two"), text)
            #expect(try readText(scratch.file("there/target")) == text)
        }
        #expect(try isSymbolicLink(scratch.file("one")) && isSymbolicLink(scratch.file("two")))
        #expect(symlink("nowhere/target", scratch.file("lost")) == 0)
        #expect(message(scratch.file("lost")) == "cannot write '\(scratch.file("lost"))': No such file or directory")
        #expect(symlink("ring", scratch.file("ring")) == 0)
        #expect(
            message(scratch.file("ring"))
                == "cannot write '\(scratch.file("ring"))': Too many levels of symbolic links")
        #expect(try directoryEntries(scratch.file("there")) == ["target"])
    }

    @Test("what a killed process left is removed by the next write of that file, and nothing else is")
    func leftovers() throws {
        let names = ["f.1.2.tmp", "f.4711.99.tmp"]
        let others = ["g.1.2.tmp", "f.a.2.tmp", "f.1.tmp", "f.1.2.tmp.bak", "f..2.tmp", "1.2.tmp"]
        for name in names + others { #expect(creates(scratch.file(name))) }
        // Somebody is still at work on this one.
        let busy = open(scratch.file("f.5.5.tmp"), O_CREAT | O_RDWR, 0o600)
        #expect(flock(busy, LOCK_EX) == 0)
        try writeFile(scratch.file("f"), "new")
        #expect(scratch.names == (others + ["f", "f.5.5.tmp"]).sorted())
        close(busy)
    }

    private func creates(_ path: String) -> Bool {
        let descriptor = open(path, O_CREAT | O_WRONLY, 0o600)
        defer { close(descriptor) }
        return descriptor >= 0
    }

    @Test("a file that is given up leaves nothing, one that is complete is in place only after commit")
    func discarded() throws {
        let path = scratch.file("f")
        try writeFile(path, "old")
        do {
            let file = try AtomicFile(path, durable: true)
            try file.reserve(1 << 20)
            try file.write("new")
            try file.complete()
            #expect(try readText(path) == "old")
        }
        #expect(scratch.names == ["f"])
        let file = try AtomicFile(path, durable: true)
        try file.reserve(1 << 20)
        try file.write("new")
        try file.commit()
        #expect(try readText(path) == "new")
        #expect(scratch.names == ["f"])
    }

    @Test("where every file has a name, another process knows which one is still being written")
    func named() throws {
        let path = scratch.file("f")
        do {
            let file = try TemporaryFile(at: path, present: nil, path: path, executable: false, nameless: false)
            let name = try #require(scratch.names.first)
            #expect(scratch.names.count == 1 && name.hasPrefix("f.\(getpid()).") && name.hasSuffix(".tmp"))
            let other = open(scratch.file(name), O_RDONLY)
            #expect(flock(other, LOCK_EX | LOCK_NB) != 0)
            close(other)
            try file.move()
            #expect(scratch.names == ["f"])
        }
        let given = try TemporaryFile(
            at: path, present: status(path), path: path, executable: false, nameless: false)
        #expect(scratch.names.count == 2 && given.place == path)
    }

    @Test("more room than any disk has is refused before anything is written")
    func noRoom() throws {
        let file = try AtomicFile(scratch.file("f"))
        #expect(throws: FileError.self) { try file.reserve(Int.max) }
    }

    @Test("a lock is this process's own, and its file is gone with it")
    func lock() async throws {
        await #expect(processExitsWith: .success) {
            let scratch = try ScratchDirectory()
            let path = scratch.file("lock")
            try FileLock.take(path)
            try FileLock.take(path)
            #expect(try readText(path) == "\(getpid())\n")
            FileLock.releaseAll()
            #expect(scratch.names == [])
            // What was left by a process that is gone is taken over.
            try writeFile(path, "1\n")
            try FileLock.take(path)
            #expect(try readText(path) == "\(getpid())\n")
            FileLock.releaseAll()
            let other = open(path, O_CREAT | O_RDWR, 0o600)
            #expect(flock(other, LOCK_EX) == 0 && write(other, "4711\n", 5) == 5)
            let isHeld: Bool
            do {
                try FileLock.take(path)
                isHeld = false
            } catch let held as FileLock.Held {
                isHeld = held.process == 4711
            }
            #expect(isHeld)
            close(other)
        }
    }
}
