import Operators
import Tensors

/// Makes batches of samples as PyTorch's `default_collate` does: tensors are stacked, integers become int64, decimal
/// numbers float64 (float32 behind an integer), booleans bool, strings a list; lists and tables are gone through value
/// by value.
struct Collation {
    /// Of the samples, for messages.
    private let indices: [Int]
    /// How many tables of scripts may still be looked into: one that stands in itself many times would never end.
    private var budget = 1 << 18
    private var depth = 0

    private init(_ indices: [Int]) { self.indices = indices }

    /// - Parameters:
    ///   - samples: at least one, of as many values each.
    ///   - indices: where they come from, as many.
    /// - Throws: `DatasetError.invalid` where samples do not fit each other, naming two of them.
    static func collate(_ samples: [[Element]], at indices: [Int]) throws -> [Element] {
        guard let first = samples.first else { return [] }
        for (place, sample) in samples.enumerated() where sample.count != first.count {
            throw DatasetError.invalid(
                "item \(indices[0]) has \(plural(first.count, "value")), item \(indices[place]) has \(sample.count): "
                    + advice)
        }
        var collation = Collation(indices)
        return try first.indices.map { position in
            try collation.collate(
                samples.map { $0[position] }, named: first.count == 1 ? "" : " as value \(position + 1)")
        }
    }

    private static let advice = "make them alike, or give the loader a function 'collate'"

    private mutating func collate(_ given: [Element], named name: String) throws -> Element {
        depth += 1
        defer { depth -= 1 }
        guard depth <= 100 else { throw DatasetError.invalid("the items hold tables more than 100 deep") }
        let values = try given.map { try open($0) }
        switch values[0] {
        case .tensor(let first): return try stack(first, values, named: name)
        case .integer, .number, .boolean: return .tensor(try numbers(values, named: name))
        case .string:
            return .list(try all(values, named: name) { if case .string = $0 { $0 } else { nil } })
        case .list(let first):
            let lists = try all(values, named: name) { if case .list(let items) = $0 { items } else { nil } }
            for (place, list) in lists.enumerated() where list.count != first.count {
                throw unlike(place, "a list of \(first.count)", "one of \(list.count)", named: name)
            }
            return .list(
                try first.indices.map { item in
                    try collate(lists.map { $0[item] }, named: "\(name), item \(item + 1) of the list")
                })
        case .fields(let first):
            let tables = try all(values, named: name) { if case .fields(let fields) = $0 { fields } else { nil } }
            return .fields(
                try first.map { field in
                    let column = try tables.enumerated().map { place, table in
                        guard let found = table.first(where: { $0.name == field.name }) else {
                            throw unlike(place, "a field '\(field.name)'", "none", named: name)
                        }
                        return found.value
                    }
                    return (field.name, try collate(column, named: "\(name), field '\(field.name)'"))
                })
        case .opaque(let element):
            throw DatasetError.invalid(
                "item \(indices[0]) gives \(element.kindName)\(name), of which no batch can be made: give tensors, numbers, "
                    + "strings or tables of them, or the loader a function 'collate'")
        }
    }

    /// What a script's table holds; other values as they are.
    private mutating func open(_ element: Element) throws -> Element {
        guard case .opaque(let opaque) = element, let opened = try opaque.opened() else { return element }
        budget -= 1
        guard budget >= 0 else { throw DatasetError.invalid("the items hold too many tables") }
        return opened
    }

    /// The values as one kind.
    private func all<T>(_ values: [Element], named name: String, _ take: (Element) -> T?) throws -> [T] {
        try values.enumerated().map { place, value in
            guard let taken = take(value) else { throw unlike(place, values[0].kindName, value.kindName, named: name) }
            return taken
        }
    }

    private func unlike(_ place: Int, _ first: String, _ other: String, named name: String) -> DatasetError {
        .invalid(
            "item \(indices[0]) gives \(first), item \(indices[place]) \(other)\(name): " + Self.advice)
    }

    private func stack(_ first: Tensor, _ values: [Element], named name: String) throws -> Element {
        let tensors = try all(values, named: name) { if case .tensor(let tensor) = $0 { tensor } else { nil } }
        for (place, tensor) in tensors.enumerated() where tensor.shape != first.shape {
            throw unlike(
                place, "a tensor of shape \(describe(first.shape))", "one of shape \(describe(tensor.shape))",
                named: name)
        }
        return .tensor(try .stack(tensors))
    }

    /// Numbers and booleans, of the type that `torch.tensor` finds for a list of them; a decimal number at its head makes
    /// float64, as in `default_collate`.
    private func numbers(_ values: [Element], named name: String) throws -> Tensor {
        var (dtype, isDouble) = (DType.bool, false)
        for (place, value) in values.enumerated() {
            switch value {
            case .boolean: break
            case .integer: if dtype == .bool { dtype = .int64 }
            case .number:
                dtype = .float32
                if place == 0 { isDouble = true }
            default: throw unlike(place, values[0].kindName, value.kindName, named: name)
            }
        }
        if isDouble { dtype = .float64 }
        let tensor = try Tensor(uninitialized: [values.count], dtype: dtype)
        try tensor.withUnsafeMutableBytes { bytes in
            for (place, value) in values.enumerated() {
                switch dtype {
                case .bool: bytes.bindMemory(to: UInt8.self)[place] = value.double == 0 ? 0 : 1
                case .int64: bytes.bindMemory(to: Int64.self)[place] = value.int64
                case .float32: bytes.bindMemory(to: Float.self)[place] = Float(value.double)
                default: bytes.bindMemory(to: Double.self)[place] = value.double
                }
            }
        }
        return tensor
    }
}

extension Element {
    /// A number or a boolean as a number.
    fileprivate var double: Double {
        switch self {
        case .number(let value): value
        case .integer(let value): Double(value)
        case .boolean(let value): value ? 1 : 0
        default: 0
        }
    }

    /// An integer or a boolean as an integer.
    fileprivate var int64: Int64 {
        switch self {
        case .integer(let value): Int64(value)
        case .boolean(let value): value ? 1 : 0
        default: 0
        }
    }
}
