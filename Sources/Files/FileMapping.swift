import CLibrary
import CMapping

/// A file's content in memory without being read: pages come from the system when they are first looked at.
///
/// It stays what it was when it was mapped, whatever happens to the file: who opens it for writing, or cuts it, waits until
/// this process has put a copy in its place. What is written here stays here. See `CMapping.h`.
public final class FileMapping {
    public let bytes: UnsafeMutableRawBufferPointer

    /// Maps an open file; nil where the system cannot promise that it stays as it is. Then it is to be read.
    public init?(_ file: ReadableFile) {
        // A file in the executable is a piece of one that others may write.
        guard file.start == 0, !file.isPiece, file.size > 0 else { return nil }
        let descriptor = fcntl(file.descriptor, F_DUPFD_CLOEXEC, 0)
        guard descriptor >= 0 else { return nil }
        guard let address = nj_map_file(descriptor, file.size) else {
            close(descriptor)
            return nil
        }
        bytes = UnsafeMutableRawBufferPointer(start: address, count: file.size)
    }

    deinit { nj_unmap_file(bytes.baseAddress) }
}
