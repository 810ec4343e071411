import CVectors

#if KERNELS_V4
    typealias Vector = SIMD16<Float>
    typealias HalfVector = SIMD8<Float>
    let instructionSet = "x86-64-v4"
#elseif KERNELS_V3
    typealias Vector = SIMD8<Float>
    typealias HalfVector = SIMD4<Float>
    let instructionSet = "x86-64-v3"
#else
    typealias Vector = SIMD4<Float>
    typealias HalfVector = SIMD2<Float>
    #if KERNELS_FMA
        let instructionSet = "arm64"
    #else
        let instructionSet = "x86-64-v2"
    #endif
#endif

/// Floats in a vector.
@inline(__always) var lanes: Int { Vector.scalarCount }

/// `sum += a·b`, fused where the instruction set fuses; without it `addProduct` would call a function a lane.
@inline(__always)
func accumulate(_ sum: inout Vector, _ a: Vector, _ b: Vector) {
    #if KERNELS_V3 || KERNELS_V4 || KERNELS_FMA
        sum.addProduct(a, b)
    #else
        sum += a * b
    #endif
}

@inline(__always)
func load(_ pointer: UnsafePointer<Float>) -> Vector {
    UnsafeRawPointer(pointer).loadUnaligned(as: Vector.self)
}

@inline(__always)
func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: Vector.self)
}

#if KERNELS_V4
    /// The floats whose bits are set, the first the lowest, and zeros for those which are not, and are not read.
    @inline(__always)
    func loadSome(_ pointer: UnsafePointer<Float>, _ bits: UInt16) -> Vector { nightjar_load_some(pointer, bits) }

    /// The floats whose bits are set, and a vector's for those which are not, and are not read.
    @inline(__always)
    func loadSome(_ pointer: UnsafePointer<Float>, _ bits: UInt16, over vector: Vector) -> Vector {
        nightjar_load_over(vector, pointer, bits)
    }

    /// Stores the floats whose bits are set.
    @inline(__always)
    func storeSome(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>, _ bits: UInt16) {
        nightjar_store_some(vector, pointer, bits)
    }

    /// The bits of the first `count` lanes; all where there are no more.
    @inline(__always)
    func firstLanes(_ count: Int) -> UInt16 { count >= lanes ? .max : UInt16(1) << UInt16(count) - 1 }
#endif

/// The first `count` floats, fewer than a vector has, and zeros.
@inline(__always)
func loadPart(_ pointer: UnsafePointer<Float>, _ count: Int) -> Vector {
    var vector = Vector.zero
    withUnsafeMutableBytes(of: &vector) { copyPart(UnsafeRawPointer(pointer), $0.baseAddress, count) }
    return vector
}

/// Stores the first `count` floats of a vector, fewer than all.
@inline(__always)
func storePart(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>, _ count: Int) {
    withUnsafeBytes(of: vector) { copyPart($0.baseAddress, UnsafeMutableRawPointer(pointer), count) }
}

/// Copies `count` floats, fewer than a vector has.
@inline(__always)
func copyPart(_ from: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>, _ count: Int) {
    copyPart(UnsafeRawPointer(from), UnsafeMutableRawPointer(to), count)
}

@inline(__always)
private func copyPart(_ from: UnsafeRawPointer?, _ to: UnsafeMutableRawPointer?, _ count: Int) {
    guard var from, var to else { return }
    func move<Part>(_: Part.Type) {
        to.storeBytes(of: from.loadUnaligned(as: Part.self), as: Part.self)
        from += MemoryLayout<Part>.size
        to += MemoryLayout<Part>.size
    }
    if count & 8 != 0 { move(SIMD8<Float>.self) }
    if count & 4 != 0 { move(SIMD4<Float>.self) }
    if count & 2 != 0 { move(SIMD2<Float>.self) }
    if count & 1 != 0 { move(Float.self) }
}

/// A row's sums: `(low, high) += a·(b0, b1)`.
@inline(__always)
func accumulate(_ low: inout Vector, _ high: inout Vector, _ a: Float, _ b0: Vector, _ b1: Vector) {
    let values = Vector(repeating: a)
    accumulate(&low, values, b0)
    accumulate(&high, values, b1)
}

/// Six rows by two vectors of running sums: as many as there are registers for.
struct Sums {
    var (c00, c01) = (Vector.zero, Vector.zero)
    var (c10, c11) = (Vector.zero, Vector.zero)
    var (c20, c21) = (Vector.zero, Vector.zero)
    var (c30, c31) = (Vector.zero, Vector.zero)
    var (c40, c41) = (Vector.zero, Vector.zero)
    var (c50, c51) = (Vector.zero, Vector.zero)

    /// Starts each of the first `rows` rows with a value of its own.
    @inline(__always)
    mutating func fill(_ values: UnsafePointer<Float>, _ rows: Int) {
        func value(_ row: Int) -> Vector { Vector(repeating: row < rows ? values[row] : 0) }
        (c00, c10, c20, c30, c40, c50) = (value(0), value(1), value(2), value(3), value(4), value(5))
        (c01, c11, c21, c31, c41, c51) = (c00, c10, c20, c30, c40, c50)
    }

    /// Calls `body` with each of the first `rows` rows' sums.
    @inline(__always)
    func eachRow(_ rows: Int, _ body: (_ row: Int, _ low: Vector, _ high: Vector) -> Void) {
        body(0, c00, c01)
        if rows > 1 { body(1, c10, c11) }
        if rows > 2 { body(2, c20, c21) }
        if rows > 3 { body(3, c30, c31) }
        if rows > 4 { body(4, c40, c41) }
        if rows > 5 { body(5, c50, c51) }
    }
}

@inline(__always)
func put(_ low: Vector, _ high: Vector, _ c: UnsafeMutablePointer<Float>, _ accumulating: Bool) {
    if accumulating {
        store(load(c) + low, c)
        store(load(c + lanes) + high, c + lanes)
    } else {
        store(low, c)
        store(high, c + lanes)
    }
}
