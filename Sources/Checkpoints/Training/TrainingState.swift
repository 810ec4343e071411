import Files
import JSON
import TensorFiles
import Tensors

/// Everything that training needs to go on as if it had not stopped.
public struct TrainingState {
    /// The network's parameters and buffers by their names in its state dict.
    public var model: [NamedTensor]
    /// What the optimiser remembers: "0.momentum_buffer".
    public var optimizer: [NamedTensor]
    /// The words of the random number generator (`Generator.snapshot`).
    public var generator: [UInt32]
    /// Epochs that are complete.
    public var epoch: Int
    /// Steps that are complete, over all epochs.
    public var step: Int
    /// What is kept with the model, too.
    public var metadata: [String: String]
    /// What else the training wants back, by names: options, positions of loaders, the best so far.
    public var values: [(name: String, value: StateValue)]

    public init(
        model: [NamedTensor], optimizer: [NamedTensor] = [], generator: [UInt32], epoch: Int = 0, step: Int = 0,
        metadata: [String: String] = [:], values: [(name: String, value: StateValue)] = []
    ) {
        self.model = model
        self.optimizer = optimizer
        self.generator = generator
        self.epoch = epoch
        self.step = step
        self.metadata = metadata
        self.values = values
    }

    /// The value of a name.
    public subscript(name: String) -> StateValue? { values.first { $0.name == name }?.value }

    static let format = "nightjar-training-2"
}

// MARK: As a file

extension TrainingState {
    /// The tensors and the metadata of its file.
    ///
    /// - Throws: `FileError` where a number is negative or a text cannot be written.
    func contents(path: String, save: String) throws -> (tensors: [NamedTensor], metadata: [String: String]) {
        guard epoch >= 0, step >= 0 else {
            throw FileError(
                path: path, action: "write", reason: "epoch \(epoch) and step \(step): neither can be negative")
        }
        var encoder = StateEncoder()
        let texts = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        let members: [JSONValue.Member] = [
            .init("metadata", .object(texts.map { JSONValue.Member($0.key, .string($0.value)) })),
            .init("values", .object(values.map { JSONValue.Member($0.name, encoder.json($0.value)) })),
        ]
        let json: [UInt8]
        do {
            json = try JSONWriter().text(of: .object(members))
        } catch {
            throw FileError(path: path, action: "write", reason: "what is to be kept: \(error)")
        }
        var tensors = model.map { (name: "model." + $0.name, tensor: $0.tensor) }
        tensors += optimizer.map { (name: "optimizer." + $0.name, tensor: $0.tensor) }
        tensors += encoder.tensors.enumerated().map { (name: "value.\($0.offset)", tensor: $0.element) }
        tensors.append(("generator", try Tensor(generator.map { Int64($0) }, [generator.count])))
        return (
            tensors,
            [
                "format": Self.format, "save": save, "epoch": String(epoch), "step": String(step),
                "kept": String(decoding: json, as: UTF8.self),
            ]
        )
    }

    /// Reads a file. Lists of tensors come back in the order of the file, not as they were given.
    ///
    /// - Throws: `FileError` where the file cannot be read or holds something else, or less.
    init(_ file: SafeTensorsFile) throws {
        let header = try TrainingHeader(file)
        self.init(
            model: [], generator: [], epoch: header.epoch, step: header.step, metadata: try header.metadata())
        var tensors: [Int: Tensor] = [:]
        for entry in file.entries {
            let tensor = try file.tensor(entry.name)
            if let name = entry.name.dropping("model.") {
                model.append((name, tensor))
            } else if let name = entry.name.dropping("optimizer.") {
                optimizer.append((name, tensor))
            } else if let place = entry.name.dropping("value.").flatMap({ Int($0) }) {
                tensors[place] = tensor
            } else if entry.name == "generator", tensor.dtype == .int64 {
                generator = try tensor.int64Array().compactMap { UInt32(exactly: $0) }
                guard generator.count == tensor.count, Generator.isSnapshot(generator) else {
                    throw header.other("its random generator has a state of another kind")
                }
            } else {
                throw header.other("\(quoted(entry.name)) belongs to no part of one")
            }
        }
        guard !generator.isEmpty else { throw header.other("it has no state of the random generator") }
        for member in header.values { values.append((member.name, try header.value(member, tensors))) }
    }

    /// One of the values of a file, which has no tensors in it.
    static func value(_ name: String, of file: SafeTensorsFile) throws -> StateValue? {
        let header = try TrainingHeader(file)
        return try header.values.first { $0.name == name }.map { try header.value($0, [:]) }
    }
}

/// What the file of a training state says besides its tensors.
private struct TrainingHeader {
    let epoch: Int
    let step: Int
    let values: [JSONValue.Member]
    private let texts: [JSONValue.Member]
    private let path: String

    init(_ file: SafeTensorsFile) throws {
        func other(_ reason: String) -> FileError { notAState(file.path, reason) }
        guard file.metadata["format"] == TrainingState.format else {
            throw other("its metadata lacks the format '\(TrainingState.format)'")
        }
        func number(_ key: String) throws -> Int {
            let text = file.metadata[key]
            guard let text, let value = Int(text), value >= 0 else {
                throw other("its \(key) is \(text.map(quoted) ?? "missing")")
            }
            return value
        }
        epoch = try number("epoch")
        step = try number("step")
        path = file.path
        guard let json = try? JSONParser.parse(Array((file.metadata["kept"] ?? "").utf8)),
            let members = json.asObject, members.map(\.name) == ["metadata", "values"],
            let texts = members[0].value.asObject, let values = members[1].value.asObject
        else { throw other("what was kept in it cannot be read") }
        self.texts = texts
        self.values = values
    }

    func other(_ reason: String) -> FileError { notAState(path, reason) }

    func metadata() throws -> [String: String] {
        var metadata: [String: String] = [:]
        for member in texts {
            guard let text = member.value.asString else { throw other("what was kept in it cannot be read") }
            metadata[member.name] = text
        }
        return metadata
    }

    func value(_ member: JSONValue.Member, _ tensors: [Int: Tensor]) throws -> StateValue {
        do {
            return try StateDecoder(tensors: tensors).value(member.value)
        } catch {
            throw other("\(quoted(member.name)) in it cannot be read")
        }
    }
}

private func notAState(_ path: String, _ reason: String) -> FileError {
    FileError(path: path, action: "load", reason: "it is not a training state: \(reason)")
}

extension String {
    /// The text behind `start`; nil where it begins otherwise.
    fileprivate func dropping(_ start: String) -> String? {
        utf8.starts(with: start.utf8) ? String(decoding: utf8.dropFirst(start.utf8.count), as: UTF8.self) : nil
    }
}
