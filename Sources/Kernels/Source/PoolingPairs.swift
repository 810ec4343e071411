import KernelInterface

/// The gradient of windows of two by two, step two, without padding: each gives all four of its elements their value, so
/// that nothing has to be cleared but the row and the column that no window reaches.
func putPairs(
    _ s: Pooling, _ gradient: UnsafePointer<Float>, _ indices: UnsafePointer<Int32>, _ dx: UnsafeMutablePointer<Float>
) {
    let width = Int32(truncatingIfNeeded: s.width)
    for oy in 0..<s.outHeight {
        let top = dx + 2 * oy * s.width
        let bottom = top + s.width
        let first = Int32(truncatingIfNeeded: 2 * oy * s.width)
        let (values, places) = (gradient + oy * s.outWidth, indices + oy * s.outWidth)
        var ox = 0
        while ox + 8 <= s.outWidth {
            let g = UnsafeRawPointer(values + ox).loadUnaligned(as: SIMD8<Float>.self)
            let place = UnsafeRawPointer(places + ox).loadUnaligned(as: SIMD8<Int32>.self)
            let start = SIMD8(repeating: first &+ Int32(truncatingIfNeeded: 2 * ox)) &+ evenPlaces
            putPair(g, place, start, top + 2 * ox)
            putPair(g, place, start &+ width, bottom + 2 * ox)
            ox += 8
        }
        while ox < s.outWidth {
            let start = first &+ Int32(truncatingIfNeeded: 2 * ox)
            let (g, place) = (values[ox], places[ox])
            top[2 * ox] = place == start ? g : 0
            top[2 * ox + 1] = place == start &+ 1 ? g : 0
            bottom[2 * ox] = place == start &+ width ? g : 0
            bottom[2 * ox + 1] = place == start &+ width &+ 1 ? g : 0
            ox += 1
        }
        if 2 * s.outWidth < s.width {
            top[s.width - 1] = 0
            bottom[s.width - 1] = 0
        }
    }
    let seen = 2 * s.outHeight * s.width
    (dx + seen).update(repeating: 0, count: s.height * s.width - seen)
}

/// Writes two neighbours for each of eight places.
@inline(__always)
private func putPair(
    _ gradient: SIMD8<Float>, _ place: SIMD8<Int32>, _ start: SIMD8<Int32>, _ to: UnsafeMutablePointer<Float>
) {
    var both = SIMD16<Float>.zero
    both.evenHalf = SIMD8<Float>.zero.replacing(with: gradient, where: place .== start)
    both.oddHalf = SIMD8<Float>.zero.replacing(with: gradient, where: place .== start &+ 1)
    UnsafeMutableRawPointer(to).storeBytes(of: both, as: SIMD16<Float>.self)
}
