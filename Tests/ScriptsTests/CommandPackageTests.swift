import Files
import Foundation
import TestSupport
import Testing

/// The command as a package: scripts/publish-command stores it, scripts/setup.sh fetches it in place of building. A small
/// repository of its own, with a stand-in for the compiler.
@Suite(
    "The command as a package",
    .enabled(if: Nightjar.executable != nil, "the command is not built"),
    .enabled(if: FileStatus(of: "/usr/bin/curl") != nil, "there is no curl"))
struct CommandPackageTests {
    let scratch: ScratchDirectory
    let server: FakeGitLab

    init() throws {
        scratch = try ScratchDirectory()
        server = try FakeGitLab()
        for folder in ["repository/Sources", "repository/scripts", "bin"] { try makeDirectory(scratch.file(folder)) }
        for name in ["nightjar", "setup.sh", "publish-command", "publish_command.lua"] {
            let path = scratch.file("repository/scripts/\(name)")
            try writeFile(path, readFile(joinPath(Nightjar.root, "scripts/\(name)")))
            chmod(path, 0o755)
        }
        _ = try scratch.write("repository/Package.swift", "// one\n")
        // What it "builds" is the real command, in a file of its own.
        try tool(
            "swift",
            """
            echo "swift $*" >>"\(scratch.file("built"))"
            mkdir -p "\(scratch.file("repository/.build/release"))"
            printf '#!/bin/sh\\nexec "%s" "$@"\\n' "\(Nightjar.executable ?? "")" \\
                >"\(scratch.file("repository/.build/release/nightjar"))"
            chmod +x "\(scratch.file("repository/.build/release/nightjar"))"
            """)
        try tool("swiftc", "echo '{}'")
        try tool("pkg-config", "exit 0")
    }

    private func tool(_ name: String, _ text: String) throws {
        _ = try scratch.write("bin/\(name)", "#!/bin/bash\n\(text)\n")
        chmod(scratch.file("bin/\(name)"), 0o755)
    }

    /// Runs a script of the repository in a job.
    private func job(_ script: String, _ arguments: String...) throws -> Nightjar.Run {
        let run = try Nightjar.run(
            program: scratch.file("repository/scripts/\(script)"), arguments, in: scratch.path,
            environment: [
                "PATH": "\(scratch.file("bin")):/usr/bin:/bin", "CI": "true", "CI_API_V4_URL": "\(server.url)/api/v4",
                "CI_PROJECT_ID": "42", "CI_JOB_TOKEN": "glcbt-verysecret",
            ])
        #expect(!(run.output + run.errors).contains("verysecret"), "the token is in the output")
        return run
    }

    /// A checkout of its own, on another machine.
    private func forget() throws {
        for name in [".build", ".lua-stubs"] {
            try? FileManager.default.removeItem(atPath: scratch.file("repository/\(name)"))
        }
        try removeFile(scratch.file("built"))
    }

    private var builds: Int {
        ((try? readText(scratch.file("built"))) ?? "").split(separator: "\n").filter { $0.hasPrefix("swift build") }
            .count
    }

    /// The server takes the job's token from curl as a bearer's, from the command as its own.
    private func expect(bearer: Bool) {
        server.change {
            ($0.header, $0.token) =
                bearer ? ("authorization", "Bearer glcbt-verysecret") : ("job-token", "glcbt-verysecret")
        }
    }

    @Test("built once, published, then fetched by jobs with the same sources, and built again for others")
    func fetches() throws {
        let first = try job("publish-command")
        try #require(first.status == 0, "\(first.errors)")
        #expect(builds == 1)
        let system = try Nightjar.run(program: "/bin/sh", ["-c", "uname -sm | tr 'A-Z ' 'a-z-'"], in: scratch.path)
            .output
        let name = "nightjar-" + system.trimmingCharacters(in: .newlines)
        #expect(server.names == [name, "manifest.json"])
        let version = try #require(server.files.first).version
        #expect(version.wholeMatch(of: /0\.0\.0-g[0-9a-f]{16}/) != nil, "\(version)")

        try forget()
        expect(bearer: true)
        let second = try job("nightjar", "-e", "print 'it runs'")
        #expect(second == .init(output: "it runs\n", errors: "nightjar: fetched nightjar \(version)\n"))
        #expect(builds == 0)
        // It is there now: nothing is asked.
        let requests = server.log.count
        #expect(try job("nightjar", "-e", "print 'again'") == .init(output: "again\n"))
        #expect(server.log.count == requests)

        // A script changed: still fetched. A source changed: built.
        try forget()
        _ = try scratch.write("repository/scripts/other.lua", "print 'changed'")
        #expect(try job("nightjar", scratch.file("repository/scripts/other.lua")).output == "changed\n")
        #expect(builds == 0)
        try forget()
        _ = try scratch.write("repository/Sources/main.swift", "// two\n")
        #expect(try job("nightjar", "-e", "print 'built'").output == "built\n")
        #expect(builds == 1)
    }

    @Test("published again, nothing changes")
    func twice() throws {
        try #require(job("publish-command").status == 0)
        let names = server.names
        #expect(try job("publish-command").status == 0)
        #expect(server.names == names)
    }

    @Test("what is not what its manifest says is not run")
    func tampered() throws {
        try #require(job("publish-command").status == 0)
        let file = try #require(server.files.first { $0.package == "nightjar" })
        server.add(file.name, "#!/bin/sh\necho tampered\n", package: "nightjar", version: file.version)
        try forget()
        expect(bearer: true)
        let run = try job("nightjar", "-e", "print 'built here'")
        #expect(run.output == "built here\n")
        #expect(
            run.errors.hasPrefix(
                "nightjar: \(file.name) of nightjar \(file.version) is not what its manifest says; building it\n"))
        #expect(builds == 1)
    }

    @Test("without a manifest, or with a server that fails, it is built")
    func incomplete() throws {
        expect(bearer: true)
        #expect(try job("nightjar", "-e", "print 'one'").output == "one\n")
        #expect(builds == 1)
        try forget()
        server.change { $0.canRead = false }
        #expect(try job("nightjar", "-e", "print 'two'").output == "two\n")
        #expect(builds == 1)
    }
}
