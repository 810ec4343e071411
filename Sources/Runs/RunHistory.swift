import Files

/// What a run has logged so far, read from `metrics.csv`; the run may go on meanwhile.
public struct RunHistory: Sendable {
    /// The numbers of one name, in the order in which they were logged.
    public struct Curve: Sendable {
        public let name: String
        public fileprivate(set) var steps: [Double] = []
        public fileprivate(set) var values: [Double] = []
    }

    /// By the columns of the table. A line that is not complete, which a writer was killed over, is left out.
    public let curves: [Curve]
    /// The last step, 0 before the first.
    public let lastStep: Int

    /// - Throws: `FileError` where the table cannot be read or has more than 1 GiB, `RunError` where it is none.
    public init(folder: String) throws {
        let path = RunFiles.metrics(folder)
        try self.init(readFile(path, limit: 1 << 30), path: path)
    }

    init(_ text: [UInt8], path: String) throws {
        var rest = text[...]
        /// What follows the last newline is no line yet.
        func nextLine() -> ArraySlice<UInt8>? {
            guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            defer { rest = rest[(end + 1)...] }
            return rest[..<end]
        }
        let names = nextLine().map { CSV.fields(of: String(decoding: $0, as: UTF8.self)) } ?? []
        guard names.first == "step", names.count <= mostColumns + 1 else {
            throw RunError("'\(path)' is no table of a run: its first line does not begin with 'step'")
        }
        var curves = names.dropFirst().map { Curve(name: $0) }
        var lastStep = 0
        while let line = nextLine() {
            let cells = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            guard cells.count == names.count, let step = Int(String(decoding: cells[0], as: UTF8.self)),
                (0...Run.lastStep).contains(step)
            else { continue }
            lastStep = max(lastStep, step)
            for (place, cell) in cells.dropFirst().enumerated() where !cell.isEmpty {
                guard let value = Double(String(decoding: cell, as: UTF8.self)) else { continue }
                curves[place].steps.append(Double(step))
                curves[place].values.append(value)
            }
        }
        self.curves = curves
        self.lastStep = lastStep
    }
}

/// Which of two numbers of a name is the better one.
public enum Direction: String, Sendable {
    case lower, higher

    /// As the name says: an accuracy is better higher, a loss lower; nil where the name says nothing, as for a rate.
    public init?(of name: String) {
        let words = name.lowercased().split { !$0.isLetter && !$0.isNumber }
        let high = [
            "acc", "f1", "precision", "recall", "auc", "iou", "map", "bleu", "psnr", "ssim", "r2", "score", "top",
        ]
        let low = ["loss", "err", "perplexity", "ppl", "mse", "mae", "rmse", "nll", "ece"]
        if words.contains(where: { word in low.contains { word.hasPrefix($0) } || word.hasSuffix("loss") }) {
            self = .lower
        } else if words.contains(where: { word in high.contains { word.hasPrefix($0) } }) {
            self = .higher
        } else {
            return nil
        }
    }

    public func isBetter(_ one: Double, than other: Double) -> Bool { self == .lower ? one < other : one > other }
}

extension RunHistory.Curve {
    /// The last number; nil where there is none.
    public var last: Double? { values.last }

    /// The best number and its step, of several equal ones the first; numbers that are none do not count.
    public func best(_ direction: Direction) -> (value: Double, step: Int)? {
        var best: (value: Double, step: Int)?
        for (step, value) in zip(steps, values) where !value.isNaN {
            if let found = best, !direction.isBetter(value, than: found.value) { continue }
            best = (value, Int(step))
        }
        return best
    }
}
