/// Copies rows of `width` floats, whatever lies behind them.
@inline(never)
func copyRows(
    _ rows: Int, _ width: Int, from: UnsafePointer<Float>, fromRow: Int, to: UnsafeMutablePointer<Float>, toRow: Int
) {
    @inline(__always)
    func copy<V: SIMD>(_ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>, _ x: Int, _: V.Type)
    where V.Scalar == Float {
        put(get(from + x, V.self), to + x)
    }
    overRows(rows, width, from, fromRow, to, toRow) {
        copy($0, $1, $2, SIMD16<Float>.self)
    } _: {
        copy($0, $1, $2, SIMD8<Float>.self)
    } _: {
        copy($0, $1, $2, SIMD4<Float>.self)
    } _: {
        $1[$2] = $0[$2]
    }
}

/// Copies every `step`-th float of some rows.
///
/// - Parameter end: up to where floats may be read.
@inline(never)
func gatherRows(
    _ rows: Int, _ width: Int, from: UnsafePointer<Float>, fromRow: Int, step: Int, end: UnsafePointer<Float>,
    to: UnsafeMutablePointer<Float>, toRow: Int
) {
    if step == 1 { return copyRows(rows, width, from: from, fromRow: fromRow, to: to, toRow: toRow) }
    // What is read of a row in vectors ends one float behind the last that is copied.
    let canOverrun = step == 2 && from + ((rows - 1) * fromRow + 2 * width) <= end
    let vectors = step == 2 ? canOverrun ? rows : max(0, rows - 1) : 0
    overRows(vectors, width, from, fromRow, to, toRow) {
        put(get($0 + 2 * $2, SIMD32<Float>.self).evenHalf, $1 + $2)
    } _: {
        put(get($0 + 2 * $2, SIMD16<Float>.self).evenHalf, $1 + $2)
    } _: {
        put(get($0 + 2 * $2, SIMD8<Float>.self).evenHalf, $1 + $2)
    } _: {
        $1[$2] = $0[2 * $2]
    }
    for row in vectors..<max(vectors, rows) {
        let (from, to) = (from + row * fromRow, to + row * toRow)
        for x in 0..<width { to[x] = from[x * step] }
    }
}

/// Fills rows of `width` floats with those of several rows by turns: `to[x]` is float `(x + first) / step` of the row
/// `(x + first) % step`.
///
/// - Parameter phase: floats from one of these rows to the next.
@inline(never)
func interleaveRows(
    _ rows: Int, _ width: Int, first: Int, step: Int, from: UnsafePointer<Float>, phase: Int, fromRow: Int,
    to: UnsafeMutablePointer<Float>, toRow: Int
) {
    if step == 1 { return copyRows(rows, width, from: from, fromRow: fromRow, to: to, toRow: toRow) }
    guard step == 2 else {
        for row in 0..<rows {
            let (from, to) = (from + row * fromRow, to + row * toRow)
            for x in 0..<width { to[x] = from[(x + first) / step + (x + first) % step * phase] }
        }
        return
    }
    /// Where the floats for `x`, and those for the one behind it, are read.
    @inline(__always)
    func sources(_ from: UnsafePointer<Float>, _ x: Int) -> (UnsafePointer<Float>, UnsafePointer<Float>) {
        let at = from + (x + first) / 2
        return (x + first) & 1 == 0 ? (at, at + phase) : (at + phase, at + 1)
    }
    overRows(rows, width, from, fromRow, to, toRow) {
        let (even, odd) = sources($0, $2)
        var both = SIMD16<Float>.zero
        both.evenHalf = get(even, SIMD8<Float>.self)
        both.oddHalf = get(odd, SIMD8<Float>.self)
        put(both, $1 + $2)
    } _: {
        let (even, odd) = sources($0, $2)
        var both = SIMD8<Float>.zero
        both.evenHalf = get(even, SIMD4<Float>.self)
        both.oddHalf = get(odd, SIMD4<Float>.self)
        put(both, $1 + $2)
    } _: {
        let (even, odd) = sources($0, $2)
        var both = SIMD4<Float>.zero
        both.evenHalf = get(even, SIMD2<Float>.self)
        both.oddHalf = get(odd, SIMD2<Float>.self)
        put(both, $1 + $2)
    } _: {
        $1[$2] = sources($0, $2).0.pointee
    }
}

/// Calls bodies that write sixteen, eight, four floats or one of a row from some place on, so that all of each row is
/// written, much of it twice where that saves a loop.
@inline(__always)
private func overRows(
    _ rows: Int, _ width: Int, _ from: UnsafePointer<Float>, _ fromRow: Int, _ to: UnsafeMutablePointer<Float>,
    _ toRow: Int,
    _ sixteen: (_ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>, _ x: Int) -> Void,
    _ eight: (_ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>, _ x: Int) -> Void,
    _ four: (_ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>, _ x: Int) -> Void,
    _ one: (_ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>, _ x: Int) -> Void
) {
    var (from, to) = (from, to)
    @inline(__always)
    func each(_ body: (_ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>) -> Void) {
        for _ in 0..<rows {
            body(from, to)
            from += fromRow
            to += toRow
        }
    }
    if width > 32 {
        each { from, to in
            var x = 0
            while x < width - 32 {
                sixteen(from, to, x)
                x += 16
            }
            sixteen(from, to, width - 32)
            sixteen(from, to, width - 16)
        }
    } else if width > 16 {
        each { from, to in
            sixteen(from, to, 0)
            sixteen(from, to, width - 16)
        }
    } else if width == 16 {
        each { from, to in sixteen(from, to, 0) }
    } else if width >= 8 {
        each { from, to in
            eight(from, to, 0)
            eight(from, to, width - 8)
        }
    } else if width >= 4 {
        each { from, to in
            four(from, to, 0)
            four(from, to, width - 4)
        }
    } else {
        each { from, to in for x in 0..<width { one(from, to, x) } }
    }
}

@inline(__always)
func get<V: SIMD>(_ from: UnsafePointer<Float>, _: V.Type) -> V where V.Scalar == Float {
    UnsafeRawPointer(from).loadUnaligned(as: V.self)
}

@inline(__always)
func put<V: SIMD>(_ vector: V, _ to: UnsafeMutablePointer<Float>) where V.Scalar == Float {
    UnsafeMutableRawPointer(to).storeBytes(of: vector, as: V.self)
}
