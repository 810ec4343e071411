/// A value that can stand in a declaration: a default, a constant.
public enum Literal: Sendable, Equatable {
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case string(String)

    /// As Lua writes it.
    public var lua: String {
        switch self {
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value):
            value.isFinite ? "\(value)" : value.isNaN ? "0/0" : value < 0 ? "-math.huge" : "math.huge"
        case .string(let value): "\"\(value)\""
        }
    }
}
