/// What an index says of one dimension, or of several: `x[0:3, 1]` is a slice and a position.
public enum IndexItem {
    /// One place, counted from the end where it is negative; the dimension goes away.
    case position(Int)
    /// The places `start`, `start + step`, … below `stop`, with bounds as Python's slices have them.
    case slice(start: Int? = nil, stop: Int? = nil, step: Int = 1)
    /// All dimensions that the other items leave.
    case ellipsis
    /// A new dimension of size 1.
    case newAxis
    /// Integers: the places to take. Truth values (bool or uint8): those where it is true, over as many dimensions as it
    /// has.
    case tensor(Tensor)

    fileprivate var dimensions: Int {
        switch self {
        case .position, .slice: 1
        case .ellipsis, .newAxis: 0
        case .tensor(let tensor): tensor.dtype.isTruth ? tensor.dim : 1
        }
    }
}

extension DType {
    /// Whether a tensor of this type chooses places by truth.
    fileprivate var isTruth: Bool { self == .bool || self == .uint8 }
}

extension Tensor {
    /// What an index with one item a dimension names, as `torch.Tensor.__getitem__` combines them: a view where no item is
    /// a tensor, else a copy.
    ///
    /// - Throws: `TensorError` for a place outside its dimension, too many items, or tensors that do not fit.
    public func index(_ items: [IndexItem]) throws -> Tensor {
        let found = try lookUp(items)
        if found.indices.isEmpty { return found.view === self ? try alias() : found.view }
        let (source, first, places) = try found.arranged()
        return try .applyOne(IndexOperation(first: first, count: places.count), [source] + places)
    }

    /// Replaces what an index names by a tensor, which is repeated to its shape, or by a number. The history goes on
    /// through the change.
    ///
    /// - Parameter accumulate: whether the value is added to what is there; a place that is named twice gets it twice.
    /// - Throws: `TensorError` as `index`, and where the value or this tensor does not allow it.
    public func put(_ value: Operand, at items: [IndexItem], accumulate: Bool = false) throws {
        let found = try lookUp(items)
        let source: Tensor
        if let tensor = value.tensor {
            guard found.indices.isEmpty || tensor.dtype == dtype else {
                throw TensorError(
                    "a value of type \(dtype.rawValue) expected at places that tensors name, got "
                        + "\(tensor.dtype.rawValue)")
            }
            source = try tensor.withoutLeadingOnes(beyond: found.view.dim)
        } else {
            source = try .full([], value, dtype: dtype)
        }
        if found.indices.isEmpty {
            // A view also of the whole, so that the change becomes a part of the history.
            let target = found.view === self ? try alias() : found.view
            try target.expectApart(from: source)
            try target.assign(accumulate ? target + source : source.fitted(to: target.shape))
            return
        }
        let (target, first, places) = try found.arranged()
        let operation = IndexPutOperation(first: first, count: places.count, accumulates: accumulate)
        let shape = operation.shape(target.shape, places[0].shape)
        let fitted = try source.withoutLeadingOnes(beyond: shape.count).fitted(to: shape)
        if GradMode.isEnabled, fitted.requiresGrad || found.view.requiresGrad {
            let changed = try Tensor.applyOne(operation, [target, fitted] + places)
            try found.view.assign(found.order.map { try changed.permute(inverse($0)) } ?? changed)
            return
        }
        try found.view.expectChangeable()
        let elements = fitted.storage === storage ? try fitted.detach().clone() : fitted
        storage.willChange()
        operation.put(elements, places, into: target.detach())
    }

    /// A copy in which an index that holds tensors names what is replaced, or what `value` is added to.
    ///
    /// - Throws: `TensorError` as `put`.
    func putting(_ value: Tensor, at items: [IndexItem], accumulate: Bool = false) throws -> Tensor {
        let found = try lookUp(items)
        guard value.dtype == dtype else {
            throw TensorError("a source of type \(dtype.rawValue) expected, got \(value.dtype.rawValue)")
        }
        let (target, first, places) = try found.arranged()
        let operation = IndexPutOperation(first: first, count: places.count, accumulates: accumulate)
        let fitted = try value.fitted(to: operation.shape(target.shape, places[0].shape))
        let changed = try Tensor.applyOne(operation, [target, fitted] + places)
        return try found.order.map { try changed.permute(inverse($0)) } ?? changed
    }

    /// A view of the whole.
    private func alias() throws -> Tensor { try permute(Shape(shape.indices)) }

    /// Without dimensions of size 1 in front, as long as there are more than `count`.
    private func withoutLeadingOnes(beyond count: Int) throws -> Tensor {
        let extra = Swift.max(0, dim - count)
        guard extra > 0, shape[..<extra].allSatisfy({ $0 == 1 }) else { return self }
        return try view(Shape(shape[extra...]))
    }

    /// - Throws: `TensorError` where the elements of another dense view lie partly, but not wholly, where these do.
    private func expectApart(from other: Tensor) throws {
        guard other.storage === storage, isContiguous, other.isContiguous, other.offset != offset else { return }
        guard other.offset + other.count > offset, offset + count > other.offset else { return }
        throw TensorError("the value lies partly where it is to be put; use clone before")
    }

    private func fitted(to target: Shape) throws -> Tensor {
        if shape == target { return self }
        guard let expanded = try? expand(target) else {
            throw TensorError("a value of shape \(shape) does not fit into \(target)")
        }
        return expanded
    }

    private func lookUp(_ items: [IndexItem]) throws -> Lookup {
        let taken = items.reduce(0) { $0 + $1.dimensions }
        guard taken <= dim else {
            throw TensorError(
                "an index for at most \(plural(dim, "dimension")) expected, got one for \(taken) (shape \(shape))")
        }
        var found = Lookup(view: self)
        // Where the next item goes, in the view and in this tensor.
        var (place, own, hasEllipsis) = (0, 0, false)
        for item in items {
            switch item {
            case .position(let index):
                found.view = try found.view.select(place, checkedPlace(index, own))
                own += 1
            case .slice(let start, let stop, let step):
                if step < 1 { throw TensorError("a slice's step of at least 1 expected, got \(step); use flip") }
                if start ?? 0 != 0 || stop != nil || step != 1 {
                    found.view = try found.view.slice(place, start ?? 0, stop ?? .max, step: step)
                }
                place += 1
                own += 1
            case .ellipsis:
                // A second one finds nothing left.
                if hasEllipsis { continue }
                hasEllipsis = true
                place += dim - taken
                own += dim - taken
            case .newAxis:
                found.view = try found.view.unsqueeze(place)
                place += 1
            case .tensor(let tensor):
                if tensor.dim == 0, !tensor.dtype.isTruth {
                    try tensor.expectIndex()
                    found.view = try found.view.select(place, checkedPlace(Int(tensor.to(.int64).int64Array()[0]), own))
                } else {
                    if tensor.dim == 0 { found.view = try found.view.unsqueeze(place) }
                    let indices = try places(tensor, own)
                    for index in indices {
                        found.indices.append((place, index))
                        place += 1
                    }
                    own += tensor.dim == 0 ? 0 : indices.count
                }
            }
        }
        return found
    }

    private func checkedPlace(_ index: Int, _ dimension: Int) throws -> Int {
        let size = shape[dimension]
        guard index >= -size, index < size else { throw outside(index, dimension) }
        return index
    }

    private func outside(_ index: Int, _ dimension: Int) -> TensorError {
        let size = shape[dimension]
        let range = size == 0 ? "which has no places" : "whose places are 0..\(size - 1)"
        return TensorError("index \(index) is outside dimension \(dimension) of \(shape), \(range)")
    }

    /// The places of this tensor's dimension that an index names, from 0 (int64); of several dimensions for a mask.
    private func places(_ index: Tensor, _ dimension: Int) throws -> [Tensor] {
        try index.expectIndex()
        if index.dtype.isTruth {
            let covered = Shape(shape[dimension..<(dimension + index.dim)])
            guard index.shape == covered else {
                throw TensorError(
                    "a mask of shape \(covered) expected for the dimensions from \(dimension) of \(shape), got "
                        + "\(index.shape)")
            }
            return index.dim == 0 ? [try index.view([1]).nonzero().select(1, 0)] : try index.nonzeroPlaces()
        }
        try Listening.listener?.checksPlaces(index)
        let places = try Tensor(uninitialized: index.shape, dtype: .int64)
        try places.assign(index.detach())
        let (values, size) = (places.address(as: Int64.self), Int64(shape[dimension]))
        for i in 0..<places.count {
            guard values[i] >= -size, values[i] < size else { throw outside(Int(values[i]), dimension) }
            if values[i] < 0 { values[i] += size }
        }
        return [places]
    }

    private func expectIndex() throws {
        guard [.int64, .int32, .uint8, .bool].contains(dtype) else {
            throw TensorError("an index of type int64, int32, uint8 or bool expected, got \(dtype.rawValue)")
        }
    }
}

/// The order that undoes an order of dimensions.
func inverse(_ order: [Int]) -> Shape {
    var places = Shape(order)
    for (i, d) in order.enumerated() { places[d] = i }
    return places
}

/// An index brought to a view of a tensor and the tensors that name places of the view's dimensions.
private struct Lookup {
    var view: Tensor
    var indices: [(dimension: Int, index: Tensor)] = []

    /// The order of dimensions that brings those that tensors name to the front, where they do not stand together.
    var order: [Int]? {
        let named = indices.map(\.dimension)
        guard let first = named.first, named != Array(first..<first + named.count) else { return nil }
        return named + view.shape.indices.filter { !named.contains($0) }
    }

    /// The view with the dimensions that tensors name together, the first of them, and the tensors repeated to one shape.
    func arranged() throws -> (Tensor, first: Int, places: [Tensor]) {
        guard let one = indices.first else { throw TensorError("at least one index tensor expected, got none") }
        var shape = one.index.shape
        for (_, index) in indices.dropFirst() {
            guard let common = try? broadcastShape(shape, index.shape) else {
                throw TensorError("index tensors that fit together expected, got shapes \(shape) and \(index.shape)")
            }
            shape = common
        }
        let places = try indices.map { try $0.index.expand(shape) }
        if let order { return (try view.permute(Shape(order)), 0, places) }
        return (view, one.dimension, places)
    }
}
