import Host
import Lua
import Metrics
import Tensors

/// `nightjar.metrics`: what is counted after a run.
let metricsModule = HostModule(
    "metrics", doc: "Confusion matrices, means and percentiles.",
    types: [
        HostType(
            ConfusionMatrix.self, name: "Confusion",
            doc: "How often each class was taken for each; classes count from 0.", methods: confusionMethods)
    ],
    functions: [
        .function(
            "confusion", doc: "An empty confusion matrix.",
            arguments: [.integer("classes", "how many there are", min: 1, max: ConfusionMatrix.mostClasses)],
            returns: .object(ConfusionMatrix.self)
        ) { call in .object(try ConfusionMatrix(classes: call.integer("classes"))) },
        .function("mean", doc: "The mean of a list.", arguments: [.numbers("values")], returns: .number()) { call in
            .number(try mean(call.numbers("values")))
        },
        .function(
            "percentile",
            doc: "The value below which `p` percent of a list lie; between two values it is interpolated.",
            arguments: [.numbers("values"), .number("p", "50 gives the median", min: 0, max: 100)], returns: .number()
        ) { call in .number(try percentile(call.numbers("values"), call.number("p"))) },
    ])

private let confusionMethods: [HostMethod<ConfusionMatrix>] = [
    .method(
        "add", doc: "Counts predictions against labels: int64 tensors of one size, or lists of integers.",
        arguments: [classes("predicted"), classes("labels")], returns: .receiver
    ) { confusion, call in
        let predicted: Tensor? = try call.optionalObject("predicted")
        let labels: Tensor? = try call.optionalObject("labels")
        // Places in tensors count from 0, in Lua's lists from 1.
        let isTensor = predicted != nil && labels != nil
        // A view may have more elements than memory, so that they are counted before they are copied.
        if let predicted, let labels, predicted.count != labels.count {
            throw MetricsError("got \(predicted.count) predicted classes for \(labels.count) labels")
        }
        try confusion.add(
            predicted: predicted.map { try values($0, "predicted") } ?? call.integers("predicted"),
            labels: labels.map { try values($0, "labels") } ?? call.integers("labels")
        ) { isTensor ? "row \($0)" : "item \($0 + 1)" }
        return .receiver
    },
    .method("total", doc: "How many were added.", returns: .integer()) { confusion, _ in .integer(confusion.total) },
    .method("accuracy", doc: "The part that was right; nan before anything was added.", returns: .number()) {
        confusion, _ in .number(confusion.accuracy)
    },
    .method(
        "count", doc: "How often a class was taken for another.",
        arguments: [.integer("truth"), .integer("predicted")], returns: .integer()
    ) { confusion, call in
        .integer(
            confusion.count(
                truth: try index("truth", of: confusion, call), predicted: try index("predicted", of: confusion, call)))
    },
    .method(
        "recall", doc: "The part of a class's examples that was found; nan where there were none.",
        arguments: [.integer("class")], returns: .number()
    ) { confusion, call in .number(confusion.recall(try index("class", of: confusion, call))) },
    .method(
        "precision", doc: "The part of a class's predictions that was right; nan where there were none.",
        arguments: [.integer("class")], returns: .number()
    ) { confusion, call in .number(confusion.precision(try index("class", of: confusion, call))) },
    .method(
        "f1", doc: "The harmonic mean of a class's precision and recall; 0 where it was never right.",
        arguments: [.integer("class")], returns: .number()
    ) { confusion, call in
        .number(ClassScores(confusion).classes[try index("class", of: confusion, call)].f1)
    },
    .method(
        "scores",
        doc: """
            Precision, recall, F1 and the number of examples (support) of each class, their plain mean and that in which a \
            class counts as often as it has examples, as scikit-learn has them: what would be nothing of nothing is 0.
            """,
        returns: .custom("{ classes: table[], macro: table, weighted: table }", "class 0 is the first of the list")
    ) { confusion, _ in
        let scores = ClassScores(confusion)
        return .value(
            .table([
                (key: .string("classes"), value: .list(scores.classes.map(\.lua))),
                (key: .string("macro"), value: scores.macro.lua),
                (key: .string("weighted"), value: scores.weighted.lua),
            ]))
    },
    .method(
        "worst", doc: "The commonest mistakes, commonest first.", arguments: [.integer("n", min: 0, default: 10)],
        returns: .custom("{ truth: integer, predicted: integer, count: integer }[]")
    ) { confusion, call in
        .value(
            .list(
                confusion.worst(try call.integer("n")).map { mistake in
                    .table([
                        (key: .string("truth"), value: .integer(mistake.truth)),
                        (key: .string("predicted"), value: .integer(mistake.predicted)),
                        (key: .string("count"), value: .integer(mistake.count)),
                    ])
                }))
    },
    .metamethod(
        .tostring, doc: "A table with a row for each true class; of more than 50 the first and last five.",
        returns: .string()
    ) { confusion, _ in
        .string("\(confusion)")
    },
]

extension ClassScores.Scores {
    fileprivate var lua: LuaValue {
        .table([
            (key: .string("precision"), value: .number(precision)), (key: .string("recall"), value: .number(recall)),
            (key: .string("f1"), value: .number(f1)), (key: .string("support"), value: .integer(support)),
        ])
    }
}

private func classes(_ name: StaticString) -> Argument {
    .anyOf(name, "classes, counted from 0", of: [.object(Tensor.self), .integers])
}

/// A class that exists.
private func index(_ name: StaticString, of confusion: ConfusionMatrix, _ call: Call) throws -> Int {
    let index = try call.integer(name)
    guard (0..<confusion.classes).contains(index) else {
        throw call.badArgument(name, expected: "class from 0 to \(confusion.classes - 1)", got: "\(index)")
    }
    return index
}

/// How many elements of a tensor are taken at once.
private let mostValues = 1 << 24

/// The elements of a tensor of classes.
private func values(_ tensor: Tensor, _ name: String) throws -> [Int] {
    guard tensor.dtype == .int64 else {
        throw MetricsError("'\(name)' must hold classes as int64, which argmax gives; it holds \(tensor.dtype)")
    }
    guard tensor.count <= mostValues else {
        throw MetricsError("'\(name)' has \(tensor.count) classes; at most \(mostValues) are added at once")
    }
    return try tensor.withUnsafeBytes { bytes in bytes.bindMemory(to: Int64.self).map { Int($0) } }
}
