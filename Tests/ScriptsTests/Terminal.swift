import Files
import Foundation

#if os(Linux)
    extension Nightjar {
        /// Runs a script whose standard output is a terminal of 100 columns; gives its status and all that was written.
        static func runOnTerminal(
            _ script: String, _ arguments: [String], in directory: String, environment: [String: String]
        ) throws -> (status: Int32, output: String) {
            let master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
            defer { close(master) }
            var (locked, number): (Int32, Int32) = (0, 0)
            // TIOCSPTLCK and TIOCGPTN: what unlockpt and ptsname do, which Glibc's module does not show.
            guard master >= 0, ioctl(master, 0x4004_5431, &locked) == 0, ioctl(master, 0x8004_5430, &number) == 0 else {
                throw CocoaError(.fileReadUnknown)
            }
            let slave = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
            var size = winsize(ws_row: 25, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0)
            _ = ioctl(slave, UInt(TIOCSWINSZ), &size)
            let process = Process()
            process.executableURL = URL(filePath: executable ?? "")
            process.arguments = [script] + arguments
            process.currentDirectoryURL = URL(filePath: directory)
            process.environment = basics.merging(environment) { $1 }
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = FileHandle(fileDescriptor: slave, closeOnDealloc: false)
            process.standardError = FileHandle(fileDescriptor: slave, closeOnDealloc: false)
            try withoutBlockedSignals { try process.run() }
            close(slave)
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65536)
            // Ends with an error on Linux, with 0 elsewhere, when nobody has the terminal open any more.
            while case let count = read(master, &buffer, buffer.count), count > 0 { bytes += buffer[..<count] }
            process.waitUntilExit()
            return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
        }
    }
#endif
