/// Calls `body` with room for `count` floats that begins with a cache line.
func withFloats(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) {
    let size = max(1, count) * MemoryLayout<Float>.stride
    withUnsafeTemporaryAllocation(byteCount: size, alignment: 64) { space in
        if let base = space.baseAddress { body(base.bindMemory(to: Float.self, capacity: count)) }
    }
}

/// A number of floats, filled up to whole cache lines.
func wholeLines(_ count: Int) -> Int { (count + 15) & ~15 }
