import Operators

extension Initializations {
    /// The orthogonal factor of a matrix of normal numbers, made unique by a positive diagonal of the triangular one
    /// (Saxe et al., 2013; Mezzadri, "How to generate random matrices", 2007).
    static let orthogonal = InitializationRule(
        "orthogonal_", doc: "An orthogonal matrix, all dimensions behind the first taken as one (Saxe et al., 2013).",
        [.number("gain", default: 1)]
    ) { tensor, a, generator in
        guard tensor.dim >= 2 else {
            throw TensorError("a tensor of at least 2 dimensions expected, got shape \(tensor.shape)")
        }
        guard tensor.dtype.isFloatingPoint else {
            throw TensorError("float32 or float64 expected, got \(tensor.dtype.rawValue)")
        }
        if tensor.count == 0 { return }
        let (rows, columns) = (tensor.shape[0], tensor.count / tensor.shape[0])
        let drawn = try Tensor(uninitialized: [rows, columns], dtype: tensor.dtype)
        try drawn.drawNormal(0, 1, generator)
        // The vectors that are made orthogonal, one after the other: columns of a high matrix, rows of a wide one.
        let vectors = rows < columns ? drawn : try drawn.transpose(0, 1).contiguous()
        var values = try vectors.doubles()
        orthogonalize(&values, count: min(rows, columns), length: max(rows, columns), scale: try a.number("gain"))
        let made = try Tensor.of(values, vectors.shape, tensor.dtype)
        let result = rows < columns ? made : try made.transpose(0, 1).contiguous()
        try tensor.assign(result.reshape(tensor.shape))
    }

    /// The method of Gram and Schmidt, each vector twice, in double precision.
    private static func orthogonalize(_ values: inout [Double], count: Int, length: Int, scale: Double) {
        values.withUnsafeMutableBufferPointer { values in
            func vector(_ place: Int) -> UnsafeMutableBufferPointer<Double> {
                UnsafeMutableBufferPointer(rebasing: values[place * length..<(place + 1) * length])
            }
            func product(_ a: UnsafeMutableBufferPointer<Double>, _ b: UnsafeMutableBufferPointer<Double>) -> Double {
                var sum = 0.0
                for i in a.indices { sum += a[i] * b[i] }
                return sum
            }
            for place in 0..<count {
                let own = vector(place)
                for _ in 0..<2 {
                    for before in 0..<place {
                        let other = vector(before)
                        let part = product(own, other)
                        for i in own.indices { own[i] -= part * other[i] }
                    }
                }
                let norm = product(own, own).squareRoot()
                if norm > 0 { for i in own.indices { own[i] /= norm } }
            }
            for i in values.indices { values[i] *= scale }
        }
    }
}
