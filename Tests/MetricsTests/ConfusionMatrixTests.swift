import Metrics
import Testing

@Suite("Confusion matrix")
struct ConfusionMatrixTests {
    private func place(_ index: Int) -> String { "row \(index)" }

    private func example() throws -> ConfusionMatrix {
        let matrix = try ConfusionMatrix(classes: 3)
        try matrix.add(predicted: [0, 1, 2, 1, 1, 0], labels: [0, 0, 2, 1, 0, 2], place: place)
        return matrix
    }

    @Test("Pairs are counted")
    func counts() throws {
        let matrix = try example()
        #expect(matrix.classes == 3 && matrix.total == 6 && matrix.accuracy == 0.5)
        #expect(matrix.count(truth: 0, predicted: 1) == 2)
        #expect(matrix.count(truth: 1, predicted: 0) == 0)
        #expect(matrix.recall(2) == 0.5 && matrix.precision(2) == 1)
        #expect(abs(matrix.precision(1) - 1.0 / 3) < 1e-15)
    }

    @Test("Without examples the parts are NaN")
    func empty() throws {
        let matrix = try ConfusionMatrix(classes: 2)
        #expect(matrix.total == 0 && matrix.accuracy.isNaN && matrix.recall(0).isNaN && matrix.precision(1).isNaN)
        #expect(matrix.worst(3) == [])
        #expect(throws: MetricsError("a confusion matrix of 1 to 10000 classes expected, got 0")) {
            try ConfusionMatrix(classes: 0)
        }
    }

    @Test("The commonest mistakes come first, equally common ones by class")
    func worst() throws {
        let matrix = try example()
        try matrix.add(predicted: [1], labels: [2], place: place)
        let all = matrix.worst(10).map { [$0.truth, $0.predicted, $0.count] }
        #expect(all == [[0, 1, 2], [2, 0, 1], [2, 1, 1]])
        #expect(matrix.worst(1).count == 1 && matrix.worst(0).isEmpty)
    }

    @Test("An addition that fails counts nothing")
    func refusals() throws {
        let matrix = try example()
        #expect(throws: MetricsError("predicted class 3 at row 1 is outside 0..2")) {
            try matrix.add(predicted: [0, 3], labels: [0, 0], place: place)
        }
        #expect(throws: MetricsError("label -1 at row 0 is outside 0..2")) {
            try matrix.add(predicted: [0], labels: [-1], place: place)
        }
        #expect(throws: MetricsError("got 1 predicted classes for 2 labels")) {
            try matrix.add(predicted: [0], labels: [0, 1], place: place)
        }
        #expect(matrix.total == 6)
    }

    @Test("The table has a row for each true class")
    func table() throws {
        #expect(
            try "\(example())" == #"""
                truth \ predicted  0  1  2
                                0  1  2  0
                                1  0  1  0
                                2  1  0  1
                """#)
    }

    @Test("Of many classes the first and last are shown, and no memory is taken for the others")
    func many() throws {
        let matrix = try ConfusionMatrix(classes: 10_000)
        try matrix.add(predicted: [0, 9_999, 5_000, 1], labels: [0, 1, 5_000, 9_999], place: place)
        #expect(
            "\(matrix)" == #"""
                truth \ predicted     0     1     2     3     4   ...  9995  9996  9997  9998  9999
                                0     1     0     0     0     0   ...     0     0     0     0     0
                                1     0     0     0     0     0   ...     0     0     0     0     1
                                2     0     0     0     0     0   ...     0     0     0     0     0
                                3     0     0     0     0     0   ...     0     0     0     0     0
                                4     0     0     0     0     0   ...     0     0     0     0     0
                              ...   ...   ...   ...   ...   ...   ...   ...   ...   ...   ...   ...
                             9995     0     0     0     0     0   ...     0     0     0     0     0
                             9996     0     0     0     0     0   ...     0     0     0     0     0
                             9997     0     0     0     0     0   ...     0     0     0     0     0
                             9998     0     0     0     0     0   ...     0     0     0     0     0
                             9999     0     1     0     0     0   ...     0     0     0     0     0
                (10000 classes, of which the first and last are shown)
                """#)
        #expect(matrix.accuracy == 0.5 && matrix.recall(5_000) == 1)
        #expect(throws: MetricsError.self) { try ConfusionMatrix(classes: .max) }
        #expect(try "\(ConfusionMatrix(classes: 50))".split(separator: "\n").count == 51)
        #expect(try "\(ConfusionMatrix(classes: 51))".split(separator: "\n").count == 13)
    }

    @Test("The number of mistakes asked for may be any")
    func extremeCounts() throws {
        #expect(try example().worst(.max).count == 2)
        #expect(try example().worst(.min).isEmpty)
    }
}
