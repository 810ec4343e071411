import KernelInterface

extension Kernels {
    public func normalize(
        _ type: ComputeType, _ s: Slices, _ x: UnsafeRawPointer, mean: UnsafeRawPointer, scale: UnsafeRawPointer,
        shift: UnsafeRawPointer, _ y: UnsafeMutableRawPointer, _ rows: Range<Int>
    ) {
        type == .double
            ? normalizeRows(s, x.of(Double.self), mean.of(), scale.of(), shift.of(), y.of(), rows)
            : normalizeRows(s, x.of(Float.self), mean.of(), scale.of(), shift.of(), y.of(), rows)
    }

    public func normalizeBackward(
        _ type: ComputeType, _ s: Slices, _ g: UnsafeRawPointer, _ x: UnsafeRawPointer, mean: UnsafeRawPointer,
        scale: UnsafeRawPointer, less: UnsafeRawPointer, slope: UnsafeRawPointer, _ dx: UnsafeMutableRawPointer,
        _ rows: Range<Int>
    ) {
        type == .double
            ? gradientRows(
                s, g.of(Double.self), x.of(), mean.of(), scale.of(), less.of(), slope.of(), dx.of(), rows)
            : gradientRows(
                s, g.of(Float.self), x.of(), mean.of(), scale.of(), less.of(), slope.of(), dx.of(), rows)
    }
}

@inline(__always)
private func normalizeRows<T: Real>(
    _ s: Slices, _ x: UnsafePointer<T>, _ mean: UnsafePointer<T>, _ scale: UnsafePointer<T>,
    _ shift: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, _ rows: Range<Int>
) {
    eachRun(s, rows) { first, places, inner in
        let place = places.lowerBound
        if inner == 1 {
            let (mean, scale, shift) = (mean + place, scale + place, shift + place)
            for i in 0..<places.count { y[first + i] = (x[first + i] - mean[i]) * scale[i] + shift[i] }
        } else {
            let (mean, scale, shift) = (mean[place], scale[place], shift[place])
            for i in first..<first + inner { y[i] = (x[i] - mean) * scale + shift }
        }
    }
}

@inline(__always)
private func gradientRows<T: Real>(
    _ s: Slices, _ g: UnsafePointer<T>, _ x: UnsafePointer<T>, _ mean: UnsafePointer<T>, _ scale: UnsafePointer<T>,
    _ less: UnsafePointer<T>, _ slope: UnsafePointer<T>, _ dx: UnsafeMutablePointer<T>, _ rows: Range<Int>
) {
    eachRun(s, rows) { first, places, inner in
        let place = places.lowerBound
        if inner == 1 {
            let (mean, scale, less, slope) = (mean + place, scale + place, less + place, slope + place)
            for i in 0..<places.count {
                dx[first + i] = (g[first + i] - less[i] - (x[first + i] - mean[i]) * slope[i]) * scale[i]
            }
        } else {
            let (mean, scale, less, slope) = (mean[place], scale[place], less[place], slope[place])
            for i in first..<first + inner { dx[i] = (g[i] - less - (x[i] - mean) * slope) * scale }
        }
    }
}

/// Calls `body` with the first element and the place of each row of a range, or, where rows have one element, with those of
/// several neighbours at once.
@inline(__always)
private func eachRun(
    _ s: Slices, _ rows: Range<Int>, _ body: (_ first: Int, _ places: Range<Int>, _ inner: Int) -> Void
) {
    var row = rows.lowerBound
    while row < rows.upperBound {
        let place = row % s.length
        let count = s.inner == 1 ? min(s.length - place, rows.upperBound - row) : 1
        body(row * s.inner, place..<place + count, s.inner)
        row += count
    }
}
