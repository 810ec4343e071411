import Files

/// What a pickle holds: Python's plain values, and objects that the reader of a format makes of the few globals it knows.
enum PickleValue {
    case none
    case truth(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case bytes([UInt8])
    case sequence(PickleSequence)
    case dictionary(PickleDictionary)
    /// A class or function by its name; it is nothing but that.
    case global(PickleGlobal)
    /// What the format's reader made.
    case object(AnyObject)

    /// The values of a tuple; nil for anything else.
    var tuple: [PickleValue]? {
        guard case .sequence(let sequence) = self, sequence.isTuple else { return nil }
        return sequence.items
    }

    var integer: Int? { if case .integer(let value) = self { value } else { nil } }
    var text: String? { if case .text(let value) = self { value } else { nil } }

    /// How deep values lie in this one.
    fileprivate var depth: Int {
        switch self {
        case .sequence(let sequence): sequence.depth
        case .dictionary(let dictionary): dictionary.depth
        default: 0
        }
    }

    /// Declares that nothing may be added: it stands in another value now.
    fileprivate func seal() {
        switch self {
        case .sequence(let sequence): sequence.isSealed = true
        case .dictionary(let dictionary): dictionary.isSealed = true
        default: break
        }
    }

    /// What it is, for messages.
    var kind: String {
        switch self {
        case .none: "None"
        case .truth: "a truth value"
        case .integer: "an integer"
        case .number: "a number"
        case .text: "a text"
        case .bytes: "bytes"
        case .sequence(let sequence): sequence.isTuple ? "a tuple" : "a list"
        case .dictionary: "a dictionary"
        case .global(let global): "'\(global.name)'"
        case .object: "an object"
        }
    }
}

/// The name of a class or function.
struct PickleGlobal: Hashable {
    let name: String
}

/// Values may lie so deep in one another. Deeper ones would have to be gone through, and freed, by recursion.
let pickleDepthLimit = 64

/// The depth of a value around another that nothing can be added to from now on.
private func depth(around value: PickleValue) throws -> Int {
    value.seal()
    guard value.depth < pickleDepthLimit else {
        throw Malformed("its values lie more than \(pickleDepthLimit) deep in one another")
    }
    return value.depth + 1
}

private let holdsItself = Malformed("a list or dictionary in it holds itself")

/// A list or tuple.
final class PickleSequence {
    let isTuple: Bool
    private(set) var items: [PickleValue]
    fileprivate var depth = 1
    fileprivate var isSealed = false

    init(_ items: [PickleValue] = [], isTuple: Bool) throws {
        self.items = items
        self.isTuple = isTuple
        for item in items { depth = max(depth, try TensorFiles.depth(around: item)) }
    }

    func append(_ added: ArraySlice<PickleValue>) throws {
        guard !isTuple else { throw Malformed("something is appended to a tuple") }
        guard !isSealed else { throw holdsItself }
        for item in added { depth = max(depth, try TensorFiles.depth(around: item)) }
        guard !isSealed else { throw holdsItself }
        items += added
    }
}

/// A dictionary, its pairs in the order in which they came.
final class PickleDictionary {
    enum Key: Hashable {
        case text(ExactName)
        case integer(Int)
    }

    private(set) var pairs: [(key: Key, value: PickleValue)] = []
    private var places: [Key: Int] = [:]
    fileprivate var depth = 1
    fileprivate var isSealed = false

    func set(_ key: PickleValue, _ value: PickleValue) throws {
        guard !isSealed else { throw holdsItself }
        depth = max(depth, try TensorFiles.depth(around: value))
        guard !isSealed else { throw holdsItself }
        let own: Key
        switch key {
        case .text(let text): own = .text(ExactName(text))
        case .integer(let integer): own = .integer(integer)
        default: throw Malformed("a dictionary in it has \(key.kind) as a key; texts and integers are known")
        }
        guard places.updateValue(pairs.count, forKey: own) == nil else {
            throw Malformed("a dictionary in it has the key \(own) twice")
        }
        pairs.append((own, value))
    }

    subscript(text: String) -> PickleValue? { places[.text(ExactName(text))].map { pairs[$0].value } }
}

extension PickleDictionary.Key: CustomStringConvertible {
    var description: String {
        switch self {
        case .text(let name): quoted(name.text)
        case .integer(let integer): "\(integer)"
        }
    }
}
