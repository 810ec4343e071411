import Files
import Foundation
import TestSupport
import Testing

/// Publishing that is killed at any moment, and repeated as GitLab repeats a job.
@Suite(.enabled(if: Nightjar.executable != nil, "the command is not built"))
struct KillTests {
    #if os(Linux)
        @Test("killed at any moment and repeated: one complete version, no file twice")
        func campaign() throws {
            let kills = environmentVariable("NIGHTJAR_KILLS").flatMap { Int($0) } ?? 6
            let scratch = try ScratchDirectory()
            try Nightjar.makeKnownNetwork(in: scratch, metadata: #"{ data = "MNIST" }"#)
            _ = try scratch.write("metrics.json", #"{ "accuracy": 97.12, "images": 10000, "data": "MNIST" }"#)
            let server = try FakeGitLab()
            let arguments = [joinPath(Nightjar.root, "scripts/publish.lua"), "--metrics", "metrics.json"]
            func variables(_ round: Int, _ job: Int) -> [String: String] {
                JobTests.variables(server, pipeline: round, job: job).merging(["VERSION": "1.0.\(round)"]) { $1 }
            }
            // How long a whole one takes from its first request.
            var begin = Date()
            let whole = try Nightjar.run(
                program: Nightjar.executable ?? "", arguments, in: scratch.path, environment: variables(0, 1)
            ) { process in
                while process.isRunning && server.log.isEmpty { usleep(200) }
                begin = Date()
            }
            try #require(whole.status == 0, "\(whole.errors)")
            let span = Date().timeIntervalSince(begin)
            var (killed, incomplete) = (0, 0)
            for round in 1...max(1, kills) {
                let before = server.log.count
                let first = try Nightjar.run(
                    program: Nightjar.executable ?? "", arguments, in: scratch.path,
                    environment: variables(round, 2 * round)
                ) { process in
                    while process.isRunning && server.log.count == before { usleep(200) }
                    usleep(UInt32(Double.random(in: 0...span) * 1e6))
                    kill(process.processIdentifier, SIGKILL)
                }
                if first.status == 9 { killed += 1 }
                if !server.files.contains(where: { $0.version == "1.0.\(round)" && $0.name == "manifest.json" }) {
                    incomplete += 1
                }
                let second = try Nightjar.run(
                    program: Nightjar.executable ?? "", arguments, in: scratch.path,
                    environment: variables(round, 2 * round + 1))
                #expect(second.status == 0, "\(second.errors)")
                let names = server.files.filter { $0.package == "mnist-cnn" && $0.version == "1.0.\(round)" }.map(
                    \.name)
                #expect(names.sorted() == JobTests.files, "round \(round)")
                #expect(names.last == "manifest.json")
            }
            print("\(kills) rounds: \(killed) killed, \(incomplete) before the version was complete; all finished")
            #expect(killed > 0)
        }

        @Test("two that publish the same at once: one publishes, the other says who and finds it there")
        func race() throws {
            let scratch = try ScratchDirectory()
            try Nightjar.makeKnownNetwork(in: scratch, metadata: #"{ data = "MNIST" }"#)
            _ = try scratch.write("metrics.json", #"{ "accuracy": 97.12, "images": 10000, "data": "MNIST" }"#)
            let server = try FakeGitLab()
            // Long enough for the other to come in between.
            server.fail("PUT model.safetensors", .wait(2))
            let arguments = [joinPath(Nightjar.root, "scripts/publish.lua"), "--metrics", "metrics.json"]
            var other = Nightjar.Run()
            let one = try Nightjar.run(
                program: Nightjar.executable ?? "", arguments, in: scratch.path,
                environment: JobTests.variables(server, pipeline: 1, job: 1)
            ) { process in
                while process.isRunning && !server.log.contains("PUT model.safetensors") { usleep(1000) }
                other =
                    (try? Nightjar.run(
                        program: Nightjar.executable ?? "", arguments, in: scratch.path,
                        environment: JobTests.variables(server, pipeline: 2, job: 2))) ?? .init(status: -1)
            }
            #expect(one.status == 0, "\(one.errors)")
            #expect(other.status == 0, "\(other.errors)")
            #expect(one.output.contains("mnist-cnn 1.0.0 is published:\n"))
            #expect(
                other.output.contains(
                    "https://gitlab.example.com/group/app/-/jobs/1 is publishing mnist-cnn 1.0.0 since "),
                "\(other.output)")
            #expect(other.output.contains("mnist-cnn 1.0.0 is already published:\n"))
            #expect(server.names.sorted() == JobTests.files)
        }
    #endif
}
