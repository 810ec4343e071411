import Files
import Foundation

/// Python, where there is one.
let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first { FileStatus(of: $0) != nil }

/// What a program of Python's writes, errors too.
func runPython(_ script: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: python ?? "")
    process.arguments = ["-c", script] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self)
}
