extension Operators {
    static let to = Operator(
        "to", doc: "The elements as another type, given by name or as that of a tensor.",
        [
            .tensor("input"),
            .anyOf(
                "dtype", "type of the elements",
                of: [.choice(DType.allCases.map(\.rawValue)), .object(Tensor.self)]),
        ],
        faces: [.method], examples: [.init(.values(2, 3), "float64"), .init(.values(2, 3), "int64")]
    ) { a, _ in
        let x = try a.tensor("input")
        if let other = try a.optionalTensor("dtype") { return .tensor(try x.to(other.dtype)) }
        return .tensor(try x.to(a.dtype() ?? x.dtype))
    }

    static let type = Operator("type", sameAs: to)

    private static func conversion(_ name: String, _ dtype: DType) -> Operator {
        Operator(
            name, doc: "The elements as \(dtype.rawValue).", [.tensor("input")], faces: [.method],
            examples: [.init(.values(2, 3))]
        ) { a, _ in .tensor(try a.tensor("input").to(dtype)) }
    }

    static let conversions = [
        conversion("float", .float32), conversion("double", .float64), conversion("long", .int64),
        conversion("int", .int32), conversion("short", .int16), conversion("char", .int8),
        conversion("byte", .uint8), conversion("bool", .bool),
    ]
}
