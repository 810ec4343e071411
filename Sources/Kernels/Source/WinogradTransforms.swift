/// A row or a column of a transformed tile.
typealias FourVectors = (Vector, Vector, Vector, Vector)

/// `Bᵀ d`: what a tile sees, along one dimension.
@inline(__always)
func seen(_ d: FourVectors) -> FourVectors { (d.0 - d.2, d.1 + d.2, d.2 - d.1, d.1 - d.3) }

/// `Aᵀ m`: a tile's two results, along one dimension.
@inline(__always)
func result(_ m: FourVectors) -> (Vector, Vector) { (m.0 + m.1 + m.2, m.1 - m.2 - m.3) }

/// `G g`: the three taps of the weight, along one dimension.
@inline(__always)
func spread(_ a: Vector, _ b: Vector, _ c: Vector) -> FourVectors {
    let half = Vector(repeating: 0.5)
    let (outer, inner) = ((a + c) * half, b * half)
    return (a, outer + inner, outer - inner, c)
}

/// Transforms what `columns` tiles of a row see: element `(i, j)` of each goes to `(4i + j) · part`, a vector behind the
/// tile before.
///
/// - Parameter frame: four rows of pixels, `rowSize` floats apart, a vector each.
@inline(__always)
func transformSeen(
    _ frame: UnsafePointer<Float>, rowSize: Int, columns: Int, to: UnsafeMutablePointer<Float>, part: Int
) {
    @inline(__always) func column(_ at: UnsafePointer<Float>) -> FourVectors {
        seen((load(at), load(at + rowSize), load(at + 2 * rowSize), load(at + 3 * rowSize)))
    }
    @inline(__always) func put(_ row: FourVectors, _ at: UnsafeMutablePointer<Float>) {
        let v = seen(row)
        store(v.0, at)
        store(v.1, at + part)
        store(v.2, at + 2 * part)
        store(v.3, at + 3 * part)
    }
    var (frame, to) = (frame, to)
    var (c0, c1) = (column(frame), column(frame + lanes))
    for _ in 0..<columns {
        let (c2, c3) = (column(frame + 2 * lanes), column(frame + 3 * lanes))
        put((c0.0, c1.0, c2.0, c3.0), to)
        put((c0.1, c1.1, c2.1, c3.1), to + 4 * part)
        put((c0.2, c1.2, c2.2, c3.2), to + 8 * part)
        put((c0.3, c1.3, c2.3, c3.3), to + 12 * part)
        (c0, c1) = (c2, c3)
        frame += 2 * lanes
        to += lanes
    }
}

/// The 2 × 2 results of a tile from its sixteen products, which lie `part` floats apart.
@inline(__always)
func transformProducts(_ m: UnsafePointer<Float>, part: Int) -> (Vector, Vector, Vector, Vector) {
    @inline(__always) func row(_ i: Int) -> (Vector, Vector) {
        let m = m + 4 * i * part
        return result((load(m), load(m + part), load(m + 2 * part), load(m + 3 * part)))
    }
    let (r0, r1, r2, r3) = (row(0), row(1), row(2), row(3))
    let left = result((r0.0, r1.0, r2.0, r3.0))
    let right = result((r0.1, r1.1, r2.1, r3.1))
    return (left.0, right.0, left.1, right.1)
}

/// Transforms one vector of kernels: nine taps, `step` floats apart, to sixteen vectors `part` floats apart.
@inline(__always)
func transformWeight(_ taps: UnsafePointer<Float>, step: Int, to: UnsafeMutablePointer<Float>, part: Int) {
    @inline(__always) func column(_ x: Int) -> FourVectors {
        spread(load(taps + x * step), load(taps + (3 + x) * step), load(taps + (6 + x) * step))
    }
    let (a, b, c) = (column(0), column(1), column(2))
    @inline(__always) func put(_ a: Vector, _ b: Vector, _ c: Vector, _ row: Int) {
        let (u, at) = (spread(a, b, c), to + 4 * row * part)
        store(u.0, at)
        store(u.1, at + part)
        store(u.2, at + 2 * part)
        store(u.3, at + 3 * part)
    }
    put(a.0, b.0, c.0, 0)
    put(a.1, b.1, c.1, 1)
    put(a.2, b.2, c.2, 2)
    put(a.3, b.3, c.3, 3)
}

/// `A y`: a tile's two results spread to four, along one dimension.
@inline(__always)
func spread(_ y0: Vector, _ y1: Vector) -> FourVectors { (y0, y0 + y1, y0 - y1, -y1) }

/// Transforms the gradients of `columns` tiles of a row: element `(i, j)` of each goes to `(4i + j) · part`, the tiles'
/// `step` floats apart.
///
/// - Parameter frame: two rows of pixels, `rowSize` floats apart, a vector each.
@inline(__always)
func spreadGradient(
    _ frame: UnsafePointer<Float>, rowSize: Int, columns: Int, to: UnsafeMutablePointer<Float>, step: Int, part: Int
) {
    var (frame, to) = (frame, to)
    @inline(__always) func put(_ left: Vector, _ right: Vector, _ at: UnsafeMutablePointer<Float>) {
        let v = spread(left, right)
        store(v.0, at)
        store(v.1, at + part)
        store(v.2, at + 2 * part)
        store(v.3, at + 3 * part)
    }
    for _ in 0..<columns {
        let left = spread(load(frame), load(frame + rowSize))
        let right = spread(load(frame + lanes), load(frame + lanes + rowSize))
        put(left.0, right.0, to)
        put(left.1, right.1, to + 4 * part)
        put(left.2, right.2, to + 8 * part)
        put(left.3, right.3, to + 12 * part)
        frame += 2 * lanes
        to += step
    }
}

/// `Gᵀ m`: the gradients of three taps, along one dimension.
@inline(__always)
private func gather(_ m: FourVectors) -> (Vector, Vector, Vector) {
    let half = Vector(repeating: 0.5)
    let (sum, difference) = ((m.1 + m.2) * half, (m.1 - m.2) * half)
    return (m.0 + sum, difference, sum + m.3)
}

/// Transforms a vector of sums, sixteen places `part` floats apart, to the gradients of nine taps, a vector each.
@inline(__always)
func addTaps(_ sums: UnsafePointer<Float>, part: Int, to taps: UnsafeMutablePointer<Float>, accumulating: Bool) {
    @inline(__always) func row(_ i: Int) -> (Vector, Vector, Vector) {
        let m = sums + 4 * i * part
        return gather((load(m), load(m + part), load(m + 2 * part), load(m + 3 * part)))
    }
    @inline(__always) func put(_ column: Int, _ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector) {
        let (t, to) = (gather((a, b, c, d)), taps + column * lanes)
        store(accumulating ? load(to) + t.0 : t.0, to)
        store(accumulating ? load(to + 3 * lanes) + t.1 : t.1, to + 3 * lanes)
        store(accumulating ? load(to + 6 * lanes) + t.2 : t.2, to + 6 * lanes)
    }
    let (a, b, c, d) = (row(0), row(1), row(2), row(3))
    put(0, a.0, b.0, c.0, d.0)
    put(1, a.1, b.1, c.1, d.1)
    put(2, a.2, b.2, c.2, d.2)
}

/// A tap of a vector of kernels, from their transforms: `G` keeps the outer taps, and the difference of what it makes of
/// the inner one is that.
func plainTap(_ tap: Int, _ weight: UnsafePointer<Float>, part: Int) -> Vector {
    func along(_ tap: Int, _ value: (_ place: Int) -> Vector) -> Vector {
        tap == 1 ? value(1) - value(2) : value(tap == 0 ? 0 : 3)
    }
    return along(tap / 3) { row in along(tap % 3) { load(weight + (4 * row + $0) * part) } }
}
