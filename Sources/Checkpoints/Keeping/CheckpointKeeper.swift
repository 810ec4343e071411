import Files

/// Keeps the best model and the last ones of a training in files beside each other: "m.best.safetensors",
/// "m.epoch-7.safetensors".
public final class CheckpointKeeper {
    public let mode: BetterNumber
    /// How many of the last models are kept.
    public let last: Int
    private let stem: String
    private let ending: String

    /// A model that was the best when it came.
    public struct Best: Equatable, Sendable {
        /// What it was judged by.
        public let value: Double
        public let epoch: Int
        public let step: Int

        public init(value: Double, epoch: Int, step: Int) {
            self.value = value
            self.epoch = epoch
            self.step = step
        }
    }

    /// Which models are kept now.
    public struct State: Equatable, Sendable {
        public var best: Best?
        /// The epochs of the last ones, oldest first.
        public var epochs: [Int] = []

        public init() {}
    }

    public var state = State()

    /// - Parameter path: "m.safetensors"; the names of the files are made from it.
    public init(_ path: String, mode: BetterNumber, last: Int) {
        let name = baseName(path)
        let dot = name.utf8.lastIndex(of: UInt8(ascii: "."))
        ending = dot.map { String(name[$0...]) } ?? ""
        stem = String(path.utf8.dropLast(ending.utf8.count)) ?? path
        self.mode = mode
        self.last = last
    }

    /// The best model's place.
    public var bestPath: String { "\(stem).best\(ending)" }

    /// The place of the model of an epoch.
    public func path(epoch: Int) -> String { "\(stem).epoch-\(epoch)\(ending)" }

    /// Keeps a model, where it is the best so far or among the last, and removes the ones that it takes the place of.
    ///
    /// - Parameter write: writes it to a path.
    /// - Returns: whether it is the best so far.
    public func keep(_ value: Double, epoch: Int, step: Int, write: (String) throws -> Void) throws -> Bool {
        if last > 0 {
            try write(path(epoch: epoch))
            state.epochs = state.epochs.filter { $0 != epoch } + [epoch]
            while state.epochs.count > last { try removeFile(path(epoch: state.epochs.removeFirst())) }
        }
        guard mode.isBetter(value, than: state.best?.value) else { return false }
        try write(bestPath)
        state.best = Best(value: value, epoch: epoch, step: step)
        return true
    }
}
