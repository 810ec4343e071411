import CVectors
import KernelInterface

extension Kernels {
    public func codedMaxima(
        _ s: Pooling, rectified: Bool, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
        codes: UnsafeMutablePointer<UInt8>, planes: Int
    ) {
        let (inside, windows) = (s.height * s.width, s.outHeight * s.outWidth)
        let all = planes * windows
        for plane in 0..<planes {
            for row in 0..<s.outHeight {
                let upper = x + plane * inside + 2 * row * s.width
                for column in stride(from: 0, to: s.outWidth, by: 16) {
                    // What is written beyond a row's end is written over by the next row.
                    let at = plane * windows + row * s.outWidth + column
                    let (upper, lower) = (upper + 2 * column, upper + s.width + 2 * column)
                    if at + 16 <= all {
                        nightjar_pool_pairs(upper, lower, rectified ? 1 : 0, y + at, codes + at)
                    } else {
                        putLast(upper, lower, rectified: rectified, y + at, codes + at, all - at)
                    }
                }
            }
        }
    }

    /// Fewer than sixteen windows.
    private func putLast(
        _ upper: UnsafePointer<Float>, _ lower: UnsafePointer<Float>, rectified: Bool, _ y: UnsafeMutablePointer<Float>,
        _ codes: UnsafeMutablePointer<UInt8>, _ count: Int
    ) {
        withUnsafeTemporaryAllocation(byteCount: 80, alignment: 64) { space in
            guard let maxima = space.baseAddress?.bindMemory(to: Float.self, capacity: 16) else { return }
            let corners = UnsafeMutableRawPointer(maxima + 16).bindMemory(to: UInt8.self, capacity: 16)
            nightjar_pool_pairs(upper, lower, rectified ? 1 : 0, maxima, corners)
            y.update(from: maxima, count: count)
            codes.update(from: corners, count: count)
        }
    }
}
