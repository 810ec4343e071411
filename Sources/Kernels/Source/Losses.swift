import KernelInterface

extension Kernels {
    public func weigh(_ targets: ClassTargets, _ type: ComputeType) -> (total: Double, wrong: Int?) {
        type == .double ? total(targets, Double.self) : total(targets, Float.self)
    }

    public func nllLoss(
        _ type: ComputeType, _ targets: ClassTargets, _ x: UnsafeRawPointer, _ losses: UnsafeMutableRawPointer
    ) {
        type == .double
            ? choose(targets, x.of(Double.self), losses.of()) : choose(targets, x.of(Float.self), losses.of())
    }

    public func nllLossBackward(
        _ type: ComputeType, _ targets: ClassTargets, _ gradient: UnsafeRawPointer, step: Int, divisor: Double,
        _ dx: UnsafeMutableRawPointer
    ) {
        type == .double
            ? spread(targets, gradient.of(Double.self), step, divisor, dx.of())
            : spread(targets, gradient.of(Float.self), step, Float(divisor), dx.of())
    }
}

@inline(__always)
private func total<T: BinaryFloatingPoint>(_ t: ClassTargets, _: T.Type) -> (total: Double, wrong: Int?) {
    let weights = t.weights?.of(T.self)
    var (total, count) = (0.0, 0)
    for place in 0..<t.count {
        let target = t.classes[place]
        if target == t.ignored { continue }
        guard target >= 0, target < Int64(t.slices.length) else { return (0, place) }
        if let weights { total += Double(weights[Int(target)]) } else { count += 1 }
    }
    return (weights == nil ? Double(count) : total, nil)
}

/// Calls `body` with each place that counts, its element's position and its class.
@inline(__always)
private func forEachTarget(_ t: ClassTargets, _ body: (_ place: Int, _ element: Int, _ target: Int) -> Void) {
    let (length, inner) = (t.slices.length, t.slices.inner)
    for o in 0..<(inner == 0 ? 0 : t.slices.outer) {
        for i in 0..<inner {
            let target = t.classes[o * inner + i]
            if target == t.ignored { continue }
            body(o * inner + i, (o * length + Int(target)) * inner + i, Int(target))
        }
    }
}

@inline(__always)
private func choose<T: BinaryFloatingPoint>(
    _ t: ClassTargets, _ x: UnsafePointer<T>, _ losses: UnsafeMutablePointer<T>
) {
    losses.update(repeating: 0, count: t.count)
    if let weights = t.weights?.of(T.self) {
        forEachTarget(t) { place, element, target in losses[place] = -x[element] * weights[target] }
    } else {
        forEachTarget(t) { place, element, _ in losses[place] = -x[element] }
    }
}

@inline(__always)
private func spread<T: BinaryFloatingPoint>(
    _ t: ClassTargets, _ gradient: UnsafePointer<T>, _ step: Int, _ divisor: T, _ dx: UnsafeMutablePointer<T>
) {
    dx.update(repeating: 0, count: t.slices.count)
    if let weights = t.weights?.of(T.self) {
        forEachTarget(t) { place, element, target in
            dx[element] = -weights[target] * (gradient[place * step] / divisor)
        }
    } else {
        forEachTarget(t) { place, element, _ in dx[element] = -(gradient[place * step] / divisor) }
    }
}
