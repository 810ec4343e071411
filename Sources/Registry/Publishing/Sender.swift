import HTTP
import Synchronization

/// Sends files of one version to a registry, several at a time.
final class Sender: Sendable {
    private let registry: any PackageRegistry
    private let name: PackageName
    private let version: PackageVersion
    private let retrying: Retrier
    private let isStopped = Atomic<Bool>(false)

    /// What a file came to.
    enum News: Sendable {
        case event(PublishEvent)
        /// It is there. How long it took, in seconds.
        case done(PackageFileName, seconds: Double)
        case failed(PackageFileName, any Error)
    }

    init(_ registry: any PackageRegistry, _ package: Package, _ retrying: Retrier) {
        self.registry = registry
        name = package.name
        version = package.version
        self.retrying = retrying
    }

    /// Begins no further file.
    func stop() { isStopped.store(true, ordering: .relaxed) }

    /// Sends files. What becomes of each is told on the calling thread; after a failure no further file begins.
    func send(_ files: [MeasuredFile], threads: Int, hear: @escaping (News) -> Void) {
        isStopped.store(false, ordering: .relaxed)
        inParallel(files, threads: threads, hear: hear) { file, tell in
            guard !self.isStopped.load(ordering: .relaxed) else { return }
            do {
                let start = self.retrying.clock.now()
                try self.send(file) { tell(.event($0)) }
                tell(.done(file.name, seconds: self.retrying.clock.now() - start))
            } catch {
                self.stop()
                tell(.event(.failed(file: file.name.text)))
                tell(.failed(file.name, error))
            }
        }
    }

    private func send(_ file: MeasuredFile, tell: @escaping (PublishEvent) -> Void) throws {
        let text = file.name.text
        tell(.sending(file: text, size: file.size))
        try retrying(tell: tell) { attempt in
            // The lost attempt may have succeeded; sending again would add the file a second time.
            if attempt > 1, let found = try registry.files(of: name, version, wanted: [file.name])?[text],
                let isSame = found.isSame(as: file)
            {
                if isSame { return }
                throw RegistryError(
                    .conflict,
                    "'\(file.name)' came into \(name) \(version) with other content meanwhile: \(describe(found))")
            }
            _ = try registry.put(file, in: name, version) {
                tell(.progress(file: text, sent: $0.done, size: file.size))
            }
        }
        tell(.sent(file: text))
    }
}
