#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Removes an empty directory, if it is there.
func removeDirectory(_ path: String) { rmdir(path) }

/// Makes a pipe with a name, which nobody writes to.
func makePipe(_ path: String) { mkfifo(path, 0o600) }

/// Makes a symbolic link.
func makeLink(_ path: String, to target: String) { symlink(target, path) }
