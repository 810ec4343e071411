extension Operators {
    /// PyTorch's second names.
    static let aliases: [Operator] = [
        (abs, ["absolute"]), (neg, ["negative"]), (sign, ["sgn"]), (trunc, ["fix"]), (clamp, ["clip"]),
        (mul, ["multiply"]), (div, ["divide"]), (sub, ["subtract"]),
        (ne, ["not_equal"]), (lt, ["less"]), (le, ["less_equal"]), (gt, ["greater"]),
        (ge, ["greater_equal"]),
        (asin, ["arcsin"]), (acos, ["arccos"]), (atan, ["arctan"]), (asinh, ["arcsinh"]), (acosh, ["arccosh"]),
        (atanh, ["arctanh"]), (atan2, ["arctan2"]),
    ].flatMap { (operation: any Declared, names: [String]) in
        names.map { operation.declaration.renamed($0, faces: [.method, .function, .inPlace]) }
    }
}
