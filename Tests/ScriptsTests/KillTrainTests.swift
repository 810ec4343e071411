import Checkpoints
import Files
import Foundation
import TensorFiles
import TestSupport
import Testing

/// Training that is killed at any moment and resumed, compared bit by bit with one that was not interrupted.
@Suite(.enabled(if: Nightjar.executable != nil, "the command is not built"), .serialized)
struct KillTrainTests {
    private static let kills = environmentVariable("NIGHTJAR_TRAINING_KILLS").flatMap { Int($0) }
    /// The campaign is for the command as users build it.
    private static let command = (kills == nil ? nil : Nightjar.built) ?? Nightjar.executable ?? ""
    private static let arguments = [
        "--limit", "320", "--batch-size", "16", "--epochs", "3", "--log-interval", "1", "--save-interval", "0",
    ]

    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func train(
        _ folder: String, _ arguments: [String], threads: Int, meanwhile: (Process) -> Void = { _ in }
    ) throws -> Nightjar.Run {
        try Nightjar.run(
            program: Self.command, [TrainTests.script] + arguments, in: folder,
            environment: ["XDG_CACHE_HOME": scratch.file("cache"), "NIGHTJAR_NUM_THREADS": "\(threads)"],
            meanwhile: meanwhile)
    }

    /// All that a training leaves: the model's bytes, the state's tensors, the run's metrics.
    private struct Result: Equatable {
        let model: [UInt8]
        let state: [String]
        let metrics: [UInt8]

        init(_ folder: String) throws {
            let files = TrainingFiles(model: joinPath(folder, "model.safetensors"))
            model = try readFile(files.model)
            let state = try files.load()
            self.state =
                try (state.model + state.optimizer).map { "\($0.name) \(try $0.tensor.floatArray())" }.sorted()
                + ["\(state.generator) \(state.epoch) \(state.step)"]
            guard case .string(let run)? = state["state"]?["run"]?["folder"] else {
                metrics = []
                return
            }
            metrics = try readFile(joinPath(folder, joinPath(run, "metrics.csv")))
        }
    }

    @Test("killed at any moment and resumed, it ends with the same bits", arguments: [1, 2])
    func campaign(threads: Int) throws {
        let reference = scratch.file("reference")
        try makeDirectory(reference)
        let begin = Date()
        try #require(try train(reference, Self.arguments, threads: 1).status == 0)
        let span = Date().timeIntervalSince(begin)
        let wanted = try Result(reference)
        #expect(!wanted.metrics.isEmpty)
        var (killed, unsaved, again, reads) = (0, 0, 0, 0)
        for round in 1...max(1, Self.kills ?? 4) {
            let folder = scratch.file("round-\(round)")
            try makeDirectory(folder)
            let files = TrainingFiles(model: joinPath(folder, "model.safetensors"))
            /// Kills a training at a random moment, and reads what it saves until then.
            func cut(_ arguments: [String]) throws -> Bool {
                let end = Date().addingTimeInterval(Double.random(in: 0...span))
                let run = try train(folder, arguments, threads: threads) { process in
                    while Date() < end, process.isRunning {
                        if round % 2 == 0 { reads += read(files) } else { usleep(500) }
                    }
                    kill(process.processIdentifier, SIGKILL)
                }
                return run.status == SIGKILL
            }
            var isResumable = false
            for place in 0..<(round % 3 + 1) {
                if try cut(isResumable ? ["--resume"] : Self.arguments) {
                    killed += 1
                    if place > 0 { again += 1 }
                }
                isResumable = FileStatus(of: files.state) != nil
                if !isResumable { unsaved += 1 }
            }
            let last = try train(folder, isResumable ? ["--resume"] : Self.arguments, threads: threads)
            #expect(last.status == 0, "\(last.errors)")
            #expect(try Result(folder) == wanted, "round \(round), \(last.output.prefix(200))")
            let left = try directoryEntries(folder).filter { $0 != "runs" }
            #expect(left == ["model.safetensors", "model.training.safetensors"], "round \(round)")
            try FileManager.default.removeItem(atPath: folder)
        }
        print(
            "\(threads) threads: \(killed) kills, \(unsaved) before the first save, \(again) of resumed trainings; "
                + "\(reads) pairs read meanwhile; every training ended with the same bits")
        #expect(killed > 0)
    }

    /// Reads the pair as it is now, if there is one: model and state are of one moment.
    private func read(_ files: TrainingFiles) -> Int {
        guard FileStatus(of: files.model) != nil else { return 0 }
        do {
            let state = try files.load()
            let (tensors, metadata) = try SafeTensors.read(files.model)
            // The training may have saved in between.
            guard metadata["step"] == "\(state.step)" else { return 1 }
            let own = Dictionary(uniqueKeysWithValues: state.model.map { ($0.name, $0.tensor) })
            for (name, tensor) in tensors {
                #expect(try own[name]?.floatArray() == tensor.floatArray(), "\(name)")
            }
            return 1
        } catch {
            Issue.record(error)
            return 0
        }
    }
}
