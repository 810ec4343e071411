extension Operators {
    static let threshold = Pointwise(
        "threshold", doc: "Elements that are not above `threshold` replaced by `value`.",
        parameters: [.number("threshold"), .number("value")],
        hasInplace: true,
        typing: .common,
        accepts: .numbers,
        faces: [.function, .functional, .layer("Threshold")],
        examples: [.init(.values(3, 4, away: 0.1), 0.1, 2)]
    ) { x, p in .select(x <= p[0], p[1], x) }
}
