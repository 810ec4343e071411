import KernelInterface

/// Calls `body` for each row with the three arrays' offsets and steps in it, in row-major order.
@inline(__always)
private func eachRow(
    _ rows: Rows, _ body: (_ count: Int, _ offsets: (Int, Int, Int), _ steps: (Int, Int, Int)) -> Void
) {
    let rank = rows.rank
    guard rank > 0 else { return body(1, (0, 0, 0), (0, 0, 0)) }
    for d in 0..<rank where rows.sizes[d] == 0 { return }
    let inner = rank - 1
    let steps = (rows.first[inner], rows.second[inner], rows.third[inner])
    withUnsafeTemporaryAllocation(of: Int.self, capacity: rank) { index in
        index.update(repeating: 0)
        var (a, b, c) = (0, 0, 0)
        while true {
            body(rows.sizes[inner], (a, b, c), steps)
            var d = inner - 1
            while d >= 0 {
                index[d] += 1
                a += rows.first[d]
                b += rows.second[d]
                c += rows.third[d]
                if index[d] < rows.sizes[d] { break }
                a -= index[d] * rows.first[d]
                b -= index[d] * rows.second[d]
                c -= index[d] * rows.third[d]
                index[d] = 0
                d -= 1
            }
            if d < 0 { return }
        }
    }
}

extension Kernels {
    public func copy(size: Int, _ rows: Rows, _ from: UnsafeRawPointer, _ to: UnsafeMutableRawPointer) {
        @inline(__always)
        func copy<T>(_: T.Type) {
            let (x, y) = (from.of(T.self), to.of(T.self))
            eachRow(rows) { count, offsets, steps in
                let (source, target) = (x + offsets.0, y + offsets.1)
                if steps.0 == 1 && steps.1 == 1 {
                    target.update(from: source, count: count)
                } else {
                    for i in 0..<count { target[i * steps.1] = source[i * steps.0] }
                }
            }
        }
        switch size {
        case 8: copy(UInt64.self)
        case 4: copy(UInt32.self)
        case 2: copy(UInt16.self)
        default: copy(UInt8.self)
        }
    }

    public func indexSelect(
        size: Int, _ slices: Slices, _ from: UnsafeRawPointer, _ indices: UnsafeBufferPointer<Int64>,
        _ to: UnsafeMutableRawPointer
    ) {
        let row = slices.inner * size
        var target = to
        for o in 0..<slices.outer {
            let source = from + o * slices.length * row
            if size == 4 && slices.inner == 1 {
                // One element a row, as a flip or an interpolation along the last dimension asks for.
                let (x, y) = (source.of(UInt32.self), target.of(UInt32.self))
                for j in 0..<indices.count { y[j] = x[Int(indices[j])] }
                target += indices.count * row
            } else {
                for index in indices {
                    target.copyMemory(from: source + Int(index) * row, byteCount: row)
                    target += row
                }
            }
        }
    }

    public func gather(
        size: Int, _ rows: Rows, stride: Int, _ index: UnsafePointer<Int64>, _ from: UnsafeRawPointer,
        _ to: UnsafeMutableRawPointer
    ) {
        @inline(__always)
        func gather<T>(_: T.Type) {
            let (x, y) = (from.of(T.self), to.of(T.self))
            eachRow(rows) { count, offsets, steps in
                for i in 0..<count {
                    let place = Int(index[offsets.0 + i * steps.0])
                    y[offsets.2 + i * steps.2] = x[offsets.1 + i * steps.1 + place * stride]
                }
            }
        }
        switch size {
        case 8: gather(UInt64.self)
        case 4: gather(UInt32.self)
        case 2: gather(UInt16.self)
        default: gather(UInt8.self)
        }
    }

    public func scatter(
        _ mode: ScatterMode, _ dtype: DType, _ rows: Rows, stride: Int, _ index: UnsafePointer<Int64>,
        _ from: UnsafeRawPointer, _ to: UnsafeMutableRawPointer
    ) {
        @inline(__always)
        func scatter<T>(_: T.Type, _ change: (T, T) -> T) {
            let (x, y) = (from.of(T.self), to.of(T.self))
            eachRow(rows) { count, offsets, steps in
                for i in 0..<count {
                    let place = offsets.1 + i * steps.1 + Int(index[offsets.0 + i * steps.0]) * stride
                    y[place] = change(y[place], x[offsets.2 + i * steps.2])
                }
            }
        }
        @inline(__always)
        func combine<T: TileElement>(_ type: T.Type) {
            switch mode {
            case .multiply: scatter(type, T.times)
            case .maximum: scatter(type) { $1 > $0 || $1 != $1 ? $1 : $0 }
            case .minimum: scatter(type) { $1 < $0 || $1 != $1 ? $1 : $0 }
            default: scatter(type, T.plus)
            }
        }
        @inline(__always)
        func combineSmall<T: FixedWidthInteger>(_ type: T.Type) {
            switch mode {
            case .multiply: scatter(type) { $0 &* $1 }
            case .maximum: scatter(type) { Swift.max($0, $1) }
            case .minimum: scatter(type) { Swift.min($0, $1) }
            default: scatter(type) { $0 &+ $1 }
            }
        }
        if mode == .assign {
            switch dtype.size {
            case 8: scatter(UInt64.self) { $1 }
            case 4: scatter(UInt32.self) { $1 }
            case 2: scatter(UInt16.self) { $1 }
            default: scatter(UInt8.self) { $1 }
            }
            return
        }
        switch dtype {
        case .float32: combine(Float.self)
        case .float64: combine(Double.self)
        case .int64: combine(Int64.self)
        case .int32: combineSmall(Int32.self)
        case .int16: combineSmall(Int16.self)
        case .int8: combineSmall(Int8.self)
        case .uint8: combineSmall(UInt8.self)
        case .bool: scatter(UInt8.self) { mode == .add || mode == .maximum ? $0 | $1 : $0 & $1 }
        }
    }

    public func nonzero(_ count: Int, _ x: UnsafePointer<UInt8>, _ places: UnsafeMutablePointer<Int64>?) -> Int {
        var found = 0
        for i in 0..<count where x[i] != 0 {
            places?[found] = Int64(i)
            found += 1
        }
        return found
    }
}
