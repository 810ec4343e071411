extension Operators {
    private static func comparison(
        _ name: String, _ doc: String, _ value: (Expression, Expression) -> Expression
    ) -> Pointwise {
        .binary(
            name, doc: doc, typing: .truth, faces: .elementwise,
            examples: [.init(.values(2, 3), .values(3)), .init(.integers(4, below: 3), 1)], value: value)
    }

    static let eq = comparison("eq", "Where both are equal.") { $0 .== $1 }
    static let ne = comparison("ne", "Where they differ.") { $0 .!= $1 }
    static let lt = comparison("lt", "Where the first is less.") { $0 < $1 }
    static let le = comparison("le", "Where the first is less or equal.") { $0 <= $1 }
    static let gt = comparison("gt", "Where the first is greater.") { $0 > $1 }
    static let ge = comparison("ge", "Where the first is greater or equal.") { $0 >= $1 }
}
