import KernelInterface

extension Kernels {
    public func multiply(
        _ l: PackedLinear, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, rows: Int
    ) {
        l.isRectified
            ? multiply(l, x, y, rows, isRectified: true) : multiply(l, x, y, rows, isRectified: false)
    }

    @inline(__always)
    private func multiply(
        _ l: PackedLinear, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ rows: Int, isRectified: Bool
    ) {
        var panel = 0
        while panel < l.outputs {
            let width = PackedLinear.width((l.outputs - panel + narrow - 1) / narrow * narrow)
            let weight = l.weight + panel * l.inputs
            var row = 0
            while row < rows {
                let left = rows - row
                let (x, y) = (x + row * l.inputs, y + row * l.outputs + panel)
                let (bias, outputs) = (l.bias + panel, l.outputs - panel)
                #if KERNELS_V4
                    if width == PackedLinear.panelWidth {
                        row += widePanel(
                            left, l.inputs, x, weight, bias, y, outputs, row: l.outputs, isRectified: isRectified)
                        continue
                    }
                #endif
                var taken = 0
                for column in stride(from: 0, to: min(width, outputs), by: narrow) {
                    taken = narrowPanel(
                        left, l.inputs, x, weight + column, width, bias + column, y + column, outputs - column,
                        row: l.outputs, isRectified: isRectified)
                }
                row += taken
            }
            panel += width
        }
    }
}

/// Outputs of a narrow panel.
private let narrow = PackedLinear.narrowWidth

extension Quad {
    @inline(__always)
    fileprivate mutating func add(inputs x: UnsafePointer<Float>, _ w: Quad) {
        #if KERNELS_V4
            accumulate(&a, Vector(repeating: x[0]), w.a)
            accumulate(&b, Vector(repeating: x[1]), w.b)
            accumulate(&c, Vector(repeating: x[2]), w.c)
            accumulate(&d, Vector(repeating: x[3]), w.d)
        #elseif KERNELS_V3
            accumulate(&a, &b, x[0], w.a, w.b)
            accumulate(&c, &d, x[1], w.c, w.d)
        #else
            add(x[0], w.a, w.b, w.c, w.d)
        #endif
    }

    /// The weights of the next inputs.
    @inline(__always)
    fileprivate init(panel w: UnsafePointer<Float>, _ step: Int) {
        #if KERNELS_V4
            self.init(a: load(w), b: load(w + step), c: load(w + 2 * step), d: load(w + 3 * step))
        #elseif KERNELS_V3
            self.init(a: load(w), b: load(w + lanes), c: load(w + step), d: load(w + step + lanes))
        #else
            self.init(a: load(w), b: load(w + lanes), c: load(w + 2 * lanes), d: load(w + 3 * lanes))
        #endif
    }

    /// Adds one input more, where their number is no multiple of those that are taken at once.
    @inline(__always)
    fileprivate mutating func add(last x: Float, panel w: UnsafePointer<Float>) {
        #if KERNELS_V4
            accumulate(&a, Vector(repeating: x), load(w))
        #elseif KERNELS_V3
            accumulate(&a, &b, x, load(w), load(w + lanes))
        #endif
    }

    @inline(__always)
    fileprivate func put(
        _ y: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>, _ outputs: Int, isRectified: Bool
    ) {
        @inline(__always)
        func put(_ sums: Vector, _ place: Int) {
            if place >= outputs { return }
            store(rectified(sums + load(bias + place), isRectified), y + place, count: outputs - place)
        }
        #if KERNELS_V4
            put((a + b) + (c + d), 0)
        #elseif KERNELS_V3
            put(a + c, 0)
            put(b + d, lanes)
        #else
            put(a, 0)
            put(b, lanes)
            put(c, 2 * lanes)
            put(d, 3 * lanes)
        #endif
    }
}

#if KERNELS_V4
    private let inputsAtOnce = 4
    private let narrowRows = 6
#elseif KERNELS_V3
    private let inputsAtOnce = 2
    private let narrowRows = 2
#else
    private let inputsAtOnce = 1
    private let narrowRows = 2
#endif

/// Up to `narrowRows` rows of the result for a narrow panel.
///
/// - Parameters:
///   - step: floats from one input's weights to the next one's.
///   - outputs: how many of them there are from here on.
///   - row: floats from one row of the result to the next.
/// - Returns: how many rows it has worked on.
@inline(__always)
private func narrowPanel(
    _ rows: Int, _ inputs: Int, _ x: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, _ step: Int,
    _ bias: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ outputs: Int, row: Int, isRectified: Bool
) -> Int {
    let taken = min(rows, narrowRows)
    @inline(__always)
    func product(_ rows: Int) {
        var (r0, r1, r2, r3, r4, r5) = (Quad(), Quad(), Quad(), Quad(), Quad(), Quad())
        var i = 0
        while i + inputsAtOnce <= inputs {
            let w = Quad(panel: weight + i * step, step)
            let x = x + i
            r0.add(inputs: x, w)
            if rows > 1 { r1.add(inputs: x + inputs, w) }
            if rows > 2 { r2.add(inputs: x + 2 * inputs, w) }
            if rows > 3 { r3.add(inputs: x + 3 * inputs, w) }
            if rows > 4 { r4.add(inputs: x + 4 * inputs, w) }
            if rows > 5 { r5.add(inputs: x + 5 * inputs, w) }
            i += inputsAtOnce
        }
        while i < inputs {
            let (w, x) = (weight + i * step, x + i)
            r0.add(last: x[0], panel: w)
            if rows > 1 { r1.add(last: x[inputs], panel: w) }
            if rows > 2 { r2.add(last: x[2 * inputs], panel: w) }
            if rows > 3 { r3.add(last: x[3 * inputs], panel: w) }
            if rows > 4 { r4.add(last: x[4 * inputs], panel: w) }
            if rows > 5 { r5.add(last: x[5 * inputs], panel: w) }
            i += 1
        }
        r0.put(y, bias: bias, outputs, isRectified: isRectified)
        if rows > 1 { r1.put(y + row, bias: bias, outputs, isRectified: isRectified) }
        if rows > 2 { r2.put(y + 2 * row, bias: bias, outputs, isRectified: isRectified) }
        if rows > 3 { r3.put(y + 3 * row, bias: bias, outputs, isRectified: isRectified) }
        if rows > 4 { r4.put(y + 4 * row, bias: bias, outputs, isRectified: isRectified) }
        if rows > 5 { r5.put(y + 5 * row, bias: bias, outputs, isRectified: isRectified) }
    }
    if narrowRows == 6 { withConstant(taken) { product($0) } } else if taken == 1 { product(1) } else { product(2) }
    return taken
}

#if KERNELS_V4
    /// Sums of one row for the outputs of a wide panel: of even inputs and of odd ones, so that a single row has sums enough
    /// not to wait for each other.
    private struct WideSums {
        var even = Quad(), odd = Quad()

        @inline(__always)
        mutating func add(_ x: UnsafePointer<Float>, _ w: Quad, _ v: Quad) {
            even.add(x[0], w.a, w.b, w.c, w.d)
            odd.add(x[1], v.a, v.b, v.c, v.d)
        }

        @inline(__always)
        mutating func add(last x: Float, _ w: Quad) { even.add(x, w.a, w.b, w.c, w.d) }

        @inline(__always)
        func put(_ y: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>, _ outputs: Int, isRectified: Bool) {
            @inline(__always)
            func put(_ sums: Vector, _ place: Int) {
                store(rectified(sums + load(bias + place), isRectified), y + place, count: outputs - place)
            }
            put(even.a + odd.a, 0)
            put(even.b + odd.b, lanes)
            put(even.c + odd.c, 2 * lanes)
            put(even.d + odd.d, 3 * lanes)
        }
    }

    /// Up to three rows of the result for a wide panel. - Returns: how many rows it has worked on.
    @inline(__always)
    private func widePanel(
        _ rows: Int, _ inputs: Int, _ x: UnsafePointer<Float>, _ weight: UnsafePointer<Float>,
        _ bias: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ outputs: Int, row: Int, isRectified: Bool
    ) -> Int {
        @inline(__always)
        func weights(_ w: UnsafePointer<Float>) -> Quad {
            Quad(a: load(w), b: load(w + lanes), c: load(w + 2 * lanes), d: load(w + 3 * lanes))
        }
        @inline(__always)
        func product(_ rows: Int) {
            var (r0, r1, r2) = (WideSums(), WideSums(), WideSums())
            var (i, w) = (0, weight)
            while i + 2 <= inputs {
                let (first, second, x) = (weights(w), weights(w + PackedLinear.panelWidth), x + i)
                r0.add(x, first, second)
                if rows > 1 { r1.add(x + inputs, first, second) }
                if rows > 2 { r2.add(x + 2 * inputs, first, second) }
                i += 2
                w += 2 * PackedLinear.panelWidth
            }
            if i < inputs {
                let last = weights(w)
                r0.add(last: x[i], last)
                if rows > 1 { r1.add(last: x[inputs + i], last) }
                if rows > 2 { r2.add(last: x[2 * inputs + i], last) }
            }
            r0.put(y, bias: bias, outputs, isRectified: isRectified)
            if rows > 1 { r1.put(y + row, bias: bias, outputs, isRectified: isRectified) }
            if rows > 2 { r2.put(y + 2 * row, bias: bias, outputs, isRectified: isRectified) }
        }
        switch rows {
        case 1: product(1)
        case 2: product(2)
        default: product(3)
        }
        return min(rows, 3)
    }
#endif
