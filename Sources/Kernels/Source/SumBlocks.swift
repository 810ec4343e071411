/// Running sums in registers: rows of vectors, as they lie in memory one row behind the other.
protocol SumBlock {
    static var rows: Int { get }
    /// Floats in a row.
    static var width: Int { get }
    /// Zeros.
    init()
    /// - Parameter pitch: floats from one row to the next.
    init(_ place: UnsafePointer<Float>, _ pitch: Int)
    func store(_ place: UnsafeMutablePointer<Float>, _ pitch: Int)
    /// `sums += value · block`
    mutating func add(_ value: Float, _ block: UnsafePointer<Float>, _ pitch: Int)
    mutating func add(_ other: Self)
    /// `block += value · self`
    func addTo(_ block: UnsafeMutablePointer<Float>, _ value: Float, _ pitch: Int)
}

/// A vector.
struct One: SumBlock {
    @inline(__always) static var rows: Int { 1 }
    @inline(__always) static var width: Int { lanes }
    private var sums: Vector

    @inline(__always) init() { sums = .zero }
    @inline(__always) init(_ place: UnsafePointer<Float>, _ pitch: Int) { sums = load(place) }
    @inline(__always) func store(_ place: UnsafeMutablePointer<Float>, _ pitch: Int) {
        UnsafeMutableRawPointer(place).storeBytes(of: sums, as: Vector.self)
    }
    @inline(__always) mutating func add(_ value: Float, _ block: UnsafePointer<Float>, _ pitch: Int) {
        accumulate(&sums, Vector(repeating: value), load(block))
    }
    @inline(__always) mutating func add(_ other: Self) { sums += other.sums }
    @inline(__always) func addTo(_ block: UnsafeMutablePointer<Float>, _ value: Float, _ pitch: Int) {
        var sum = load(block)
        accumulate(&sum, Vector(repeating: value), sums)
        UnsafeMutableRawPointer(block).storeBytes(of: sum, as: Vector.self)
    }
}

/// Half a vector, for rows that are shorter.
struct Half: SumBlock {
    @inline(__always) static var rows: Int { 1 }
    @inline(__always) static var width: Int { lanes / 2 }
    private var sums: HalfVector

    @inline(__always) init() { sums = .zero }
    @inline(__always) init(_ place: UnsafePointer<Float>, _ pitch: Int) {
        sums = UnsafeRawPointer(place).loadUnaligned(as: HalfVector.self)
    }
    @inline(__always) func store(_ place: UnsafeMutablePointer<Float>, _ pitch: Int) {
        UnsafeMutableRawPointer(place).storeBytes(of: sums, as: HalfVector.self)
    }
    @inline(__always) mutating func add(_ value: Float, _ block: UnsafePointer<Float>, _ pitch: Int) {
        sums = Half(block, pitch).times(value, plus: sums)
    }
    @inline(__always) mutating func add(_ other: Self) { sums += other.sums }
    @inline(__always) func addTo(_ block: UnsafeMutablePointer<Float>, _ value: Float, _ pitch: Int) {
        var sum = Half(block, pitch)
        sum.sums = times(value, plus: sum.sums)
        sum.store(block, pitch)
    }

    @inline(__always) private func times(_ value: Float, plus sum: HalfVector) -> HalfVector {
        #if KERNELS_V3 || KERNELS_V4 || KERNELS_FMA
            sum.addingProduct(sums, HalfVector(repeating: value))
        #else
            sum + sums * value
        #endif
    }
}

/// Two blocks of as many rows, side by side.
struct Beside<Left: SumBlock, Right: SumBlock>: SumBlock {
    @inline(__always) static var rows: Int { Left.rows }
    @inline(__always) static var width: Int { Left.width + Right.width }
    private var left: Left
    private var right: Right

    @inline(__always) init() { (left, right) = (Left(), Right()) }
    @inline(__always) init(_ place: UnsafePointer<Float>, _ pitch: Int) {
        left = Left(place, pitch)
        right = Right(place + Left.width, pitch)
    }
    @inline(__always) func store(_ place: UnsafeMutablePointer<Float>, _ pitch: Int) {
        left.store(place, pitch)
        right.store(place + Left.width, pitch)
    }
    @inline(__always) mutating func add(_ value: Float, _ block: UnsafePointer<Float>, _ pitch: Int) {
        left.add(value, block, pitch)
        right.add(value, block + Left.width, pitch)
    }
    @inline(__always) mutating func add(_ other: Self) {
        left.add(other.left)
        right.add(other.right)
    }
    @inline(__always) func addTo(_ block: UnsafeMutablePointer<Float>, _ value: Float, _ pitch: Int) {
        left.addTo(block, value, pitch)
        right.addTo(block + Left.width, value, pitch)
    }
}

/// Two blocks of as many vectors, one behind the other.
struct Over<Top: SumBlock, Bottom: SumBlock>: SumBlock {
    @inline(__always) static var rows: Int { Top.rows + Bottom.rows }
    @inline(__always) static var width: Int { Top.width }
    private var top: Top
    private var bottom: Bottom

    @inline(__always) init() { (top, bottom) = (Top(), Bottom()) }
    @inline(__always) init(_ place: UnsafePointer<Float>, _ pitch: Int) {
        top = Top(place, pitch)
        bottom = Bottom(place + Top.rows * pitch, pitch)
    }
    @inline(__always) func store(_ place: UnsafeMutablePointer<Float>, _ pitch: Int) {
        top.store(place, pitch)
        bottom.store(place + Top.rows * pitch, pitch)
    }
    @inline(__always) mutating func add(_ value: Float, _ block: UnsafePointer<Float>, _ pitch: Int) {
        top.add(value, block, pitch)
        bottom.add(value, block + Top.rows * pitch, pitch)
    }
    @inline(__always) mutating func add(_ other: Self) {
        top.add(other.top)
        bottom.add(other.bottom)
    }
    @inline(__always) func addTo(_ block: UnsafeMutablePointer<Float>, _ value: Float, _ pitch: Int) {
        top.addTo(block, value, pitch)
        bottom.addTo(block + Top.rows * pitch, value, pitch)
    }
}

/// Something to do with blocks of one size.
protocol SumBlockUser {
    func run<B: SumBlock>(_: B.Type)
}

private typealias Two = Beside<One, One>
private typealias Three = Beside<Two, One>
private typealias Four = Beside<Two, Two>
private typealias Five = Beside<Four, One>
private typealias Six = Beside<Four, Two>
private typealias Seven = Beside<Four, Three>
private typealias Eight = Beside<Four, Four>
private typealias TwoRows<Row: SumBlock> = Over<Row, Row>
private typealias ThreeRows<Row: SumBlock> = Over<Over<Row, Row>, Row>
private typealias FiveRows<Row: SumBlock> = Over<ThreeRows<Row>, TwoRows<Row>>

/// The most vectors that a block has: some registers stay free.
#if KERNELS_V4
    let mostSums = 28
#else
    let mostSums = 12
#endif
/// The most vectors in a block's row.
let mostVectors = 8

/// How many of `lines` rows of so many floats the largest block has.
func blockRows(width: Int, lines: Int) -> Int {
    let vectors = max(1, width / lanes)
    for rows in [5, 3, 2] where rows <= lines && rows * vectors <= mostSums { return rows }
    return 1
}

extension SumBlockUser {
    /// - Parameters:
    ///   - width: half a vector, or whole ones, at most `mostVectors`.
    ///   - rows: as `blockRows` gives them.
    func run(rows: Int, width: Int) {
        switch width / lanes {
        case 0: run(rows, Half.self)
        case 1: run(rows, One.self)
        case 2: run(rows, Two.self)
        case 3: run(rows, Three.self)
        case 4: run(rows, Four.self)
        case 5: run(rows, Five.self)
        case 6: run(rows, Six.self)
        case 7: run(rows, Seven.self)
        default: run(rows, Eight.self)
        }
    }

    @inline(__always)
    private func run<Row: SumBlock>(_ rows: Int, _: Row.Type) {
        let vectors = max(1, Row.width / lanes)
        if rows == 1 {
            run(Row.self)
        } else if rows == 2, 2 * vectors <= mostSums {
            run(TwoRows<Row>.self)
        } else if rows == 3, 3 * vectors <= mostSums {
            run(ThreeRows<Row>.self)
        } else if 5 * vectors <= mostSums {
            run(FiveRows<Row>.self)
        }
    }
}
