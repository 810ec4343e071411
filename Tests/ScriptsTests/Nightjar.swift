import Files
import Foundation

/// The command as built beside these tests.
enum Nightjar {
    /// What a run left behind.
    struct Run: Equatable {
        var status: Int32 = 0
        var output = ""
        var errors = ""
    }

    /// The repository.
    static let root = directoryName(directoryName(directoryName(#filePath)))

    /// The executable; nil where the tests run without it.
    static let executable: String? = {
        #if os(Linux)
            let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
            let products = [directoryName(program)]
        #else
            let products = Bundle.allBundles.map { directoryName($0.bundlePath) }
        #endif
        return products.map { joinPath($0, "nightjar") }.first { FileStatus(of: $0)?.isRegularFile == true }
    }()

    /// The command as scripts/nightjar builds it; nil where there is none of these sources.
    static let built: String? = {
        let path = joinPath(root, ".build/command/nightjar")
        guard FileStatus(of: path) != nil else { return nil }
        let find = ["find", "Sources", "Package.swift", "-cnewer", ".build/command/stamp", "-print", "-quit"]
        let newer = try? run(program: "/usr/bin/env", find, in: root)
        return newer == .init() ? path : nil
    }()

    /// For executables with the command itself in them.
    static let ownHost = ["NIGHTJAR_BUNDLE_HOST": ""]

    /// Runs a script with arguments, in a directory.
    ///
    /// - Parameter environment: the variables that it sees beside `basics`; nil for those of the tests.
    static func run(
        _ script: String, _ arguments: [String] = [], in directory: String, environment: [String: String]? = nil
    ) throws -> Run {
        try run(program: executable ?? "", [script] + arguments, in: directory, environment: environment)
    }

    /// What any program needs; with this command in the path, without a network, and with a small file in place of the
    /// command in executables that are made.
    static let basics: [String: String] = {
        let kept = ProcessInfo.processInfo.environment.filter { ["TMPDIR", "LD_LIBRARY_PATH"].contains($0.key) }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return kept.merging(
            [
                "PATH": "\(directoryName(executable ?? "")):\(path)", "https_proxy": "http://127.0.0.1:1",
                "NIGHTJAR_BUNDLE_HOST": joinPath(root, "Tests/ScriptsTests/Host/stand-in"),
            ]) { $1 }
    }()

    /// Runs any program; see `run(_:_:in:environment:)`.
    ///
    /// - Parameter meanwhile: called once it runs.
    static func run(
        program: String, _ arguments: [String], in directory: String, environment: [String: String]? = nil,
        meanwhile: (Process) -> Void = { _ in }
    ) throws -> Run {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: directory)
        if let environment { process.environment = basics.merging(environment) { $1 } }
        // Files, not pipes: whichever stream fills first, nobody waits.
        let streams = try ["out", "errors"].map { name in
            let path = joinPath(directory, ".\(name)-\(UInt64.random(in: 0 ... .max))")
            try writeFile(path, "")
            return path
        }
        defer { for path in streams { try? removeFile(path) } }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: streams[0])
        process.standardError = FileHandle(forWritingAtPath: streams[1])
        try withoutBlockedSignals { try process.run() }
        meanwhile(process)
        process.waitUntilExit()
        return Run(
            status: process.terminationStatus, output: try readText(streams[0]), errors: try readText(streams[1]))
    }

    /// Does something with every signal let through: the program that is started has the signals blocked that this
    /// thread has, and the threads that tests run on have nearly all.
    static func withoutBlockedSignals(_ body: () throws -> Void) rethrows {
        var (none, before) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try body()
    }
}
