import Kernels

/// Elements that one part of a parallel loop works on: enough to outweigh starting it.
package let elementsAPart = 32_768

/// Calls `body` with consecutive ranges of `0..<count`, in parallel where that pays. The ranges depend on `count`
/// alone.
package func inParts(of count: Int, size: Int = elementsAPart, _ body: (Range<Int>) -> Void) {
    if count <= size { return body(0..<count) }
    ThreadPool.shared.run((count + size - 1) / size) { part in
        body(part * size..<min(count, (part + 1) * size))
    }
}

/// Runs a program over operands that are repeated to the outputs' shape. The outputs, a list or a single one, which
/// then needs no memory for a list, are contiguous.
func run<Outputs: RandomAccessCollection<Tensor>>(
    _ program: Program, _ type: ComputeType, _ operands: [Operand], parameters: [Double], into outputs: Outputs
) where Outputs.Index == Int {
    let target = outputs[0].shape
    let count = outputs[0].count
    if count == 0 { return }
    withUnsafeTemporaryAllocation(of: PointwiseInput.self, capacity: max(1, operands.count)) { inputs in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, operands.count)) { numbers in
            guard let inputs = inputs.baseAddress, let numbers = numbers.baseAddress else { return }
            var isStrided = false
            for (i, operand) in operands.enumerated() {
                guard case .tensor(let tensor) = operand else {
                    var dtype = DType.float64
                    if case .integer(let value) = operand {
                        dtype = .int64
                        UnsafeMutableRawPointer(numbers + i).storeBytes(of: Int64(value), as: Int64.self)
                    } else {
                        numbers[i] = operand.number
                    }
                    (inputs + i).initialize(to: PointwiseInput(numbers + i, dtype, step: 0))
                    continue
                }
                let isDense = tensor.isContiguous && tensor.shape == target
                (inputs + i).initialize(
                    to: PointwiseInput(tensor.bytes, tensor.dtype, step: isDense ? 1 : 0))
                isStrided = isStrided || !isDense && tensor.count != 1
            }
            if isStrided {
                runStrided(program, type, operands, inputs, parameters, outputs)
            } else {
                execute(program, type, inputs, parameters, outputs, nil, 0)
            }
        }
    }
    withExtendedLifetime((operands, outputs)) {}
}

private func execute<Outputs: RandomAccessCollection<Tensor>>(
    _ program: Program, _ type: ComputeType, _ inputs: UnsafePointer<PointwiseInput>, _ parameters: [Double],
    _ outputs: Outputs, _ sizes: UnsafePointer<Int>?, _ rank: Int
) where Outputs.Index == Int {
    withUnsafeTemporaryAllocation(of: PointwiseOutput.self, capacity: outputs.count) { results in
        guard let results = results.baseAddress else { return }
        for (i, output) in outputs.enumerated() {
            (results + i).initialize(to: PointwiseOutput(output.bytes, output.dtype))
        }
        parameters.withUnsafeBufferPointer { parameters in
            let call = PointwiseCall(
                program, type, inputs: inputs, parameters: parameters.baseAddress, outputs: results, sizes: sizes,
                rank: rank)
            inParts(of: outputs[0].count) { kernels.pointwise(call, $0) }
        }
    }
}

/// Where some operands are neither dense nor one value: dimensions that all of them pass like one are made one.
private func runStrided<Outputs: RandomAccessCollection<Tensor>>(
    _ program: Program, _ type: ComputeType, _ operands: [Operand], _ inputs: UnsafeMutablePointer<PointwiseInput>,
    _ parameters: [Double], _ outputs: Outputs
) where Outputs.Index == Int {
    let target = outputs[0].shape
    let (rank, n) = (target.count, operands.count)
    withUnsafeTemporaryAllocation(of: Int.self, capacity: rank * (n + 1)) { space in
        guard let sizes = space.baseAddress else { return }
        let strides = sizes + rank
        var used = 0
        for d in 0..<rank where target[d] != 1 {
            var isMerged = used > 0
            for i in 0..<n {
                let step = operands[i].tensor.map { stride($0, d, target) } ?? 0
                strides[i * rank + used] = step
                isMerged = isMerged && strides[i * rank + used - 1] == step * target[d]
            }
            if isMerged {
                sizes[used - 1] *= target[d]
                for i in 0..<n { strides[i * rank + used - 1] = strides[i * rank + used] }
            } else {
                sizes[used] = target[d]
                used += 1
            }
        }
        for (i, operand) in operands.enumerated() where inputs[i].step == 0 {
            if let tensor = operand.tensor, tensor.count != 1 { inputs[i].strides = UnsafePointer(strides + i * rank) }
        }
        execute(program, type, inputs, parameters, outputs, sizes, used)
    }
}

/// Elements from one place to the next of the target's dimension; 0 where the tensor is repeated.
private func stride(_ tensor: Tensor, _ dimension: Int, _ target: Shape) -> Int {
    let own = dimension - (target.count - tensor.dim)
    return own < 0 || tensor.shape[own] == 1 ? 0 : tensor.strides[own]
}

extension PointwiseFunction {
    /// Replaces floats by what a function of one number makes of them, on this thread.
    package func apply(_ x: UnsafeMutablePointer<Float>, _ count: Int, _ parameters: [Double]) {
        var input = PointwiseInput(x, .float32, step: 1)
        apply(&input, parameters, count, nil, 0)
    }

    /// Replaces the floats of each row by a function of them and of the row's factor, on this thread.
    package func apply(
        _ x: UnsafeMutablePointer<Float>, rows: Int, columns: Int, by factors: UnsafePointer<Float>
    ) {
        let (sizes, strides) = ([rows, columns], [1, 0])
        strides.withUnsafeBufferPointer { strides in
            sizes.withUnsafeBufferPointer { sizes in
                let inputs = [
                    PointwiseInput(x, .float32, step: 1),
                    PointwiseInput(factors, .float32, step: 0, strides: strides.baseAddress),
                ]
                inputs.withUnsafeBufferPointer { inputs in
                    apply(inputs.baseAddress, [], rows * columns, sizes.baseAddress, 2)
                }
            }
        }
    }

    private func apply(
        _ inputs: UnsafePointer<PointwiseInput>?, _ parameters: [Double], _ count: Int, _ sizes: UnsafePointer<Int>?,
        _ rank: Int
    ) {
        guard let inputs, count > 0 else { return }
        var output = PointwiseOutput(UnsafeMutableRawPointer(mutating: inputs.pointee.pointer), .float32)
        parameters.withUnsafeBufferPointer { parameters in
            withUnsafePointer(to: &output) { output in
                let call = PointwiseCall(
                    program, .float, inputs: inputs, parameters: parameters.baseAddress, outputs: output, sizes: sizes,
                    rank: rank)
                kernels.pointwise(call, 0..<count)
            }
        }
    }
}
