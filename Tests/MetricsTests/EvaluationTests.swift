import Files
import JSON
import Metrics
import TestSupport
import Testing

@Suite("Evaluations of classifiers")
struct EvaluationTests {
    private let reference: JSONValue
    private let labels: [Int]
    private let logits: [[Double]]

    init() throws {
        reference = try JSONParser.parse(readFile(referencePath("metrics.json")))
        labels = reference["labels"]?.asArray?.compactMap(\.asInteger) ?? []
        logits = reference["logits"]?.asArray?.map { ($0.asArray ?? []).map(\.number) } ?? []
    }

    private func numbers(_ name: String) -> [Double] { reference[name]?.asArray?.map(\.number) ?? [] }

    private func isNear(_ one: [Double], _ other: [Double]) -> Bool {
        one.count == other.count && zip(one, other).allSatisfy { abs($0 - $1) <= 1e-12 * max(1, abs($1)) }
    }

    /// An evaluation of the reference's examples, in batches of some size.
    private func evaluation(_ rows: [[Double]], batch: Int = 30, kind: OutputKind? = nil) throws -> ClassifierEvaluation
    {
        let evaluation = try ClassifierEvaluation(classes: 6, kind: kind, mistakes: 10)
        for start in stride(from: 0, to: rows.count, by: batch) {
            let places = start..<min(start + batch, rows.count)
            try evaluation.add(outputs: rows[places].flatMap { $0 }, labels: Array(labels[places]))
        }
        return evaluation
    }

    @Test("Every figure is scikit-learn's", arguments: [1, 30, 200])
    func figures(batch: Int) throws {
        #expect(labels.count == 200)
        let found = try evaluation(logits, batch: batch)
        #expect(found.kind == .logits)
        #expect(
            isNear(
                [found.loss, found.confusion.accuracy],
                [reference["loss"], reference["accuracy"]].map { $0?.number ?? 0 }))
        #expect(isNear((1...5).map { found.topAccuracy($0) }, numbers("top")))
        #expect(found.topAccuracy(6) == 1)
        #expect(found.confusion.rows == reference["confusion"]?.asArray?.map { ($0.asArray ?? []).map(\.number) })
        let scores = ClassScores(found.confusion)
        #expect(isNear(scores.classes.map(\.precision), numbers("precision")))
        #expect(isNear(scores.classes.map(\.recall), numbers("recall")))
        #expect(isNear(scores.classes.map(\.f1), numbers("f1")))
        #expect(scores.classes.map { Double($0.support) } == numbers("support"))
        #expect(isNear([scores.macro.precision, scores.macro.recall, scores.macro.f1], numbers("macro")))
        #expect(isNear([scores.weighted.precision, scores.weighted.recall, scores.weighted.f1], numbers("weighted")))
        #expect(found.calibration.bins.map { Double($0.count) } == numbers("bins"))
        #expect(
            isNear(
                [found.calibration.error, found.calibration.greatestError],
                [reference["calibration_error"], reference["greatest_calibration_error"]].map { $0?.number ?? 0 }))
        #expect(found.mistakes.map { Double($0.index) } == numbers("mistakes"))
        #expect(isNear(found.mistakes.map(\.loss), numbers("mistake_losses")))
    }

    @Test("Probabilities and their logarithms give the same figures, and are recognised")
    func kinds() throws {
        let probabilities = logits.map { row -> [Double] in
            let powers = row.map { Self.exponential($0) }
            return powers.map { $0 / powers.reduce(0, +) }
        }
        let found = try evaluation(probabilities)
        #expect(found.kind == .probabilities)
        #expect(abs(found.loss - (reference["loss"]?.number ?? 0)) < 1e-9)
        let logarithms = probabilities.map { row in row.map { Self.logarithm($0) } }
        let same = try evaluation(logarithms)
        #expect(same.kind == .logProbabilities)
        #expect(abs(same.loss - found.loss) < 1e-9)
        #expect(same.confusion.rows == found.confusion.rows)
        #expect(OutputKind(of: [0.5, 0.5, 0.4, 0.4], classes: 2) == .logits)
        #expect(OutputKind(of: [0.5, 0.5, 1.2, -0.2], classes: 2) == .logits)
        #expect(OutputKind(of: [], classes: 2) == .logits)
        // What is said counts, whatever the outputs look like.
        #expect(try evaluation(probabilities, kind: .logits).kind == .logits)
    }

    @Test("What is no class changes nothing")
    func refusals() throws {
        let evaluation = try ClassifierEvaluation(classes: 3)
        #expect(throws: MetricsError("label 3 at row 1 is outside 0..2")) {
            try evaluation.add(outputs: [1, 2, 3, 1, 2, 3], labels: [0, 3])
        }
        #expect(throws: MetricsError("2 rows of 3 outputs expected for as many labels, got 5 outputs")) {
            try evaluation.add(outputs: [1, 2, 3, 1, 2], labels: [0, 1])
        }
        #expect(evaluation.total == 0)
        #expect(evaluation.loss.isNaN && evaluation.calibration.error.isNaN && evaluation.topAccuracy(1).isNaN)
    }

    @Test("Outputs that are not numbers are counted as such")
    func notNumbers() throws {
        let evaluation = try ClassifierEvaluation(classes: 2, mistakes: 2)
        try evaluation.add(outputs: [.nan, 1, .infinity, 0, 0, 1, 3, 0], labels: [1, 0, 0, 1])
        #expect(evaluation.loss.isNaN)
        #expect(evaluation.confusion.rows == [[1, 1], [2, 0]])
        #expect(evaluation.mistakes.map(\.index) == [0, 3])
        #expect(evaluation.calibration.bins.reduce(0) { $0 + $1.count } == 3)
    }

    @Test("A confidence at the end of a bin belongs to that bin")
    func bins() throws {
        let evaluation = try ClassifierEvaluation(classes: 2, kind: .probabilities, bins: 10)
        try evaluation.add(outputs: [0.7, 0.3, 1, 0, 0.5, 0.5], labels: [0, 0, 1])
        #expect(evaluation.calibration.bins.map(\.count) == [0, 0, 0, 0, 1, 0, 1, 0, 0, 1])
    }

    /// e to the power of a number, without a library: 2^k times a series.
    private static func exponential(_ x: Double) -> Double {
        let halved = x / 1024
        var (term, sum) = (1.0, 1.0)
        for n in 1...20 {
            term *= halved / Double(n)
            sum += term
        }
        return (0..<10).reduce(sum) { value, _ in value * value }
    }

    /// The logarithm by Newton's method.
    private static func logarithm(_ y: Double) -> Double {
        var x = Double(y.exponent) * 0.693147180559945
        for _ in 0..<60 { x += y / exponential(x) - 1 }
        return x
    }
}

extension JSONValue {
    fileprivate var number: Double {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: .nan
        }
    }
}
