import Files

extension Operators {
    static let einsum = Operator(
        "einsum",
        doc: "Einstein's sums: `nj.einsum(\"bij,bjk->bik\", a, b)`. A letter for each dimension; those that are not "
            + "behind the arrow are summed over, \"...\" stands for any more, and a letter twice in one operand for its "
            + "diagonal.",
        [.string("equation"), .rest(objects: "operands", Tensor.self)], faces: [.function],
        examples: [
            .init("ij,jk->ik", [.values(2, 3), .values(3, 4)]), .init("ii->i", [.values(3, 3)]),
            .init("...ij,...jk", [.values(2, 2, 3), .values(2, 3, 2)]), .init("i,j->ij", [.values(2), .values(3)]),
        ]
    ) { a, _ in .tensor(try Einsum(a.string("equation"), a.objects("operands")).result()) }
}

/// One call of einsum: operands with a label for each dimension.
private struct Einsum {
    private struct Labelled {
        var tensor: Tensor
        var labels: [Label]
    }

    /// A letter, or one of the dimensions that "..." stands for, counted from the last.
    private enum Label: Hashable {
        case letter(Character)
        case other(Int)
    }

    private var operands: [Labelled]
    private let output: [Label]
    private var sizes: [Label: Int] = [:]

    init(_ equation: String, _ tensors: [Tensor]) throws {
        let sides = equation.filter { $0 != " " }.split(separator: "->", omittingEmptySubsequences: false)
        guard sides.count <= 2 else { throw TensorError("at most one '->' expected in '\(equation)'") }
        let terms = sides[0].split(separator: ",", omittingEmptySubsequences: false)
        guard terms.count == tensors.count, !tensors.isEmpty else {
            throw TensorError("\(plural(terms.count, "operand")) expected for '\(equation)', got \(tensors.count)")
        }
        operands = try zip(terms, tensors).map { term, tensor in
            Labelled(tensor: tensor, labels: try Self.labels(term, rank: tensor.dim, equation))
        }
        let all = operands.flatMap(\.labels)
        if sides.count == 2 {
            let more = Set(all.filter { if case .other = $0 { true } else { false } }).count
            let rank = sides[1].contains(".") ? sides[1].count - 3 + more : sides[1].count
            output = try Self.labels(sides[1], rank: rank, equation)
            guard Set(output).count == output.count, output.allSatisfy(all.contains) else {
                throw TensorError("the letters behind '->' of '\(equation)' are to be among the others, each once")
            }
        } else {
            let once = Set(all).filter { label in
                if case .other = label { return true }
                return all.count { $0 == label } == 1
            }
            output = once.sorted(by: Self.isBefore)
        }
        for i in operands.indices {
            for (d, label) in operands[i].labels.enumerated() {
                let size = operands[i].tensor.shape[d]
                let known = sizes[label] ?? 1
                guard size == known || size == 1 || known == 1 else {
                    throw TensorError("sizes \(known) and \(size) for the same letter of '\(equation)'")
                }
                sizes[label] = known == 1 ? size : known
            }
            operands[i] = try Self.withDiagonals(operands[i])
        }
    }

    /// "..." before letters, as PyTorch orders an output that is not given.
    private static func isBefore(_ a: Label, _ b: Label) -> Bool {
        switch (a, b) {
        case (.other(let a), .other(let b)): a > b
        case (.other, _): true
        case (_, .other): false
        case (.letter(let a), .letter(let b)): a < b
        }
    }

    private static func labels(_ term: Substring, rank: Int, _ equation: String) throws -> [Label] {
        var labels: [Label] = []
        var rest = term
        let letters = term.count - (term.contains(".") ? 3 : 0)
        while let next = rest.first {
            if rest.hasPrefix("...") {
                guard rank >= letters else { break }
                labels += (0..<rank - letters).reversed().map { .other($0) }
                rest = rest.dropFirst(3)
                continue
            }
            guard next.isASCII, next.isLetter else {
                throw TensorError("letters, ',', '...' and '->' expected in '\(equation)', got '\(next)'")
            }
            labels.append(.letter(next))
            rest = rest.dropFirst()
        }
        guard labels.count == rank, rest.isEmpty else {
            throw TensorError("\(plural(rank, "letter")) expected for an operand of '\(equation)', got '\(term)'")
        }
        return labels
    }

    private static func withDiagonals(_ operand: Labelled) throws -> Labelled {
        var operand = operand
        var d = 0
        while d < operand.labels.count {
            let label = operand.labels[d]
            guard let other = operand.labels[(d + 1)...].firstIndex(of: label) else {
                d += 1
                continue
            }
            guard operand.tensor.shape[d] == operand.tensor.shape[other] else {
                throw TensorError("a diagonal of sizes \(operand.tensor.shape[d]) and \(operand.tensor.shape[other])")
            }
            operand.tensor = try operand.tensor.diagonal(offset: 0, d, other)
            operand.labels.remove(at: other)
            operand.labels.remove(at: d)
            operand.labels.append(label)
        }
        return operand
    }

    /// Two operands at a time, from the left.
    func result() throws -> Tensor {
        var current = operands[0]
        for i in operands.indices.dropFirst() {
            let needed = Set(output).union(operands[(i + 1)...].flatMap(\.labels))
            current = try product(current, operands[i], needed: needed)
        }
        let summed = current.labels.indices.filter { !output.contains(current.labels[$0]) }
        if !summed.isEmpty {
            current.tensor = try current.tensor.sum(summed)
            current.labels = current.labels.filter(output.contains)
        }
        return try current.tensor.permute(Shape(output.map { current.labels.firstIndex(of: $0) ?? 0 }))
    }

    /// The product of two operands, summed over what neither the output nor another operand needs: a product of matrices
    /// in batches.
    private func product(_ a: Labelled, _ b: Labelled, needed: Set<Label>) throws -> Labelled {
        // What only one of them has and nobody needs is summed first, and so is what was one and is repeated.
        let (a, b) = (try prepared(a, b.labels, needed), try prepared(b, a.labels, needed))
        let batch = a.labels.filter { b.labels.contains($0) && needed.contains($0) }
        let inner = a.labels.filter { b.labels.contains($0) && !needed.contains($0) }
        let rows = a.labels.filter { !b.labels.contains($0) }
        let columns = b.labels.filter { !a.labels.contains($0) }
        func matrices(_ operand: Labelled, _ first: [Label], _ second: [Label]) throws -> Tensor {
            let order = (batch + first + second).compactMap { operand.labels.firstIndex(of: $0) }
            func size(_ labels: [Label]) -> Int { labels.reduce(1) { $0 * (sizes[$1] ?? 1) } }
            let repeated = Shape(operand.labels.map { sizes[$0] ?? 1 })
            return try operand.tensor.expand(repeated).permute(Shape(order))
                .reshape([size(batch), size(first), size(second)])
        }
        let product = try matrices(a, rows, inner).matmul(matrices(b, inner, columns))
        let labels = batch + rows + columns
        return Labelled(tensor: try product.reshape(Shape(labels.map { sizes[$0] ?? 1 })), labels: labels)
    }

    private func prepared(_ operand: Labelled, _ others: [Label], _ needed: Set<Label>) throws -> Labelled {
        let alone = operand.labels.indices.filter {
            !others.contains(operand.labels[$0]) && !needed.contains(operand.labels[$0])
        }
        if alone.isEmpty { return operand }
        return Labelled(
            tensor: try operand.tensor.sum(alone),
            labels: operand.labels.indices.filter { !alone.contains($0) }.map { operand.labels[$0] })
    }
}
