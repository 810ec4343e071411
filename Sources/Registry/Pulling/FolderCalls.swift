import Files

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The number of this process.
func processNumber() -> Int { Int(getpid()) }

/// Lets a file be run by everyone who may read it. - Throws: `FileError`.
func makeExecutable(_ path: String) throws {
    var info = stat()
    guard stat(path, &info) == 0, chmod(path, info.st_mode & 0o777 | (info.st_mode & 0o444) >> 2) == 0 else {
        throw FileError(path: path, action: "make a program of", errno: errno)
    }
}

/// Exchanges two folders at once. False where the system or the file system cannot.
func exchange(_ one: String, _ other: String) -> Bool {
    #if canImport(Darwin)
        renamex_np(one, other, UInt32(RENAME_SWAP)) == 0
    #else
        // Glibc's headers show it to C alone.
        typealias Rename = @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32
        guard let symbol = dlsym(nil, "renameat2") else { return false }
        let exchanging: UInt32 = 2
        return unsafeBitCast(symbol, to: Rename.self)(AT_FDCWD, one, AT_FDCWD, other, exchanging) == 0
    #endif
}

/// Seconds since 1970.
func secondsSince1970() -> Int { time(nil) }
