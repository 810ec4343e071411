/// Other looks at the same elements. Where gradients flow, they flow through a view too.
extension Tensor {
    func viewed(offset: Int? = nil, shape: [Int], strides: [Int]) -> Tensor {
        Tensor(storage: storage, offset: offset ?? self.offset, shape: shape, strides: strides, dtype: dtype)
    }

    /// The same elements in another shape. One size may be -1: it is worked out from the others.
    ///
    /// A view where the elements stand in order, else a copy.
    ///
    /// - Throws: `TensorError` where the number of elements differs.
    public func reshape(_ wanted: [Int]) throws -> Tensor {
        let target = try completed(wanted)
        if target == shape { return self }
        let dense = try contiguous()
        let result = dense.viewed(shape: target, strides: rowMajorStrides(target))
        let old = shape
        return record(result, "reshape", [dense]) { [try $0.reshape(old)] }
    }

    /// The same elements in another shape, never a copy.
    ///
    /// - Throws: `TensorError` where that cannot be, because the number differs or the elements are out of order.
    public func view(_ wanted: [Int]) throws -> Tensor {
        guard isContiguous else {
            throw TensorError(
                "the elements of this \(describe(shape)) do not stand in order (strides \(describe(strides))); "
                    + "use reshape, or contiguous before")
        }
        return try reshape(wanted)
    }

    private func completed(_ wanted: [Int]) throws -> [Int] {
        var target = wanted
        if let place = wanted.firstIndex(of: -1) {
            target[place] = 1
            let known = (try? checkedCount(target)) ?? 0
            target[place] = known > 0 && count % known == 0 ? count / known : -1
        }
        guard let completed = try? checkedCount(target), completed == count else {
            throw TensorError(
                "cannot see the \(plural(count, "element")) of \(describe(shape)) as \(describe(wanted))")
        }
        return target
    }

    /// The dimensions from `start` to `end` made one.
    public func flatten(start: Int = 0, end: Int = -1) throws -> Tensor {
        if dim == 0 { return try reshape([1]) }
        let (first, last) = (try resolve(start), try resolve(end))
        guard first <= last else { throw TensorError("dimension \(start) comes after dimension \(end)") }
        return try reshape(
            Array(shape[..<first]) + [shape[first...last].reduce(1, *)] + Array(shape[(last + 1)...]))
    }

    /// The dimensions in another order: `permute([0, 2, 1])`.
    public func permute(_ order: [Int]) throws -> Tensor {
        let order = try order.map { try resolve($0) }
        guard order.sorted() == Array(0..<dim) else {
            throw TensorError("every dimension of \(describe(shape)) once expected, got \(describe(order))")
        }
        let result = viewed(shape: order.map { shape[$0] }, strides: order.map { strides[$0] })
        var inverse = order
        for (i, d) in order.enumerated() { inverse[d] = i }
        return record(result, "permute", [self]) { [inverse] in [try $0.permute(inverse)] }
    }

    /// Two dimensions exchanged.
    public func transpose(_ first: Int, _ second: Int) throws -> Tensor {
        var order = Array(0..<dim)
        order.swapAt(try resolve(first), try resolve(second))
        return try permute(order)
    }

    /// `length` places of one dimension, from `start`.
    public func narrow(_ dimension: Int, start: Int, length: Int) throws -> Tensor {
        let d = try resolve(dimension)
        guard start >= 0, length >= 0, start <= shape[d], length <= shape[d] - start else {
            throw TensorError(
                "\(plural(length, "place")) from \(start) are outside 0..\(shape[d] - 1) of dimension \(dimension) "
                    + "(shape \(describe(shape)))")
        }
        var narrowed = shape
        narrowed[d] = length
        let result = viewed(offset: offset + start * strides[d], shape: narrowed, strides: strides)
        let whole = shape
        return record(result, "narrow", [self]) { gradient in
            let padded = try Tensor.zeros(whole)
            try padded.narrow(d, start: start, length: length).copyElements(from: gradient)
            return [padded]
        }
    }

    /// One place of one dimension, which goes away. A negative index counts from the end.
    public func select(_ dimension: Int, _ index: Int) throws -> Tensor {
        let d = try resolve(dimension)
        let place = index < 0 ? index + shape[d] : index
        guard place >= 0 && place < shape[d] else {
            throw TensorError(
                "index \(index) is outside 0..\(shape[d] - 1) of dimension \(dimension) (shape \(describe(shape)))")
        }
        return try narrow(d, start: place, length: 1).squeeze(d)
    }

    /// Without the dimensions of size 1, or without this one.
    public func squeeze(_ dimension: Int? = nil) throws -> Tensor {
        let gone = try dimension.map { [try resolve($0)] } ?? Array(shape.indices)
        let kept = shape.indices.filter { !(gone.contains($0) && shape[$0] == 1) }
        let result = viewed(shape: kept.map { shape[$0] }, strides: kept.map { strides[$0] })
        let old = shape
        return record(result, "squeeze", [self]) { [try $0.reshape(old)] }
    }

    /// With a dimension of size 1 put in before `dimension`.
    public func unsqueeze(_ dimension: Int) throws -> Tensor {
        let d = try resolve(dimension, of: dim + 1)
        let result = viewed(
            shape: Array(shape[..<d]) + [1] + Array(shape[d...]),
            strides: Array(strides[..<d]) + [d < dim ? strides[d] * shape[d] : 1] + Array(strides[d...]))
        let old = shape
        return record(result, "unsqueeze", [self]) { [try $0.reshape(old)] }
    }

    /// Dimensions of size 1 repeated to a larger size, without a copy; -1 keeps a size.
    public func expand(_ wanted: [Int]) throws -> Tensor {
        let added = wanted.count - dim
        var (target, steps) = (wanted, [Int](repeating: 0, count: wanted.count))
        var fits = added >= 0
        for i in wanted.indices where fits {
            let old = i < added ? 1 : shape[i - added]
            if wanted[i] == -1 { target[i] = old }
            fits = target[i] >= 0 && (old == target[i] || old == 1) && !(i < added && wanted[i] == -1)
            if i >= added && old == target[i] { steps[i] = strides[i - added] }
        }
        guard fits else { throw TensorError("cannot expand \(describe(shape)) to \(describe(wanted))") }
        _ = try checkedCount(target)
        let old = shape
        return record(viewed(shape: target, strides: steps), "expand", [self]) { [try $0.summed(to: old)] }
    }

    /// The same elements one after the other in row-major order: the tensor itself where they stand so already.
    public func contiguous() throws -> Tensor {
        if isContiguous { return self }
        let result = try Tensor(uninitialized: shape, dtype: dtype)
        result.copyElementsWithoutCheck(from: self)
        return record(result, "contiguous", [self]) { [$0] }
    }

    /// A copy with a memory of its own. Gradients flow through it.
    public func clone() throws -> Tensor {
        let result = try Tensor(uninitialized: shape, dtype: dtype)
        result.copyElementsWithoutCheck(from: self)
        return record(result, "clone", [self]) { [$0] }
    }

    /// The same elements without a history.
    public func detach() -> Tensor { viewed(shape: shape, strides: strides) }

    /// Elements converted to another type, towards zero; the tensor itself where it has that type.
    public func to(_ target: DType) throws -> Tensor {
        if target == dtype { return self }
        let source = try contiguous()
        let result = try Tensor(uninitialized: shape, dtype: target)
        let n = count
        func convert<From, To>(_: From.Type, _: To.Type, _ map: (From) -> To) {
            let (from, to) = (source.address(as: From.self), result.address(as: To.self))
            for i in 0..<n { to[i] = map(from[i]) }
        }
        switch (dtype, target) {
        case (.float32, .int64): convert(Float.self, Int64.self) { Int64(clamping: Double($0)) }
        case (.float32, .uint8):
            convert(Float.self, UInt8.self) { UInt8(truncatingIfNeeded: Int64(clamping: Double($0))) }
        case (.float32, .bool): convert(Float.self, UInt8.self) { $0 != 0 ? 1 : 0 }
        case (.int64, .float32): convert(Int64.self, Float.self) { Float($0) }
        case (.int64, .uint8): convert(Int64.self, UInt8.self) { UInt8(truncatingIfNeeded: $0) }
        case (.int64, .bool): convert(Int64.self, UInt8.self) { $0 != 0 ? 1 : 0 }
        case (_, .float32): convert(UInt8.self, Float.self) { Float($0) }
        case (_, .int64): convert(UInt8.self, Int64.self) { Int64($0) }
        case (_, .bool): convert(UInt8.self, UInt8.self) { $0 != 0 ? 1 : 0 }
        case (_, .uint8): convert(UInt8.self, UInt8.self) { $0 }
        }
        return result
    }
}
