// The larger and the smaller of two.
extension Operators {
    static let maximum = Pointwise.binary(
        "maximum", doc: "The larger, element by element; a NaN where either is one. Equal ones share the gradient.",
        takesNumbers: false, faces: .usual, examples: [.init(.values(2, 3), .values(3))]
    ) { .maximum($0, $1) }

    static let minimum = Pointwise.binary(
        "minimum", doc: "The smaller, element by element; a NaN where either is one. Equal ones share the gradient.",
        takesNumbers: false, faces: .usual, examples: [.init(.values(2, 3), .values(1, 3))]
    ) { .minimum($0, $1) }

    static let fmax = Pointwise.binary(
        "fmax", doc: "The larger, element by element; the other where one is a NaN.", takesNumbers: false,
        faces: .usual, examples: [.init(.values(2, 3), .values(3))],
        gradients: { g, a, b, _ in
            let isFirst = (a >= b) .| .call(.isNaN, b)
            return [
                .select(a .== b, 0.5 * g, .select(isFirst, g, 0)), .select(a .== b, 0.5 * g, .select(isFirst, 0, g)),
            ]
        },
        value: { a, b in .select((a >= b) .| .call(.isNaN, b), a, b) })

    static let fmin = Pointwise.binary(
        "fmin", doc: "The smaller, element by element; the other where one is a NaN.", takesNumbers: false,
        faces: .usual, examples: [.init(.values(2, 3), .values(3))],
        gradients: { g, a, b, _ in
            let isFirst = (a <= b) .| .call(.isNaN, b)
            return [
                .select(a .== b, 0.5 * g, .select(isFirst, g, 0)), .select(a .== b, 0.5 * g, .select(isFirst, 0, g)),
            ]
        },
        value: { a, b in .select((a <= b) .| .call(.isNaN, b), a, b) })
}
