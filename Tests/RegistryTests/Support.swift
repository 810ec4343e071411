import HTTP
import Synchronization
import TestSupport
import Testing

@testable import Registry

/// The description of what `work` throws.
func failure(_ work: () throws -> some Any) -> String {
    do {
        _ = try work()
        return "no error"
    } catch { return "\(error)" }
}

/// A clock whose waits take no time and are written down.
final class FakeClock: Sendable {
    private let state = Mutex<(now: Double, waits: [Double])>((0, []))

    var waits: [Double] { state.withLock { $0.waits } }

    var clock: RetryClock {
        RetryClock(
            now: { self.state.withLock { $0.now } },
            sleep: { seconds, _ in
                self.state.withLock {
                    $0.now += seconds
                    $0.waits.append(seconds)
                }
            },
            random: { 1 })
    }
}

/// What was reported.
private final class Lines: Sendable { let all = Mutex<[String]>([]) }

/// A fake server, a package of two files, and a publisher's options with a clock that does not wait.
struct Workshop {
    let server: FakeGitLab
    let clock = FakeClock()
    var options = PublishOptions()
    var package: Package
    var details: ManifestDetails? = ManifestDetails(created: "2026-01-31T12:00:00Z", tool: "nightjar 1")
    var kind = Credential.Kind.job
    private let events = Lines()

    init(_ change: (inout FakeGitLab.Settings) -> Void = { _ in }) throws {
        server = try FakeGitLab(change)
        package = try Package(
            name: "mnist-cnn", version: "1.0.0",
            files: [PackageFile("model.bin", .text("weights")), PackageFile("INSTRUCTION.md", .text("# How"))])
        options.clock = clock.clock
    }

    /// Seconds without a byte, and without an answer, that requests wait.
    var patience = 0.5

    /// The server's project. What was learnt of it is forgotten each time.
    var registry: GitLabRegistry {
        get throws {
            var registry = try GitLabRegistry(
                api: server.url, project: "group/app",
                credential: Credential(kind, server.state.withLock { $0.settings.token }, source: "THE_TOKEN"))
            registry.client.stallTimeout = patience
            registry.client.answerTimeout = patience
            registry.client.isCancelled = options.isCancelled
            registry.clock = clock.clock
            return registry
        }
    }

    @discardableResult
    func publish() throws -> PublishReport {
        try package.measured(manifest: details).publish(to: registry, options: options) { event in
            if let line = event.line { events.all.withLock { $0.append(line) } }
        }
    }

    var lines: [String] { events.all.withLock { $0 } }

    var all: [String] { ["model.bin", "INSTRUCTION.md", "manifest.json"] }
}
