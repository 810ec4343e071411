extension Operators {
    static let diff = Operator(
        "diff", doc: "The differences of neighbours along a dimension, `n` times.",
        [.tensor("input"), .integer("n", min: 0, max: 64, default: 1), .integer("dim", default: -1)], faces: .usual,
        examples: [.init(.values(2, 4)), .init(.values(4, 2), 2, 0)]
    ) { a, _ in
        var x = try a.tensor("input")
        let d = try x.resolve(a.integer("dim"))
        for _ in 0..<(try a.integer("n")) where x.shape[d] > 0 {
            let (later, earlier) = (try x.slice(d, 1), try x.slice(d, 0, x.shape[d] - 1))
            x = try x.dtype == .bool ? ne(later, earlier) : later - earlier
        }
        return .tensor(x)
    }
}
