import Operators

extension Initializations {
    static let constants: [InitializationRule] = [
        InitializationRule("constant_", doc: "Every element is `val`.", [.number("val")]) { tensor, a, _ in
            try tensor.assign(.full([], a.number("val"), dtype: tensor.dtype))
        },
        InitializationRule("ones_", doc: "Every element is 1.") { tensor, _, _ in
            try tensor.assign(.ones([], dtype: tensor.dtype))
        },
        InitializationRule("zeros_", doc: "Every element is 0.") { tensor, _, _ in
            try tensor.assign(.zeros([], dtype: tensor.dtype))
        },
        InitializationRule("eye_", doc: "1 on the diagonal of a matrix, 0 elsewhere.") { tensor, _, _ in
            try tensor.expectDimensions(2...2, "a tensor of 2 dimensions")
            try tensor.assign(.zeros([], dtype: tensor.dtype))
            try tensor.diagonal().assign(.ones([], dtype: tensor.dtype))
        },
        InitializationRule(
            "dirac_", doc: "A convolution that passes as many channels on unchanged as it can, in each group.",
            [.integer("groups", min: 1, default: 1)]
        ) { tensor, a, _ in
            try tensor.expectDimensions(3...5, "a tensor of 3, 4 or 5 dimensions")
            let groups = try a.integer("groups")
            guard tensor.shape[0] % groups == 0 else {
                throw TensorError("\(tensor.shape[0]) output channels cannot be divided into \(groups) groups")
            }
            try tensor.assign(.zeros([], dtype: tensor.dtype))
            let outputs = tensor.shape[0] / groups
            let one = try Tensor.ones([], dtype: tensor.dtype)
            for group in 0..<groups {
                for channel in 0..<min(outputs, tensor.shape[1]) {
                    var place = try tensor.select(0, group * outputs + channel).select(0, channel)
                    while place.dim > 0 { place = try place.select(0, place.shape[0] / 2) }
                    try place.assign(one)
                }
            }
        },
    ]
}
