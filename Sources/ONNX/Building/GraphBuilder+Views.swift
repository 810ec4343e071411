import Tensors
import Tracing

/// Views: what a trace knows as an offset and strides into a value's memory, as reshapes, slices and transposes.
extension GraphBuilder {
    /// One dimension of the memory seen as several: how many places it has, and which of them a view has.
    private struct Factor {
        /// The dimension of the view that goes through it; nil where the view has one place of it.
        let dimension: Int?
        let count: Extent
        let start: Extent
        var length = Extent.one
        var step = 1

        /// Whether the places are there for batches of every size.
        var isInside: Bool {
            [1, 2, 1009].allSatisfy { images in
                let first = start.at(images)
                return first >= 0 && length.at(images) > 0
                    && first + (length.at(images) - 1) * step < count.at(images)
            }
        }
    }

    /// A view of a value.
    ///
    /// - Parameters:
    ///   - memory: the value, its dimensions in the order in which they lie, the last the closest.
    ///   - count: how many elements it has.
    func view(_ memory: Wire, count: Extent, _ layout: BatchLayout) throws -> Wire {
        guard !layout.shape.contains(Extent(0)) else { throw refuse("a tensor without elements has no ONNX operator") }
        // Dimensions that step through memory, the farthest steps first.
        let moving = layout.shape.indices
            .filter { layout.shape[$0] != .one && layout.strides[$0] != Extent(0) }
            .sorted { (layout.strides[$0].probe, $1) > (layout.strides[$1].probe, $0) }
        guard let factors = factors(memory, count, layout, moving) else {
            return try gathered(memory, count, layout)
        }
        var x = try reshape(memory, factors.map(\.count))
        x = try slice(
            x,
            factors.enumerated().map { i, factor in
                Part(axis: i, start: factor.start, length: factor.length, step: factor.step)
            })
        let order = moving.sorted().compactMap { d in factors.compactMap(\.dimension).firstIndex(of: d) }
        if order != Array(order.indices) {
            x = transpose(try reshape(x, factors.filter { $0.dimension != nil }.map(\.length)), order)
        }
        let narrow = layout.shape.indices.map { layout.strides[$0] == Extent(0) ? .one : layout.shape[$0] }
        return try expand(reshape(x, narrow), layout.shape)
    }

    /// The memory's dimensions as the view's dimensions step through them, the farthest steps first; nil where they do not
    /// do so one after the other.
    private func factors(
        _ memory: Wire, _ count: Extent, _ layout: BatchLayout, _ moving: [Int]
    ) -> [Factor]? {
        let units = memory.shape.indices.compactMap { [Extent](memory.shape[($0 + 1)...]).product }
        /// For the dimensions from `place` on, in what is left of the memory.
        func find(_ place: Int, room: Extent, offset: Extent) -> [Factor]? {
            guard place < moving.count else {
                if room == .one { return offset == Extent(0) ? [] : nil }
                let last = Factor(dimension: nil, count: room, start: offset)
                return last.isInside ? [last] : nil
            }
            let d = moving[place]
            let stride = layout.strides[d]
            // A dimension of the memory that the view leaves out.
            let span = (layout.shape[d].probe - 1) * stride.probe + 1
            if let unit = units.filter({ $0.probe >= span }).min(by: { $0.probe < $1.probe }), unit.probe < room.probe,
                let places = room.divided(by: unit), let start = offset.dividedDown(by: unit)
            {
                let factor = Factor(dimension: nil, count: places, start: start.quotient)
                guard factor.isInside, let rest = find(place, room: unit, offset: start.rest) else { return nil }
                return [factor] + rest
            }
            // A step over several places of a dimension that there is, or else one that is the dimension's unit.
            let larger = units.filter { $0.probe < stride.probe }.sorted { $0.probe > $1.probe }
            for unit in units.contains(stride) ? [stride] + larger : larger + [stride] {
                guard let step = stride.divided(by: unit), step.isConstant, let places = room.divided(by: unit),
                    let start = offset.dividedDown(by: unit)
                else { continue }
                let factor = Factor(
                    dimension: d, count: places, start: start.quotient, length: layout.shape[d], step: step.base)
                if factor.isInside, let rest = find(place + 1, room: unit, offset: start.rest) {
                    return [factor] + rest
                }
            }
            return nil
        }
        return find(0, room: count, offset: layout.offset)
    }

    /// Views whose elements lie in no such order, as diagonals and windows that overlap: gathered one by one from each
    /// image.
    private func gathered(_ memory: Wire, _ count: Extent, _ layout: BatchLayout) throws -> Wire {
        let unknown = refuse("a view of shape \(describe(layout.shape)) has no ONNX operator")
        let batches = layout.shape.indices.filter { !layout.shape[$0].isConstant }
        let inside = layout.shape.indices.filter { !batches.contains($0) }
        var places = [layout.offset]
        for d in inside {
            let (size, stride) = (layout.shape[d].base, layout.strides[d])
            guard places.count * size <= 1 << 22 else { throw unknown }
            places = places.flatMap { place in (0..<size).map { place + stride * $0 } }
        }
        let form = inside.map { layout.shape[$0].base }
        guard let d = batches.first else {
            guard places.allSatisfy({ $0.isConstant && $0.base >= 0 && $0.base < count.at(1) }) else { throw unknown }
            let index = try numbers(places.map { Double($0.base) }, form, .int64)
            return add("Gather", [try reshape(memory, [count]), index], [("axis", .int(0))], shape: layout.shape)
        }
        // The memory's dimension that counts images, brought to the front.
        let axis = memory.shape.indices.first { axis in
            memory.shape[axis] == layout.shape[d] && [Extent](memory.shape[(axis + 1)...]).product == layout.strides[d]
        }
        guard batches.count == 1, let axis, let image = count.divided(by: memory.shape[axis]), image.isConstant else {
            throw unknown
        }
        let unit = layout.strides[d].base
        let index = try places.map { place -> Double in
            // Whole steps beyond all images go through the dimensions in front of it.
            guard place.base >= 0, place.base < unit, place.slope >= 0, place.slope % unit == 0,
                place.base + place.slope < image.base
            else { throw unknown }
            return Double(place.base + place.slope)
        }
        let others = memory.shape.indices.filter { $0 != axis }
        let rows = try reshape(transpose(memory, [axis] + others), [layout.shape[d], image])
        let found = add(
            "Gather", [rows, try numbers(index, form, .int64)], [("axis", .int(1))],
            shape: [layout.shape[d]] + inside.map { layout.shape[$0] })
        var order = Array(1..<layout.shape.count)
        order.insert(0, at: d)
        return transpose(found, order)
    }

    func describe(_ shape: [Extent]) -> String {
        "[\(shape.map { $0.isConstant ? "\($0.base)" : model.batchName }.joined(separator: ", "))]"
    }
}
