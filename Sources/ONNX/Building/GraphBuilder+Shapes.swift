import Tensors
import Tracing

/// Changes of shape, each left out where it would change nothing.
extension GraphBuilder {
    /// The elements in another shape. At most one size depends on the batch: that of the input does, too.
    func reshape(_ x: Wire, _ shape: [Extent]) throws -> Wire {
        if x.shape == shape { return x }
        let target: Wire
        if shape.filter({ !$0.isConstant }).count <= 1, !shape.contains(Extent(0)) {
            target = try integers(shape.map { $0.isConstant ? $0.base : -1 })
        } else {
            target = try sizes(shape)
        }
        return add("Reshape", [x, target], shape: shape)
    }

    func transpose(_ x: Wire, _ order: [Int]) -> Wire {
        if order == Array(order.indices) { return x }
        return add("Transpose", [x], [("perm", .ints(order))], shape: order.map { x.shape[$0] })
    }

    /// Two dimensions exchanged.
    func transpose(_ x: Wire, _ a: Int, _ b: Int) -> Wire {
        var order = Array(x.shape.indices)
        order.swapAt(a, b)
        return transpose(x, order)
    }

    /// Dimensions of size 1 repeated.
    func expand(_ x: Wire, _ shape: [Extent]) throws -> Wire {
        if x.shape == shape { return x }
        let added = shape.count - x.shape.count
        // A size of 1 keeps what is there.
        let target = shape.indices.map { $0 >= added && x.shape[$0 - added] == shape[$0] ? .one : shape[$0] }
        return add("Expand", [x, try sizes(target)], shape: shape)
    }

    func cast(_ x: Wire, _ dtype: DType) -> Wire {
        if x.dtype == dtype { return x }
        return add("Cast", [x], [("to", .int(dtype.onnxType))], shape: x.shape, dtype)
    }

    /// Places of one dimension, from `start`, so many as `length`, `step` apart.
    struct Part {
        let axis: Int
        let start: Extent, length: Extent
        var step = 1
    }

    /// - Throws: where a bound cannot be counted from either end.
    func slice(_ x: Wire, _ parts: [Part]) throws -> Wire {
        let parts = parts.filter { $0.start != Extent(0) || $0.length != x.shape[$0.axis] }
        if parts.isEmpty { return x }
        var (shape, starts, ends) = (x.shape, [Int](), [Int]())
        for part in parts {
            let whole = x.shape[part.axis]
            let end = part.start + (part.length - .one) * part.step + .one
            guard let first = bound(part.start, whole), let last = bound(end, whole, isEnd: true) else {
                throw refuse("a part of a dimension that moves with the batch has no ONNX operator")
            }
            starts.append(first)
            ends.append(last)
            shape[part.axis] = part.length
        }
        let inputs = try [
            x, integers(starts), integers(ends), integers(parts.map(\.axis)), integers(parts.map(\.step)),
        ]
        return add("Slice", inputs, shape: shape)
    }

    /// A place counted from the start, or, where that depends on the batch, from the end.
    private func bound(_ place: Extent, _ whole: Extent, isEnd: Bool = false) -> Int? {
        if place.isConstant { return place.base }
        let behind = place - whole
        guard behind.isConstant else { return nil }
        return isEnd && behind.base == 0 ? .max : behind.base
    }

    /// `op(a, b)` with either repeated as the other needs.
    func binary(_ kind: String, _ a: Wire, _ b: Wire, _ dtype: DType? = nil) throws -> Wire {
        guard let shape = a.shape.broadcast(with: b.shape) else {
            throw refuse("operands of shapes that do not fit each other for every batch")
        }
        return add(kind, [a, b], shape: shape, dtype)
    }

    func unary(_ kind: String, _ x: Wire, _ dtype: DType? = nil) -> Wire { add(kind, [x], shape: x.shape, dtype) }

    /// A reduction whose dimensions stay, with size 1.
    ///
    /// - Parameter kind: "ReduceSum" and its kin; but for ReduceSum their axes are attributes before version 18.
    func reduce(_ kind: String, _ x: Wire, _ axes: [Int]) throws -> Wire {
        if axes.isEmpty { return x }
        var shape = x.shape
        for axis in axes { shape[axis] = .one }
        if kind == "ReduceSum" || opset >= 18 {
            return add(kind, [x, try integers(axes)], [("keepdims", .int(1))], shape: shape)
        }
        return add(kind, [x], [("axes", .ints(axes)), ("keepdims", .int(1))], shape: shape)
    }
}
