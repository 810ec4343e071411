import Checkpoints
import Files
import Synchronization
import TensorFiles
import Tensors
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@Suite("writes that fail or meet readers")
struct FailedWriteTests {
    let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    @Test("a directory that is missing or none at all")
    func noDirectory() throws {
        let model = try tutorialModel()
        let missing = scratch.file("none/model.safetensors")
        #expect(
            failure { try Checkpoint.saveModel(model, to: missing) }
                == "cannot write '\(missing)': No such file or directory")
        try writeFile(scratch.file("file"), "content")
        let below = scratch.file("file/model.safetensors")
        #expect(failure { try Checkpoint.saveModel(model, to: below) } == "cannot write '\(below)': Not a directory")
        #expect(try readText(scratch.file("file")) == "content")
        #expect(
            failure { _ = try SafeTensors.read(scratch.file("none")) }
                == "cannot open '\(scratch.file("none"))': No such file or directory")
    }

    @Test("a directory where the file should be")
    func directoryInPlace() throws {
        let path = scratch.file("model.safetensors")
        try makeDirectory(path)
        defer { rmdir(path) }
        #expect(
            failure { try Checkpoint.saveModel(try tutorialModel(), to: path) }
                == "cannot write '\(path)': Is a directory")
        #expect(failure { _ = try SafeTensors.read(path) } == "cannot read '\(path)': Is a directory")
        #expect(scratch.names == ["model.safetensors"])
    }

    @Test("a directory that may not be written")
    func noPermission() throws {
        let path = scratch.file("model.safetensors")
        try Checkpoint.saveModel(try tutorialModel(1), to: path)
        chmod(scratch.path, 0o500)
        defer { chmod(scratch.path, 0o700) }
        // For root every directory can be written; nothing is to be seen then.
        guard access(scratch.path, W_OK) != 0 else { return }
        #expect(
            failure { try Checkpoint.saveModel(try tutorialModel(2), to: path) }
                == "cannot write '\(path)': Permission denied")
        #expect(try SafeTensorsFile(path).tensor("fc2.bias").floatArray().allSatisfy { $0 == 1 })
    }

    @Test("a write that the system cuts short leaves the old file and nothing beside it")
    func cutShort() async {
        // A process of its own: the limit on the size of files is one for the whole process.
        await #expect(processExitsWith: .success) {
            let scratch = try ScratchDirectory()
            let path = scratch.file("model.safetensors")
            try Checkpoint.saveModel(try tutorialModel(1), to: path)
            let before = try readFile(path)
            signal(SIGXFSZ, SIG_IGN)
            #if canImport(Glibc)
                let resource = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
            #else
                let resource = RLIMIT_FSIZE
            #endif
            var unlimited = rlimit()
            #expect(getrlimit(resource, &unlimited) == 0)
            // From the first byte to the last but one, header included.
            for size in [0, 1, 100, before.count / 2, before.count - 1] {
                var limited = unlimited
                limited.rlim_cur = rlim_t(size)
                #expect(setrlimit(resource, &limited) == 0)
                let message = failure { try Checkpoint.saveModel(try tutorialModel(2), to: path) }
                // Before anything is expected: a failure has to be written too.
                let lifted = setrlimit(resource, &unlimited)
                #expect(lifted == 0)
                #expect(message == "cannot write '\(path)': File too large")
                #expect(try readFile(path) == before)
                #expect(scratch.names == ["model.safetensors"])
            }
            try Checkpoint.saveModel(try tutorialModel(2), to: path)
            #expect(try readFile(path) != before)
        }
    }

    @Test("a full disk leaves the old file and nothing beside it", .enabled(if: SmallDisk.path != nil))
    func fullDisk() throws {
        let path = joinPath(try #require(SmallDisk.path), "model.safetensors")
        defer { unlink(path) }
        try Checkpoint.saveModel(try tutorialModel(1), to: path)
        let before = try readFile(path)
        let large: [NamedTensor] = [("large", try Tensor.zeros([4 << 20]))]
        #expect(
            failure { try Checkpoint.saveModel(large, to: path) } == "cannot write '\(path)': No space left on device")
        #expect(try readFile(path) == before)
        #expect(try expandGlob(joinPath(directoryName(path), "*")) == [path])
    }

    @Test("a reader never sees half a file while it is replaced 300 times")
    func concurrentReader() async throws {
        let path = scratch.file("model.safetensors")
        try Checkpoint.saveModel(try tutorialModel(0), to: path)
        let progress = Progress()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { progress.noteFailure { try replace(path, progress) } }
            group.addTask { progress.noteFailure { try readAgainAndAgain(path, progress) } }
        }
        #expect(scratch.names == ["model.safetensors"])
        #expect(try SafeTensorsFile(path).tensor("conv1.bias").floatArray().allSatisfy { $0 >= 300 })
    }

    @Test("writing and reading hold no second copy of the tensors")
    func memory() async {
        // A process of its own: other tests take memory too.
        await #expect(processExitsWith: .success) {
            let scratch = try ScratchDirectory()
            let path = scratch.file("large.safetensors")
            let large = [(name: "large", tensor: try Tensor.ones([64, 1 << 18]))]
            let before = peakMemory()
            try SafeTensors.write(large, to: path)
            #expect(peakMemory() - before < 16 << 20)
            let count = try SafeTensorsFile(path).tensor("large").count
            #expect(count == 1 << 24)
            // The one that was read, and little more.
            #expect(peakMemory() - before < 80 << 20)
        }
    }

    @Test("a link keeps pointing where it did")
    func link() throws {
        try SafeTensors.write([], to: scratch.file("target"))
        #expect(symlink("target", scratch.file("link")) == 0)
        try SafeTensors.write([("a", try Tensor.ones([1]))], to: scratch.file("link"))
        #expect(try SafeTensors.read(scratch.file("target")).tensors.count == 1)
    }
}

/// How far a writer and a reader are that run beside each other.
private final class Progress: Sendable {
    let isOver = Atomic(false)
    let reads = Atomic(0)

    /// Records a failure and lets the other side end too.
    func noteFailure(_ body: () throws -> Void) {
        do {
            try body()
        } catch {
            Issue.record(error)
            isOver.store(true, ordering: .releasing)
        }
    }
}

/// Replaces a model 300 times, and on until it has been read a few times.
private func replace(_ path: String, _ progress: Progress) throws {
    var round = 0
    while !progress.isOver.load(ordering: .acquiring) {
        round += 1
        try Checkpoint.saveModel(try tutorialModel(Double(round)), to: path)
        if round >= 300 && progress.reads.load(ordering: .acquiring) >= 20 { break }
    }
    progress.isOver.store(true, ordering: .releasing)
}

/// Reads a model until the writer is done; all its numbers must be from one moment.
private func readAgainAndAgain(_ path: String, _ progress: Progress) throws {
    while !progress.isOver.load(ordering: .acquiring) {
        let (tensors, _) = try SafeTensors.read(path)
        #expect(tensors.count == 8)
        let values = try tensors.reduce(into: Set<Float>()) { $0.formUnion(try $1.tensor.floatArray()) }
        #expect(values.count == 1)
        progress.reads.add(1, ordering: .acquiringAndReleasing)
    }
}

/// A file system of at most 16 MB that is empty and writable, where the tests' machine has one
/// (`mount -t tmpfs -o size=1m tmpfs DIR`, and DIR in NIGHTJAR_SMALL_DISK).
private enum SmallDisk {
    static let path = environmentVariable("NIGHTJAR_SMALL_DISK")
}
