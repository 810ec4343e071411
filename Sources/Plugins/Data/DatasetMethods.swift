import Datasets
import Host
import Lua
import Tensors

/// What every data set of Swift can do in a script.
func datasetMethods<Set: Dataset & SendableMetatype>(of type: Set.Type) -> [HostMethod<Set>] {
    [
        .metamethod(.length, doc: "How many samples there are.", returns: .integer()) { dataset, call in
            .integer(try call.withCallbacks { try dataset.count })
        },
        .method("count", doc: "How many samples there are.", returns: .integer()) { dataset, call in
            .integer(try call.withCallbacks { try dataset.count })
        },
        .method(
            "get", doc: "The values of one sample.", arguments: [.integer("index", "from 0", min: 0)],
            returns: .custom("any", "and so on")
        ) { dataset, call in
            .elements(try call.withCallbacks { try dataset.sample(at: call.integer("index")) })
        },
    ]
}

/// Data sets made of others.
let composedDatasetTypes: [HostType] = [
    HostType(
        TensorDataset.self, name: "TensorDataset", doc: "The rows of tensors, side by side.",
        methods: datasetMethods(of: TensorDataset.self)),
    HostType(
        Subset.self, name: "Subset", doc: "Some samples of a data set.",
        methods: datasetMethods(of: Subset.self) + [
            .method("indices", doc: "Where its samples stand in the whole set, from 0.", returns: .integers()) {
                subset, _ in .integers(subset.indices)
            }
        ]),
    HostType(
        ConcatDataset.self, name: "ConcatDataset", doc: "Data sets one after the other.",
        methods: datasetMethods(of: ConcatDataset.self)),
]

let composedDatasetFunctions: [HostFunction] = [
    .function(
        "TensorDataset", doc: "A data set of the rows of tensors: sample i is row i of each.",
        arguments: [.rest(objects: "tensors", Tensor.self, "with as many rows each")],
        returns: .object(TensorDataset.self)
    ) { call in .object(try TensorDataset(call.objects("tensors"))) },
    .function(
        "Subset", doc: "The samples of a data set at some indices, in that order.",
        arguments: [datasetArgument, .integers("indices", "from 0")], returns: .object(Subset.self)
    ) { call in
        let (dataset, indices) = (try call.dataset("dataset"), try call.integers("indices"))
        let count = try call.withCallbacks { try dataset.count }
        for index in indices where index < 0 || index >= count {
            throw call.badArgument("indices", expected: "indices in 0..<\(count)", got: "\(index)")
        }
        return .object(Subset(dataset, indices))
    },
    .function(
        "ConcatDataset", doc: "Data sets one after the other.",
        arguments: [.rest(values: "datasets", "one after another, or a list of them")],
        returns: .object(ConcatDataset.self)
    ) { call in .object(try call.withCallbacks { try ConcatDataset(datasets(call)) }) },
    .function(
        "random_split",
        doc: "Parts of a data set, drawn at random: PyTorch's for the same seed.",
        arguments: [
            datasetArgument,
            .numbers("lengths", "which add up to the number of samples, or fractions that add up to 1"),
        ], returns: .custom("Dataset[]")
    ) { call in
        let dataset = try call.dataset("dataset")
        let lengths = try lengths(call, of: call.withCallbacks { try dataset.count })
        if let digits = dataset as? DigitSet {
            return .objects(try digits.randomSplit(lengths, generator: call.generator))
        }
        return .objects(
            try call.withCallbacks { try randomSplit(dataset, lengths: lengths, generator: call.generator) })
    },
]

/// "A data set" among arguments; `call.dataset("dataset")`.
let datasetArgument: Argument = .any("dataset", "one of this module, or an object with a length and get(self, index)")

/// Data sets as arguments one after another, or in one list.
private func datasets(_ call: Call) throws -> [any Dataset] {
    let (state, range) = (call.state, try call.rest("datasets"))
    try state.reserve(4)
    func dataset(at index: Int32, _ position: Int) throws -> any Dataset {
        guard let found = try call.dataset(at: index) else {
            throw call.badArgument(
                "datasets", expected: "data sets", got: "\(state.typeName(at: index)) as item \(position)")
        }
        return found
    }
    guard range.count == 1, state.isTable(at: range.lowerBound), state.rawCount(at: range.lowerBound) > 0 else {
        return try range.enumerated().map { try dataset(at: $1, $0 + 1) }
    }
    return try (1...state.rawCount(at: range.lowerBound)).map { position in
        state.pushItem(position, of: range.lowerBound)
        defer { state.pop() }
        return try dataset(at: state.top, position)
    }
}

/// Lengths as they were given, or as fractions stand for them.
private func lengths(_ call: Call, of count: Int) throws -> [Int] {
    let numbers = try call.numbers("lengths")
    let total = numbers.reduce(0, +)
    // PyTorch's test, which takes {1} for all of the set, too.
    if total <= 1, total >= 1 - 1e-9 { return try Datasets.lengths(ofFractions: numbers, of: count) }
    return try numbers.map { number in
        guard let length = Int(exactly: number) else {
            throw call.badArgument(
                "lengths", expected: "integers that add up to \(count), or fractions that add up to 1",
                got: numbers.map { "\($0)" }.joined(separator: ", "))
        }
        return length
    }
}
