import Tensors
import Tracing

/// How a step that treats every image by itself looks at one image's share of a value.
///
/// In a plan for one size of the batch only, the whole batch counts as one image.
struct ImageLayout: Equatable {
    /// Elements of the whole value that belong to one image.
    let size: Int
    let offset: Int
    let shape: Shape, strides: Shape
    /// How many of the tensor's dimensions are left out because they count images: 1 or 0.
    let leftOut: Int

    /// Nil where images do not follow each other as wholes.
    init?(_ layout: BatchLayout, of value: Graph.Value, isFixed: Bool) {
        if isFixed {
            let fixed = layout.at(0)
            (size, offset, shape, strides, leftOut) = (value.count.base, fixed.offset, fixed.shape, fixed.strides, 0)
            return
        }
        guard value.count.base == 0, value.count.slope > 0, layout.offset.slope == 0, let first = layout.shape.first,
            first.base == 0, first.slope > 0, layout.strides[0].slope == 0,
            layout.strides[0].base * first.slope == value.count.slope
        else { return nil }
        for d in layout.shape.indices.dropFirst() {
            guard layout.shape[d].slope == 0, layout.strides[d].slope == 0 else { return nil }
        }
        size = value.count.slope
        offset = layout.offset.base
        // Where a dimension counts images and something else, the something stays.
        leftOut = first.slope == 1 ? 1 : 0
        shape = Shape((leftOut == 1 ? [] : [first.slope]) + layout.shape.dropFirst().map(\.base))
        strides = Shape((leftOut == 1 ? [] : [layout.strides[0].base]) + layout.strides.dropFirst().map(\.base))
    }

    /// Whether all elements stand in row-major order.
    var isDense: Bool {
        guard offset == 0, shape.product == size else { return false }
        var expected = 1
        for d in shape.indices.reversed() where shape[d] != 1 {
            if strides[d] != expected { return false }
            expected *= shape[d]
        }
        return true
    }
}
