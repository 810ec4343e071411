extension Operators {
    static let relu = Pointwise(
        "relu", doc: "Negative elements replaced by 0.",
        hasInplace: true,
        typing: .common,
        accepts: .numbers,
        faces: .elementwise + [.functional, .layer("ReLU")],
        examples: [.init(.values(3, 4, away: 0))],
        gradient: { g, _, y, _ in .call(.reluBackward, g, y) },
        value: { x, _ in .maximum(x, 0) })
}
