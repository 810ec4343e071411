import CVectors

/// As many vectors as one has floats: a square of a matrix, by rows.
struct Square {
    #if KERNELS_V4
        var rows:
            (
                Vector, Vector, Vector, Vector, Vector, Vector, Vector, Vector,
                Vector, Vector, Vector, Vector, Vector, Vector, Vector, Vector
            )
    #elseif KERNELS_V3
        var rows: (Vector, Vector, Vector, Vector, Vector, Vector, Vector, Vector)
    #else
        var rows: (Vector, Vector, Vector, Vector)
    #endif

    /// The square whose row `i` is `row(i)`.
    @inline(__always)
    init(_ row: (Int) -> Vector) {
        #if KERNELS_V4
            rows = (
                row(0), row(1), row(2), row(3), row(4), row(5), row(6), row(7),
                row(8), row(9), row(10), row(11), row(12), row(13), row(14), row(15)
            )
        #elseif KERNELS_V3
            rows = (row(0), row(1), row(2), row(3), row(4), row(5), row(6), row(7))
        #else
            rows = (row(0), row(1), row(2), row(3))
        #endif
    }

    /// Calls `body` with each of the first `count` rows.
    @inline(__always)
    func eachRow(_ count: Int, _ body: (Int, Vector) -> Void) {
        body(0, rows.0)
        if count > 1 { body(1, rows.1) }
        if count > 2 { body(2, rows.2) }
        if count > 3 { body(3, rows.3) }
        #if KERNELS_V3 || KERNELS_V4
            if count > 4 { body(4, rows.4) }
            if count > 5 { body(5, rows.5) }
            if count > 6 { body(6, rows.6) }
            if count > 7 { body(7, rows.7) }
        #endif
        #if KERNELS_V4
            if count > 8 { body(8, rows.8) }
            if count > 9 { body(9, rows.9) }
            if count > 10 { body(10, rows.10) }
            if count > 11 { body(11, rows.11) }
            if count > 12 { body(12, rows.12) }
            if count > 13 { body(13, rows.13) }
            if count > 14 { body(14, rows.14) }
            if count > 15 { body(15, rows.15) }
        #endif
    }

    /// Rows become columns: every round merges each row of the upper half with one of the lower half, float by float.
    @inline(__always)
    var transposed: Square {
        #if KERNELS_V4
            merged.merged.merged.merged
        #elseif KERNELS_V3
            merged.merged.merged
        #else
            merged.merged
        #endif
    }

    @inline(__always)
    private var merged: Square {
        var new = self
        #if KERNELS_V4
            (new.rows.0, new.rows.1) = merge(rows.0, rows.8)
            (new.rows.2, new.rows.3) = merge(rows.1, rows.9)
            (new.rows.4, new.rows.5) = merge(rows.2, rows.10)
            (new.rows.6, new.rows.7) = merge(rows.3, rows.11)
            (new.rows.8, new.rows.9) = merge(rows.4, rows.12)
            (new.rows.10, new.rows.11) = merge(rows.5, rows.13)
            (new.rows.12, new.rows.13) = merge(rows.6, rows.14)
            (new.rows.14, new.rows.15) = merge(rows.7, rows.15)
        #elseif KERNELS_V3
            (new.rows.0, new.rows.1) = merge(rows.0, rows.4)
            (new.rows.2, new.rows.3) = merge(rows.1, rows.5)
            (new.rows.4, new.rows.5) = merge(rows.2, rows.6)
            (new.rows.6, new.rows.7) = merge(rows.3, rows.7)
        #else
            (new.rows.0, new.rows.1) = merge(rows.0, rows.2)
            (new.rows.2, new.rows.3) = merge(rows.1, rows.3)
        #endif
        return new
    }
}

/// Two vectors float by float: their first halves, their second halves.
@inline(__always)
private func merge(_ a: Vector, _ b: Vector) -> (Vector, Vector) {
    #if KERNELS_V4
        (nightjar_merge_low16(a, b), nightjar_merge_high16(a, b))
    #elseif KERNELS_V3
        (nightjar_merge_low8(a, b), nightjar_merge_high8(a, b))
    #else
        (nightjar_merge_low4(a, b), nightjar_merge_high4(a, b))
    #endif
}
