import KernelInterface

extension Kernels {
    public func multiplyAdd(rounds: Int) -> Int {
        let (factor, summand) = (Vector(repeating: 0.5), Vector(repeating: Float(rounds)))
        var x = Sums()
        for _ in 0..<rounds {
            advance(&x.c00, &x.c01, factor, summand)
            advance(&x.c10, &x.c11, factor, summand)
            advance(&x.c20, &x.c21, factor, summand)
            advance(&x.c30, &x.c31, factor, summand)
            advance(&x.c40, &x.c41, factor, summand)
            advance(&x.c50, &x.c51, factor, summand)
        }
        var total = Vector.zero
        x.eachRow(6) { total += $1 + $2 }
        // The answer hangs on the numbers, or the compiler would leave the work out.
        return total[0].isNaN ? 0 : rounds * 12 * lanes * 2
    }
}

/// `x = x·factor + summand` in two of the chains, each of which waits for itself only.
@inline(__always)
private func advance(_ x: inout Vector, _ y: inout Vector, _ factor: Vector, _ summand: Vector) {
    var (nextX, nextY) = (summand, summand)
    accumulate(&nextX, x, factor)
    accumulate(&nextY, y, factor)
    (x, y) = (nextX, nextY)
}
