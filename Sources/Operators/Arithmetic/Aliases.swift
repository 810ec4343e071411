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
        names.map { operation.declaration.named($0) }
    }
}

extension Operator {
    /// The same under another name, as functions and methods.
    fileprivate func named(_ name: String) -> Operator {
        Operator(
            name, doc: "Another name of `\(schema.name)`. \(schema.doc)", schema.arguments, options: schema.options,
            returns: schema.returns, faces: faces.filter { [.method, .function, .inPlace].contains($0) },
            examples: examples, inPlace: bodyInPlace, body: body)
    }
}
