import KernelInterface

/// Elements that a program works on at once: so few that all registers of the longest programs stay in the
/// first-level cache.
private let tile = 256

extension Kernels {
    /// Runs the instructions one after the other over tiles of elements. A dense input of the type that is calculated in
    /// is read where it stands, and the last instruction writes its result where it belongs; everything else is
    /// converted and brought into order as it is loaded and stored.
    public func pointwise(_ call: PointwiseCall, _ range: Range<Int>) {
        switch call.type {
        case .float: run(call, range, Float.self)
        case .double: run(call, range, Double.self)
        case .integer: run(call, range, Int64.self)
        }
    }
}

private func run<T: TileElement>(_ call: PointwiseCall, _ range: Range<Int>, _: T.Type) {
    let program = call.program
    let inputs = program.inputCount
    let fixed = inputs + program.parameterCount + program.constants.count
    let (count, steps) = (program.registerCount, program.instructions.count)
    let lastResult = program.instructions.last?.result ?? -1
    withUnsafeTemporaryAllocation(of: Register<T>.self, capacity: count) { registers in
        // One tile a register, and one value for those that are the same everywhere.
        let needed = steps <= 1 && isPlain(call, T.dtype) ? count : count * tile
        withUnsafeTemporaryAllocation(of: T.self, capacity: needed) { memory in
            guard let registers = registers.baseAddress, let memory = memory.baseAddress else { return }
            let stride = needed / max(1, count)
            for r in 0..<count { registers[r] = Register(memory + r * stride) }
            for i in 0..<inputs where call.inputs[i].step == 0 && call.inputs[i].strides == nil {
                load(call.inputs[i], 0, 1, registers[i].pointer)
                registers[i].step = 0
            }
            for r in inputs..<fixed {
                let place = r - inputs
                registers[r].pointer[0] = T(
                    value: place < program.parameterCount
                        ? call.parameters?[place] ?? 0 : program.constants[place - program.parameterCount])
                registers[r].step = 0
            }
            program.instructions.withUnsafeBufferPointer { instructions in
                // What is the same everywhere is calculated once.
                for instruction in instructions {
                    let operands = instruction.primitive.operandCount
                    let isSame =
                        registers[instruction.a].step == 0 && (operands < 2 || registers[instruction.b].step == 0)
                        && (operands < 3 || registers[instruction.c].step == 0)
                    guard isSame else { continue }
                    T.execute(instruction, registers, 1)
                    registers[instruction.result].step = 0
                }
                let size = stride == tile ? tile : range.count
                var start = range.lowerBound
                while start < range.upperBound {
                    let n = min(size, range.upperBound - start)
                    for i in 0..<inputs {
                        let input = call.inputs[i]
                        if input.strides != nil {
                            gather(input, call, start, n, registers[i].pointer)
                        } else if input.step == 1 {
                            if input.dtype == T.dtype {
                                let base = input.pointer.of(T.self) + start
                                registers[i].pointer = UnsafeMutablePointer(mutating: base)
                            } else {
                                load(input, start, n, registers[i].pointer)
                            }
                        }
                    }
                    for (result, r) in program.results.enumerated()
                    where r == lastResult && call.outputs[result].dtype == T.dtype && registers[r].step == 1 {
                        registers[r].pointer = call.outputs[result].pointer.of(T.self) + start
                    }
                    for instruction in instructions where registers[instruction.result].step == 1 {
                        T.execute(instruction, registers, n)
                    }
                    for (result, r) in program.results.enumerated() {
                        store(registers[r], call.outputs[result], start, n)
                    }
                    start += n
                }
            }
        }
    }
}

/// Whether no input has to be loaded and no output stored: one instruction then runs over everything at once.
private func isPlain(_ call: PointwiseCall, _ dtype: DType) -> Bool {
    for i in 0..<call.program.inputCount {
        let input = call.inputs[i]
        if input.strides != nil || input.step == 1 && input.dtype != dtype { return false }
    }
    // A result that is not an instruction's is copied by the store, which needs no tile.
    return call.program.results.count == 1 && call.outputs[0].dtype == dtype
}

/// A row of elements, or one that stands for all.
struct Register<T> {
    var pointer: UnsafeMutablePointer<T>
    var step = 1

    init(_ pointer: UnsafeMutablePointer<T>) { self.pointer = pointer }
}

// MARK: Loading and storing

private func load<T: TileElement>(
    _ input: PointwiseInput, _ start: Int, _ n: Int, _ to: UnsafeMutablePointer<T>
) {
    copyRow(input, start * input.step, input.step, n, to)
}

/// Loads `n` elements from the place `start` of the call's dimensions on.
private func gather<T: TileElement>(
    _ input: PointwiseInput, _ call: PointwiseCall, _ start: Int, _ n: Int, _ to: UnsafeMutablePointer<T>
) {
    guard let sizes = call.sizes, let strides = input.strides else { return }
    let rank = call.rank
    withUnsafeTemporaryAllocation(of: Int.self, capacity: rank) { index in
        var (left, offset) = (start, 0)
        for d in Swift.stride(from: rank - 1, through: 0, by: -1) {
            index[d] = left % sizes[d]
            left /= sizes[d]
            offset += index[d] * strides[d]
        }
        var done = 0
        let inner = rank - 1
        while done < n {
            let count = min(n - done, sizes[inner] - index[inner])
            copyRow(input, offset, strides[inner], count, to + done)
            done += count
            offset += count * strides[inner]
            index[inner] += count
            var d = inner
            while d > 0 && index[d] == sizes[d] {
                offset += strides[d - 1] - sizes[d] * strides[d]
                index[d] = 0
                index[d - 1] += 1
                d -= 1
            }
        }
    }
}

/// Copies a row of elements and converts them.
@inline(__always)
private func copyRow<T: TileElement>(
    _ input: PointwiseInput, _ offset: Int, _ step: Int, _ n: Int, _ to: UnsafeMutablePointer<T>
) {
    @inline(__always)
    func copy<S>(_: S.Type, _ convert: (S) -> T) {
        let from = input.pointer.of(S.self) + offset
        if step == 1 {
            for i in 0..<n { to[i] = convert(from[i]) }
        } else if step == 0 {
            to.update(repeating: convert(from[0]), count: n)
        } else {
            for i in 0..<n { to[i] = convert(from[i * step]) }
        }
    }
    switch input.dtype {
    case .float32: copy(Float.self) { T(float: $0) }
    case .float64: copy(Double.self) { T(value: $0) }
    case .int64: copy(Int64.self) { T(whole: $0) }
    case .int32: copy(Int32.self) { T(whole: Int64($0)) }
    case .int16: copy(Int16.self) { T(whole: Int64($0)) }
    case .int8: copy(Int8.self) { T(whole: Int64($0)) }
    case .uint8, .bool: copy(UInt8.self) { T(whole: Int64($0)) }
    }
}

private func store<T: TileElement>(_ register: Register<T>, _ output: PointwiseOutput, _ start: Int, _ n: Int) {
    let (from, step) = (register.pointer, register.step)
    @inline(__always)
    func copy<D>(_: D.Type, _ convert: (T) -> D) {
        let to = output.pointer.of(D.self) + start
        if step == 0 {
            to.update(repeating: convert(from[0]), count: n)
        } else {
            for i in 0..<n { to[i] = convert(from[i]) }
        }
    }
    // A result that was written where it belongs.
    if step == 1 && UnsafeRawPointer(from) == UnsafeRawPointer(output.pointer) + start * output.dtype.size { return }
    switch output.dtype {
    case .float32: copy(Float.self) { $0.float }
    case .float64: copy(Double.self) { $0.value }
    case .int64: copy(Int64.self) { $0.whole }
    case .int32: copy(Int32.self) { Int32(truncatingIfNeeded: $0.whole) }
    case .int16: copy(Int16.self) { Int16(truncatingIfNeeded: $0.whole) }
    case .int8: copy(Int8.self) { Int8(truncatingIfNeeded: $0.whole) }
    case .uint8: copy(UInt8.self) { UInt8(truncatingIfNeeded: $0.whole) }
    case .bool: copy(UInt8.self) { $0 != 0 ? 1 : 0 }
    }
}
