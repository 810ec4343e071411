/// A way to look at the elements of a tensor, of which nothing is copied.
public protocol ViewOperation: Operation {
    /// The form of the view of a tensor.
    ///
    /// - Throws: `TensorError` where there is none.
    func view(_ tensor: Tensor) throws -> (offset: Int, shape: Shape, strides: Shape)
}

extension Tensor {
    /// Another look at the same elements. Where gradients flow, they flow through it too.
    public func viewed(by view: some ViewOperation) throws -> Tensor {
        let (offset, shape, strides) = try view.view(self)
        _ = try checkedCount(shape)
        let result = Tensor(storage: storage, offset: offset, shape: shape, strides: strides, dtype: dtype)
        let depth = (parent?.depth ?? 0) + 1
        guard depth <= 1000 else { throw TensorError("views of views at most 1000 deep expected; use clone before") }
        result.parent = Parent(tensor: self, view: view, rebases: root.rebases, depth: depth)
        isViewed = true
        Tensor.record(view, [self], [result])
        return result
    }

    /// The same elements without a history.
    public func detach() -> Tensor {
        Tensor(storage: storage, offset: offset, shape: shape, strides: strides, dtype: dtype)
    }

    /// The same elements in another shape. One size may be -1: it is worked out from the others.
    ///
    /// A view where the strides allow it, else a copy.
    ///
    /// - Throws: `TensorError` where the number of elements differs.
    public func reshape(_ wanted: Shape) throws -> Tensor {
        let target = try completed(wanted)
        if target == shape { return self }
        if stridesForView(target) != nil { return try viewed(by: ReshapeView(target: target)) }
        return try contiguous().viewed(by: ReshapeView(target: target))
    }

    /// The same elements in another shape, never a copy.
    ///
    /// - Throws: `TensorError` where that cannot be, because the number differs or the elements are out of order.
    public func view(_ wanted: Shape) throws -> Tensor {
        let target = try completed(wanted)
        guard stridesForView(target) != nil else {
            throw TensorError(
                "the elements of this \(shape) do not stand in order (strides \(strides)); "
                    + "use reshape, or contiguous before")
        }
        return try viewed(by: ReshapeView(target: target))
    }

    private func completed(_ wanted: Shape) throws -> Shape {
        guard wanted.count <= mostDimensions else {
            throw TensorError("at most \(mostDimensions) dimensions expected, got \(wanted.count)")
        }
        var target = wanted
        if let place = wanted.firstIndex(of: -1) {
            target[place] = 1
            let known = (try? checkedCount(target)) ?? 0
            target[place] = known > 0 && count % known == 0 ? count / known : -1
        }
        guard let completed = try? checkedCount(target), completed == count else {
            throw TensorError("cannot see the \(plural(count, "element")) of \(shape) as \(wanted)")
        }
        return target
    }

    /// The strides with which these elements, as they lie, are seen in another shape; nil where there are none.
    fileprivate func stridesForView(_ target: Shape) -> Shape? {
        if isContiguous || count == 0 { return rowMajorStrides(target) }
        var result = Shape(repeating: 1, count: target.count)
        // From the last dimension on, runs of dimensions that lie like one are divided anew.
        var place = target.count - 1
        var (run, step) = (1, strides[dim - 1])
        for d in shape.indices.reversed() {
            run *= shape[d]
            let isEnd = d == 0 || shape[d - 1] != 1 && strides[d - 1] != run * step
            guard isEnd else { continue }
            var taken = 1
            while place >= 0, taken < run || target[place] == 1 {
                result[place] = taken * step
                taken *= target[place]
                place -= 1
            }
            if taken != run { return nil }
            if d > 0 { (run, step) = (1, strides[d - 1]) }
        }
        return place < 0 ? result : nil
    }

    /// The dimensions from `start` to `end` made one.
    public func flatten(start: Int = 0, end: Int = -1) throws -> Tensor {
        if dim == 0 { return try reshape([1]) }
        let (first, last) = (try resolve(start), try resolve(end))
        guard first <= last else { throw TensorError("dimension \(start) comes after dimension \(end)") }
        var target = Shape(shape[..<first])
        target.append(shape[first...last].reduce(1, *))
        target.append(contentsOf: shape[(last + 1)...])
        return try reshape(target)
    }

    /// The dimensions in another order: `permute([0, 2, 1])`.
    public func permute(_ order: Shape) throws -> Tensor {
        let order = try order.map { try resolve($0) }
        guard order.sorted() == Array(0..<dim) else {
            throw TensorError("every dimension of \(shape) once expected, got \(describe(order))")
        }
        return try viewed(by: PermuteView(order: order))
    }

    /// Two dimensions exchanged.
    public func transpose(_ first: Int, _ second: Int) throws -> Tensor {
        if dim == 0, (-1...0).contains(first), (-1...0).contains(second) {
            return try viewed(by: PermuteView(order: []))
        }
        var order = Array(0..<dim)
        order.swapAt(try resolve(first), try resolve(second))
        return try permute(Shape(order))
    }

    /// `length` places of one dimension, from `start`.
    public func narrow(_ dimension: Int, start: Int, length: Int) throws -> Tensor {
        let d = try resolve(dimension)
        let first = start < 0 ? start + shape[d] : start
        guard first >= 0, length >= 0, first <= shape[d], length <= shape[d] - first else {
            throw TensorError(
                "\(plural(length, "place")) from \(start) are outside 0..\(shape[d] - 1) of dimension \(dimension) "
                    + "(shape \(shape))")
        }
        return try viewed(by: SliceView(dimension: d, start: first, length: length, step: 1))
    }

    /// The places `start`, `start + step`, … below `stop` of one dimension; bounds as Python's slices have them: negative
    /// ones count from the end, and those beyond an end are brought to it.
    public func slice(_ dimension: Int, _ start: Int = 0, _ stop: Int = .max, step: Int = 1) throws -> Tensor {
        let d = try resolve(dimension)
        guard step >= 1 else { throw TensorError("a slice's step of at least 1 expected, got \(step)") }
        let size = shape[d]
        func bound(_ place: Int) -> Int { place < 0 ? max(0, place < -size ? 0 : place + size) : min(place, size) }
        let (first, last) = (bound(start), bound(stop))
        let length = last <= first ? 0 : (last - first - 1) / step + 1
        return try viewed(by: SliceView(dimension: d, start: first, length: length, step: min(step, max(1, size))))
    }

    /// One place of one dimension, which goes away. A negative index counts from the end.
    public func select(_ dimension: Int, _ index: Int) throws -> Tensor {
        let d = try resolve(dimension)
        let place = index < 0 ? index + shape[d] : index
        guard place >= 0 && place < shape[d] else {
            throw TensorError(
                "index \(index) is outside 0..\(shape[d] - 1) of dimension \(dimension) (shape \(shape))")
        }
        return try viewed(by: SelectView(dimension: d, index: place))
    }

    /// Without the dimensions of size 1, or without those of these that have it.
    public func squeeze(_ dimensions: [Int]? = nil) throws -> Tensor {
        let gone = try dimensions?.map { dim == 0 ? 0 : try resolve($0) } ?? Array(shape.indices)
        let kept = shape.indices.filter { !(gone.contains($0) && shape[$0] == 1) }
        return try viewed(by: ReshapeView(target: Shape(kept.map { shape[$0] })))
    }

    /// With a dimension of size 1 put in before `dimension`.
    public func unsqueeze(_ dimension: Int) throws -> Tensor {
        let d = try resolve(dimension, of: dim + 1)
        var target = shape
        target.insert(1, at: d)
        return try viewed(by: ReshapeView(target: target))
    }

    /// Dimensions of size 1 repeated to a larger size, without a copy; -1 keeps a size.
    public func expand(_ wanted: Shape) throws -> Tensor {
        if wanted == shape { return self }
        return try viewed(by: ExpandView(wanted: wanted))
    }

    /// The elements of two dimensions whose places differ by `offset`, as a new last dimension.
    public func diagonal(offset: Int = 0, _ first: Int = 0, _ second: Int = 1) throws -> Tensor {
        let (a, b) = (try resolve(first), try resolve(second))
        guard a != b else { throw TensorError("two different dimensions expected, got \(first) and \(second)") }
        return try viewed(by: DiagonalView(offset: offset, first: a, second: b))
    }

    /// Windows of `size` places, `step` apart, along a dimension; a new last dimension goes through each window.
    public func unfold(_ dimension: Int, size: Int, step: Int) throws -> Tensor {
        let d = try resolve(dimension)
        guard size >= 1, size <= shape[d], step >= 1 else {
            throw TensorError(
                "a size from 1 to \(shape[d]) and a step of at least 1 expected, got \(size) and \(step)")
        }
        return try viewed(by: UnfoldView(dimension: d, size: size, step: step))
    }

    /// The gradient of a view that has each element at most once: zeros, with the gradient in the view's places.
    fileprivate static func put(_ gradient: Tensor?, _ view: some ViewOperation, _ kept: Kept) throws -> [Tensor?] {
        [try gradient.map { try applyOne(UnviewOperation(view: view, target: kept.inputSpecs[0]), [$0]) }]
    }
}

struct ReshapeView: ViewOperation, Equatable {
    let target: Shape
    var name: String { "view" }

    func view(_ tensor: Tensor) throws -> (offset: Int, shape: Shape, strides: Shape) {
        guard let strides = tensor.stridesForView(target) else {
            throw TensorError("the elements of \(tensor.shape) do not stand in order for \(target)")
        }
        return (tensor.offset, target, strides)
    }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        [try gradients[0]?.reshape(kept.inputSpecs[0].shape)]
    }
}

private struct PermuteView: ViewOperation, Equatable {
    let order: [Int]
    var name: String { "permute" }

    func view(_ tensor: Tensor) throws -> (offset: Int, shape: Shape, strides: Shape) {
        (tensor.offset, Shape(order.map { tensor.shape[$0] }), Shape(order.map { tensor.strides[$0] }))
    }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        var inverse = order
        for (i, d) in order.enumerated() { inverse[d] = i }
        return [try gradients[0]?.viewed(by: PermuteView(order: inverse))]
    }
}

private struct SliceView: ViewOperation {
    let dimension: Int, start: Int, length: Int, step: Int
    var name: String { "slice" }

    func view(_ tensor: Tensor) throws -> (offset: Int, shape: Shape, strides: Shape) {
        var (shape, strides) = (tensor.shape, tensor.strides)
        shape[dimension] = length
        strides[dimension] *= step
        return (tensor.offset + start * tensor.strides[dimension], shape, strides)
    }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] { try Tensor.put(gradients[0], self, kept) }
}

private struct SelectView: ViewOperation {
    let dimension: Int, index: Int
    var name: String { "select" }

    func view(_ tensor: Tensor) throws -> (offset: Int, shape: Shape, strides: Shape) {
        var (shape, strides) = (tensor.shape, tensor.strides)
        shape.remove(at: dimension)
        strides.remove(at: dimension)
        return (tensor.offset + index * tensor.strides[dimension], shape, strides)
    }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] { try Tensor.put(gradients[0], self, kept) }
}

private struct DiagonalView: ViewOperation {
    let offset: Int, first: Int, second: Int
    var name: String { "diagonal" }

    func view(_ tensor: Tensor) throws -> (offset: Int, shape: Shape, strides: Shape) {
        var (shape, strides) = (tensor.shape, tensor.strides)
        let (rows, columns) = (shape[first], shape[second])
        let isAbove = offset >= 0
        let outside = isAbove ? offset >= columns : offset <= -rows
        let length = outside ? 0 : isAbove ? min(rows, columns - offset) : min(rows + offset, columns)
        let skipped = outside ? 0 : isAbove ? offset * strides[second] : -offset * strides[first]
        let step = strides[first] + strides[second]
        for d in [max(first, second), min(first, second)] {
            shape.remove(at: d)
            strides.remove(at: d)
        }
        shape.append(length)
        strides.append(step)
        return (tensor.offset + skipped, shape, strides)
    }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] { try Tensor.put(gradients[0], self, kept) }
}

private struct ExpandView: ViewOperation, Equatable {
    let wanted: Shape
    var name: String { "expand" }

    func view(_ tensor: Tensor) throws -> (offset: Int, shape: Shape, strides: Shape) {
        let added = wanted.count - tensor.dim
        var (target, steps) = (wanted, Shape(repeating: 0, count: wanted.count))
        var fits = added >= 0
        for i in wanted.indices where fits {
            let old = i < added ? 1 : tensor.shape[i - added]
            if wanted[i] == -1 { target[i] = old }
            fits = target[i] >= 0 && (old == target[i] || old == 1) && !(i < added && wanted[i] == -1)
            if fits && i >= added && old == target[i] { steps[i] = tensor.strides[i - added] }
        }
        guard fits else { throw TensorError("cannot expand \(tensor.shape) to \(wanted)") }
        return (tensor.offset, target, steps)
    }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        [try gradients[0]?.sum(to: kept.inputSpecs[0].shape)]
    }
}

private struct UnfoldView: ViewOperation {
    let dimension: Int, size: Int, step: Int
    var name: String { "unfold" }

    func view(_ tensor: Tensor) throws -> (offset: Int, shape: Shape, strides: Shape) {
        var (shape, strides) = (tensor.shape, tensor.strides)
        shape[dimension] = (shape[dimension] - size) / step + 1
        shape.append(size)
        strides.append(strides[dimension])
        // A single window has no next one, however large the step.
        if shape[dimension] > 1 { strides[dimension] *= step }
        return (tensor.offset, shape, strides)
    }

    /// Windows overlap: each place of the windows is added where it belongs.
    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        guard let gradient = gradients[0] else { return [] }
        let windows = gradient.shape[dimension]
        var total: Tensor?
        for place in 0..<size {
            let slice = SliceView(dimension: dimension, start: place, length: windows, step: step)
            let part = try Tensor.put(gradient.select(-1, place), slice, kept)[0]
            total = try part.map { part in try total.map { try $0 + part } ?? part }
        }
        return [total]
    }
}

/// Zeros of a form, with a tensor in the places of a view.
private struct UnviewOperation<View: ViewOperation>: Operation {
    let view: View
    let target: Spec
    var name: String { view.name + "_backward" }

    func infer(_ inputs: [Spec]) throws -> [Spec] { [target] }

    func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
        outputs[0].fillWithoutCheck(0)
        let (offset, shape, strides) = try view.view(outputs[0])
        Tensor(storage: outputs[0].storage, offset: offset, shape: shape, strides: strides, dtype: target.dtype)
            .copyElementsWithoutCheck(from: inputs[0])
    }

    func gradient(_ gradients: [Tensor?], _ kept: Kept) throws -> [Tensor?] {
        [try gradients[0]?.viewed(by: view)]
    }
}
