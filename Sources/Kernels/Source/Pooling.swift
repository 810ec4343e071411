import KernelInterface

extension Kernels {
    public func maxPool(
        _ type: ComputeType, _ s: Pooling, _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer,
        indices: UnsafeMutablePointer<Int32>, _ planes: Range<Int>
    ) {
        switch type {
        case .float where s.isPairs:
            let (x, y) = (x.of(Float.self), y.of(Float.self))
            for plane in planes {
                let (inside, outside) = (plane * s.height * s.width, plane * s.outHeight * s.outWidth)
                maxPoolPairs(s, x + inside, y + outside, indices + outside)
            }
        case .float: maxPoolWindows(s, x.of(Float.self), y.of(), indices, planes, lowest: -.infinity)
        case .double: maxPoolWindows(s, x.of(Double.self), y.of(), indices, planes, lowest: -.infinity)
        case .integer: maxPoolWindows(s, x.of(Int64.self), y.of(), indices, planes, lowest: .min)
        }
    }

    public func maxPoolBackward(
        _ type: ComputeType, _ s: Pooling, _ gradient: UnsafeRawPointer, indices: UnsafePointer<Int32>,
        _ dx: UnsafeMutableRawPointer, _ planes: Range<Int>
    ) {
        if type == .float && s.isPairs {
            let (g, dx) = (gradient.of(Float.self), dx.of(Float.self))
            for plane in planes {
                let (inside, outside) = (plane * s.height * s.width, plane * s.outHeight * s.outWidth)
                putPairs(s, g + outside, indices + outside, dx + inside)
            }
            return
        }
        type == .double
            ? putMaxima(s, gradient.of(Double.self), indices, dx.of(), planes)
            : putMaxima(s, gradient.of(Float.self), indices, dx.of(), planes)
    }

    public func averagePool(
        _ type: ComputeType, _ s: Pooling, _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer, _ planes: Range<Int>
    ) {
        switch type {
        case .float: averages(s, x.of(Float.self), y.of(), planes) { $0 / Float($1) }
        case .double: averages(s, x.of(Double.self), y.of(), planes) { $0 / Double($1) }
        case .integer: averages(s, x.of(Int64.self), y.of(), planes) { $1 == -1 ? 0 &- $0 : $0 / Int64($1) }
        }
    }

    public func averagePoolBackward(
        _ type: ComputeType, _ s: Pooling, _ gradient: UnsafeRawPointer, _ dx: UnsafeMutableRawPointer,
        _ planes: Range<Int>
    ) {
        type == .double
            ? spreadAverages(s, gradient.of(Double.self), dx.of(), planes)
            : spreadAverages(s, gradient.of(Float.self), dx.of(), planes)
    }
}

/// The usual window of two by two, step two, without padding.
private func maxPoolPairs(
    _ s: Pooling, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
    _ indices: UnsafeMutablePointer<Int32>
) {
    for oy in 0..<s.outHeight {
        let top = input + 2 * oy * s.width
        let bottom = top + s.width
        let first = Int32(truncatingIfNeeded: 2 * oy * s.width)
        let width = Int32(truncatingIfNeeded: s.width)
        let (values, places) = (output + oy * s.outWidth, indices + oy * s.outWidth)
        if s.outWidth >= 8 {
            var ox = 0
            while true {
                let start = SIMD8(repeating: first &+ Int32(truncatingIfNeeded: 2 * ox)) &+ evenPlaces
                let (upper, lower) = (load16(top + 2 * ox), load16(bottom + 2 * ox))
                var (best, place) = (upper.evenHalf, start)
                take(upper.oddHalf, start &+ 1, &best, &place)
                take(lower.evenHalf, start &+ width, &best, &place)
                take(lower.oddHalf, start &+ (width &+ 1), &best, &place)
                UnsafeMutableRawPointer(values + ox).storeBytes(of: best, as: SIMD8<Float>.self)
                UnsafeMutableRawPointer(places + ox).storeBytes(of: place, as: SIMD8<Int32>.self)
                if ox + 8 >= s.outWidth { break }
                // The last eight overlap those before them.
                ox = min(ox + 8, s.outWidth - 8)
            }
            continue
        }
        if s.outWidth >= 4 {
            for ox in s.outWidth == 4 ? 0..<1 : 0..<2 {
                let ox = ox * (s.outWidth - 4)
                let start = SIMD4(repeating: first &+ Int32(truncatingIfNeeded: 2 * ox)) &+ evenPlaces.lowHalf
                let (upper, lower) = (load8(top + 2 * ox), load8(bottom + 2 * ox))
                var (best, place) = (upper.evenHalf, start)
                take(upper.oddHalf, start &+ 1, &best, &place)
                take(lower.evenHalf, start &+ width, &best, &place)
                take(lower.oddHalf, start &+ (width &+ 1), &best, &place)
                UnsafeMutableRawPointer(values + ox).storeBytes(of: best, as: SIMD4<Float>.self)
                UnsafeMutableRawPointer(places + ox).storeBytes(of: place, as: SIMD4<Int32>.self)
            }
            continue
        }
        for ox in 0..<s.outWidth {
            let start = first &+ Int32(truncatingIfNeeded: 2 * ox)
            var (best, place) = (top[2 * ox], start)
            take(top[2 * ox + 1], start &+ 1, &best, &place)
            take(bottom[2 * ox], start &+ width, &best, &place)
            take(bottom[2 * ox + 1], start &+ width &+ 1, &best, &place)
            values[ox] = best
            places[ox] = place
        }
    }
}

let evenPlaces = SIMD8<Int32>(0, 2, 4, 6, 8, 10, 12, 14)

@inline(__always)
private func load16(_ pointer: UnsafePointer<Float>) -> SIMD16<Float> {
    UnsafeRawPointer(pointer).loadUnaligned(as: SIMD16<Float>.self)
}

@inline(__always)
private func load8(_ pointer: UnsafePointer<Float>) -> SIMD8<Float> {
    UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Float>.self)
}

/// Puts `value` in the place of a smaller one. A NaN, once taken, stays.
@inline(__always)
private func take(_ value: Float, _ place: Int32, _ best: inout Float, _ bestPlace: inout Int32) {
    if value > best || value != value { (best, bestPlace) = (value, place) }
}

@inline(__always)
private func take(
    _ value: SIMD4<Float>, _ place: SIMD4<Int32>, _ best: inout SIMD4<Float>, _ bestPlace: inout SIMD4<Int32>
) {
    let isBetter = (value .> best) .| (value .!= value)
    best.replace(with: value, where: isBetter)
    bestPlace.replace(with: place, where: isBetter)
}

@inline(__always)
private func take(
    _ value: SIMD8<Float>, _ place: SIMD8<Int32>, _ best: inout SIMD8<Float>, _ bestPlace: inout SIMD8<Int32>
) {
    let isBetter = (value .> best) .| (value .!= value)
    best.replace(with: value, where: isBetter)
    bestPlace.replace(with: place, where: isBetter)
}

@inline(__always)
private func maxPoolWindows<T: Comparable>(
    _ s: Pooling, _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, _ indices: UnsafeMutablePointer<Int32>,
    _ planes: Range<Int>, lowest: T
) {
    let (down, across) = s.isAdaptive ? (1, 1) : (s.rows.dilation, s.columns.dilation)
    for plane in planes {
        let input = x + plane * s.height * s.width
        let output = y + plane * s.outHeight * s.outWidth
        let indices = indices + plane * s.outHeight * s.outWidth
        for oy in 0..<s.outHeight {
            let rows = s.range(oy, s.rows, s.height, s.outHeight)
            for ox in 0..<s.outWidth {
                let columns = s.range(ox, s.columns, s.width, s.outWidth)
                var (best, index) = (lowest, -1)
                for y in stride(from: rows.start, to: min(rows.end, s.height), by: down) where y >= 0 {
                    for x in stride(from: columns.start, to: min(columns.end, s.width), by: across) where x >= 0 {
                        let value = input[y * s.width + x]
                        // A NaN, which alone differs from itself, once taken, stays.
                        if value > best || value != value || index < 0 { (best, index) = (value, y * s.width + x) }
                    }
                }
                output[oy * s.outWidth + ox] = best
                indices[oy * s.outWidth + ox] = Int32(truncatingIfNeeded: index)
            }
        }
    }
}

@inline(__always)
private func putMaxima<T: Numeric>(
    _ s: Pooling, _ gradient: UnsafePointer<T>, _ indices: UnsafePointer<Int32>, _ dx: UnsafeMutablePointer<T>,
    _ planes: Range<Int>
) {
    let (inside, outside) = (s.height * s.width, s.outHeight * s.outWidth)
    for plane in planes {
        let (target, first) = (dx + plane * inside, plane * outside)
        target.update(repeating: 0, count: inside)
        // A window of which every tap lies in the padding has no place.
        for i in first..<first + outside where indices[i] >= 0 {
            target[Int(indices[i])] += gradient[i]
        }
    }
}

/// Calls `body` with each output's place, the part of the plane that it is the mean of, and the divisor.
@inline(__always)
private func eachMean(
    _ s: Pooling, _ body: (_ place: Int, _ rows: Range<Int>, _ columns: Range<Int>, _ divisor: Int) -> Void
) {
    for oy in 0..<s.outHeight {
        let rows = s.range(oy, s.rows, s.height, s.outHeight)
        let inRows = max(0, rows.start)..<max(0, rows.start, min(rows.end, s.height))
        for ox in 0..<s.outWidth {
            let columns = s.range(ox, s.columns, s.width, s.outWidth)
            let inColumns = max(0, columns.start)..<max(0, columns.start, min(columns.end, s.width))
            var members = inRows.count * inColumns.count
            if s.divisor != 0, members > 0 {
                members = s.divisor
            } else if s.countsPadding && !s.isAdaptive {
                // The padding counts, but not what a window that was rounded up to reaches beyond it.
                members =
                    (min(rows.end, s.height + s.rows.padding) - rows.start)
                    * (min(columns.end, s.width + s.columns.padding) - columns.start)
            }
            // A window without elements sums up to 0.
            body(oy * s.outWidth + ox, inRows, inColumns, members == 0 ? 1 : members)
        }
    }
}

@inline(__always)
private func averages<T: TileElement>(
    _ s: Pooling, _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, _ planes: Range<Int>, _ divide: (T, Int) -> T
) {
    for plane in planes {
        let input = x + plane * s.height * s.width
        let output = y + plane * s.outHeight * s.outWidth
        eachMean(s) { place, rows, columns, divisor in
            var total: T = 0
            for y in rows { for x in columns { total = T.plus(total, input[y * s.width + x]) } }
            output[place] = divide(total, divisor)
        }
    }
}

@inline(__always)
private func spreadAverages<T: Real>(
    _ s: Pooling, _ gradient: UnsafePointer<T>, _ dx: UnsafeMutablePointer<T>, _ planes: Range<Int>
) {
    for plane in planes {
        let gradient = gradient + plane * s.outHeight * s.outWidth
        let input = dx + plane * s.height * s.width
        input.update(repeating: 0, count: s.height * s.width)
        eachMean(s) { place, rows, columns, divisor in
            let share = gradient[place] / T(divisor)
            for y in rows { for x in columns { input[y * s.width + x] += share } }
        }
    }
}
