import Tensors

/// One value of a sample, or of a batch.
public enum Element {
    case tensor(Tensor)
    case integer(Int)
    case number(Double)
    case boolean(Bool)
    case string(String)
    case list([Element])
    /// Values by name, in the order of their names.
    case fields([(name: String, value: Element)])
    /// What only a script knows: a table until somebody looks into it, an object of the script's own.
    case opaque(any OpaqueElement)
}

/// A value from a script, passed on as it is.
public protocol OpaqueElement {
    /// What messages call it: "a table", "a function".
    var kindName: String { get }

    /// What is in it, one level deep; nil where it is nothing that could be collated.
    ///
    /// - Throws: where its parts have no names or numbers.
    func opened() throws -> Element?
}

extension Element {
    /// What messages call it.
    var kindName: String {
        switch self {
        case .tensor: "a tensor"
        case .integer, .number: "a number"
        case .boolean: "a boolean"
        case .string: "a string"
        case .list: "a list"
        case .fields: "a table"
        case .opaque(let element): element.kindName
        }
    }
}
