import Host
import Lua
import Metrics
import Networks
import Tensors

/// The part of `nightjar.metrics` that judges classifiers by their outputs.
let evaluationModule = HostModule(
    "metrics", doc: "All figures of a classifier at once.",
    types: [
        HostType(
            ScriptEvaluation.self, name: "Evaluation",
            doc: "All that is counted of a classifier's outputs on examples whose classes are known.",
            bytes: { $0.heldBytes }, methods: evaluationMethods)
    ],
    functions: [
        .function(
            "evaluation", doc: "An empty evaluation, to which batches of outputs and labels are added.",
            arguments: [.integer("classes", "how many there are", min: 1, max: ConfusionMatrix.mostClasses)],
            options: evaluationOptions, returns: .object(ScriptEvaluation.self)
        ) { call in .object(try ScriptEvaluation(classes: call.integer("classes"), call)) },
        .function(
            "evaluate",
            doc: """
                Runs a network over one pass of a loader, without gradients and, where it is a module, switched to \
                evaluation, and counts its outputs. Random numbers are afterwards as they were.
                """,
            arguments: [
                .any("network", "a module, a plan or a function that gives outputs [n, classes] for inputs"),
                .any("loader", "what has batches() with a step, inputs and labels [n]"),
            ], options: evaluationOptions, returns: .object(ScriptEvaluation.self)
        ) { call in
            .object(
                try evaluateBatches(call, network: call.index("network"), loader: call.index("loader")) {
                    try ScriptEvaluation(classes: $0, call)
                })
        },
    ])

private let evaluationOptions: [Argument] = [
    .choice(
        "outputs",
        "what the outputs are. By `auto` they are probabilities where the first batch has nothing below 0 and rows that add "
            + "up to 1 (to a thousandth), log-probabilities where it has nothing above 0 and the exponentials do, and "
            + "otherwise logits",
        of: ["auto"] + OutputKind.allCases.map(\.rawValue), default: "auto"),
    .integer("bins", "of the calibration", min: 1, max: Calibration.mostBins, default: 15),
    .integer("mistakes", "how many of the worst are kept", min: 0, max: 10_000, default: 25),
]

/// An evaluation as scripts hold it: with the inputs that were mistaken, if they were given.
final class ScriptEvaluation {
    let evaluation: ClassifierEvaluation
    private(set) var inputs: [Int: Tensor] = [:]

    init(classes: Int, bins: Int, mistakes: Int) throws {
        evaluation = try ClassifierEvaluation(classes: classes, bins: bins, mistakes: mistakes)
    }

    /// One as a call's options say.
    init(classes: Int, _ call: Call) throws {
        evaluation = try ClassifierEvaluation(
            classes: classes, kind: OutputKind(rawValue: call.string("outputs")), bins: call.integer("bins"),
            mistakes: call.integer("mistakes"))
    }

    var heldBytes: Int { inputs.values.reduce(0) { $0 + $1.count * $1.dtype.size } }

    /// Counts a batch. - Parameter inputs: of which those are copied that are among the worst mistakes.
    func add(outputs: Tensor, labels: Tensor, inputs batch: Tensor? = nil) throws {
        guard outputs.dim == 2, outputs.shape[1] == evaluation.confusion.classes, outputs.count <= mostOutputs else {
            throw MetricsError("outputs [n, \(evaluation.confusion.classes)] expected, got \(outputs.shape)")
        }
        guard labels.dim == 1, labels.count == outputs.shape[0], !labels.dtype.isFloatingPoint else {
            throw MetricsError(
                "labels [\(outputs.shape[0])] that are integers expected, got \(labels.dtype) \(labels.shape)")
        }
        if let batch, batch.dim == 0 || batch.shape[0] != labels.count {
            throw MetricsError("inputs with \(labels.count) rows expected, got \(batch.shape)")
        }
        let first = evaluation.total
        try evaluation.add(
            outputs: elements(outputs), labels: elements(labels).map { Int(exactly: $0) ?? Int.max })
        let kept = Set(evaluation.mistakes.map(\.index))
        inputs = inputs.filter { kept.contains($0.key) }
        guard let batch else { return }
        for index in kept where index >= first {
            inputs[index] = try GradMode.set(false) { try batch.select(0, index - first).clone() }
        }
    }
}

/// The most outputs of a batch.
private let mostOutputs = 1 << 26

private let evaluationMethods: [HostMethod<ScriptEvaluation>] = [
    .method(
        "add", doc: "Counts a batch; a label that is no class is an error, and nothing of the batch is counted.",
        arguments: [.object("outputs", Tensor.self, "[n, classes]"), .object("labels", Tensor.self, "[n], from 0")],
        options: [
            .object("inputs", Tensor.self, "what the outputs are for, to be kept for the worst mistakes").optional
        ], returns: .receiver
    ) { evaluation, call in
        try evaluation.add(
            outputs: call.object("outputs"), labels: call.object("labels"), inputs: call.optionalObject("inputs"))
        return .receiver
    },
    .method("total", doc: "How many examples were added.", returns: .integer()) { evaluation, _ in
        .integer(evaluation.evaluation.total)
    },
    .method(
        "outputs", doc: "What the outputs are: logits, log_probabilities or probabilities; nil before the first.",
        returns: .string().orNil
    ) { evaluation, _ in evaluation.evaluation.kind.map { .string($0.rawValue) } ?? .nil },
    .method(
        "loss", doc: "The mean of minus the logarithm of the true class's probability; nan before anything was added.",
        returns: .number()
    ) { evaluation, _ in .number(evaluation.evaluation.loss) },
    .method("accuracy", doc: "The part that was right; nan before anything was added.", returns: .number()) {
        evaluation, _ in .number(evaluation.evaluation.confusion.accuracy)
    },
    .method(
        "top_k", doc: "The part whose true class is among the k likeliest.",
        arguments: [.integer("k", min: 1)], returns: .number()
    ) { evaluation, call in .number(evaluation.evaluation.topAccuracy(try call.integer("k"))) },
    .method("confusion", doc: "The confusion matrix.", returns: .object(ConfusionMatrix.self)) { evaluation, _ in
        .object(evaluation.evaluation.confusion)
    },
    .method(
        "calibration",
        doc: """
            Whether it is as often right as it says: the expected calibration error (Guo et al., 2017), the greatest of a \
            bin, and the bins, of which those without a prediction have neither confidence nor accuracy.
            """,
        returns: .custom(
            "{ error: number, greatest_error: number, bins: { low: number, high: number, count: integer, confidence: "
                + "number?, accuracy: number? }[] }")
    ) { evaluation, _ in .value(evaluation.evaluation.calibration.lua) },
    .method(
        "mistakes", doc: "The mistakes with the highest loss, highest first.",
        returns: .custom(
            "{ index: integer, truth: integer, predicted: integer, confidence: number, loss: number, input: Tensor? }[]",
            "index: which of the examples it was, from 0; input: as it was added")
    ) { evaluation, _ in
        .value(
            .list(
                evaluation.evaluation.mistakes.map { mistake in
                    .table([
                        (key: .string("index"), value: .integer(mistake.index)),
                        (key: .string("truth"), value: .integer(mistake.truth)),
                        (key: .string("predicted"), value: .integer(mistake.predicted)),
                        (key: .string("confidence"), value: .number(mistake.confidence)),
                        (key: .string("loss"), value: .number(mistake.loss)),
                        (key: .string("input"), value: evaluation.inputs[mistake.index].map { .object($0) } ?? .nil),
                    ])
                }))
    },
]

extension Calibration {
    fileprivate var lua: LuaValue {
        .table([
            (key: .string("error"), value: .number(error)),
            (key: .string("greatest_error"), value: .number(greatestError)),
            (
                key: .string("bins"),
                value: .list(
                    bins.map { bin in
                        .table(
                            [
                                (key: .string("low"), value: .number(bin.low)),
                                (key: .string("high"), value: .number(bin.high)),
                                (key: .string("count"), value: .integer(bin.count)),
                            ]
                                + (bin.count == 0
                                    ? []
                                    : [
                                        (key: .string("confidence"), value: .number(bin.confidence)),
                                        (key: .string("accuracy"), value: .number(bin.accuracy)),
                                    ]))
                    })
            ),
        ])
    }
}
