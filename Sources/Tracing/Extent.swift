import Tensors

/// A number that depends on how many images a batch has: `base + slope · images`.
package struct Extent: Equatable, Hashable, Sendable {
    package var base: Int
    package var slope = 0

    package func at(_ images: Int) -> Int { base + slope * images }

    /// The number that is `first` for one size of the batch and `second` for another; nil where there is none.
    package init?(_ first: Int, at one: Int, _ second: Int, at other: Int) {
        guard one != other else {
            guard first == second else { return nil }
            self.init(base: first)
            return
        }
        let (rise, run) = (second - first, other - one)
        guard rise % run == 0 else { return nil }
        self.init(base: first - rise / run * one, slope: rise / run)
    }

    package init(base: Int, slope: Int = 0) {
        self.base = base
        self.slope = slope
    }
}

/// How a tensor looks at the elements of its memory.
package struct Layout: Equatable {
    package var offset: Int
    package var shape: Shape, strides: Shape

    package init(_ tensor: Tensor) {
        (offset, shape, strides) = (tensor.offset, tensor.shape, tensor.strides)
    }

    package init(offset: Int, shape: Shape, strides: Shape) {
        (self.offset, self.shape, self.strides) = (offset, shape, strides)
    }

    /// The place behind the last that it looks at.
    package var end: Int {
        if shape.contains(0) { return offset }
        return zip(shape, strides).reduce(offset + 1) { $0 + ($1.0 - 1) * $1.1 }
    }
}

/// The same for batches of any size.
package struct BatchLayout: Equatable, Hashable, Sendable {
    package let offset: Extent
    package let shape: [Extent], strides: [Extent]

    package func at(_ images: Int) -> Layout {
        Layout(
            offset: offset.at(images), shape: Shape(shape.map { $0.at(images) }),
            strides: Shape(strides.map { $0.at(images) }))
    }

    /// What is the one for one size of the batch and the other for another; nil where there is none.
    package init?(_ first: Layout, at one: Int, _ second: Layout, at other: Int) {
        guard first.shape.count == second.shape.count,
            let offset = Extent(first.offset, at: one, second.offset, at: other)
        else { return nil }
        var (shape, strides): ([Extent], [Extent]) = ([], [])
        for d in first.shape.indices {
            guard let size = Extent(first.shape[d], at: one, second.shape[d], at: other) else { return nil }
            shape.append(size)
            // Where there is one place, the distance to a next one says nothing.
            let (a, b) = (first.strides[d], second.strides[d])
            let isKnown = (first.shape[d] != 1, second.shape[d] != 1)
            if isKnown == (false, false) {
                strides.append(Extent(a, at: one, b, at: other) ?? Extent(base: a))
                continue
            }
            guard let stride = Extent(isKnown.0 ? a : b, at: one, isKnown.1 ? b : a, at: other) else { return nil }
            strides.append(stride)
        }
        (self.offset, self.shape, self.strides) = (offset, shape, strides)
    }
}
