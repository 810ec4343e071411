import CLibrary
import Operators
import Tracing

extension Plan {
    /// A plan for what a function does to inputs of a shape, the first size of which counts images.
    ///
    /// The function is called with random inputs while its operations are listened to: for batches of two sizes, so as to
    /// learn what depends on the size. Where that cannot be learned, the plan takes batches of the given size only. The plan
    /// is then compared with what the function gave.
    ///
    /// - Throws: `TensorError` where what the function does depends on its input's elements, where it changes what is not
    ///   its own, or where the plan's results are others.
    public static func of(input: Shape, _ forward: (Tensor) throws -> [Tensor]) throws -> Plan {
        guard let images = input.first, images > 0, input.allSatisfy({ $0 > 0 }) else {
            throw TensorError("an input's sizes, all at least 1, expected, got \(input)")
        }
        let imageShape = Shape(input.dropFirst())
        let given = try Pass(images, imageShape, seed: 1, forward)
        let other = images > 2 ? 2 : images + 1
        if let second = try? Pass(other, imageShape, seed: 2, forward) {
            if let plan = try plan(given, second, imageShape), try given.agrees(plan), try second.agrees(plan) {
                return plan
            }
            // With one image much looks alike that is not: two other sizes tell more.
            if images == 1, let third = try? Pass(3, imageShape, seed: 3, forward),
                let plan = try plan(second, third, imageShape), try given.agrees(plan), try second.agrees(plan)
            {
                return plan
            }
        }
        let again = try Pass(images, imageShape, seed: 4, forward)
        guard let graph = Graph(given.trace, images: images, again.trace, images: images) else {
            throw TensorError("what forward does depends on the elements of its input, which a plan cannot follow")
        }
        let plan = try Plan(graph, imageShape: imageShape, batchSize: images)
        guard try given.agrees(plan), try again.agrees(plan) else {
            throw TensorError(
                "the plan's results differ from the network's: forward does something that is no operation on tensors")
        }
        return plan
    }

    /// Nil where the two did not do the same, or did what no plan for every size can do.
    private static func plan(_ first: Pass, _ second: Pass, _ imageShape: Shape) throws -> Plan? {
        guard let graph = Graph(first.trace, images: first.images, second.trace, images: second.images) else {
            return nil
        }
        return try Plan(graph, imageShape: imageShape, batchSize: nil)
    }
}

/// One call of the function with a random input.
private struct Pass {
    let images: Int
    let trace: Trace
    private let input: Tensor
    private let outputs: [Tensor]

    /// - Throws: what the function throws, or `TensorError` where there is no plan for what it does.
    init(_ images: Int, _ imageShape: Shape, seed: UInt64, _ forward: (Tensor) throws -> [Tensor]) throws {
        self.images = images
        input = try Pass.noise([images] + imageShape, seed: seed)
        let trace = Trace(inputs: [input])
        let given = input
        outputs = try GradMode.set(false) {
            let outputs = try Listening.with(trace) { try forward(given) }
            trace.end(outputs)
            // They must stay as they are while the plan is compared.
            return try outputs.map { try $0.detach().clone() }
        }
        if let refusal = trace.refusal { throw refusal }
        guard !outputs.isEmpty else { throw TensorError("forward gives no tensor back") }
        self.trace = trace
    }

    /// Numbers from -1 to 1 that are no pattern, without a generator, which takes time to set up.
    private static func noise(_ shape: Shape, seed: UInt64) throws -> Tensor {
        let tensor = try Tensor(uninitialized: shape)
        let values = tensor.floats
        var state = seed &* 0x9e37_79b9_7f4a_7c15
        for i in 0..<tensor.count {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            values[i] = Float(Int32(truncatingIfNeeded: state >> 32)) / 2_147_483_648
        }
        return tensor
    }

    /// Whether a plan gives what the function gave, but for rounding.
    func agrees(_ plan: Plan) throws -> Bool {
        guard let found = try? plan(input), found.count == outputs.count else { return false }
        return try zip(found, outputs).allSatisfy { try Pass.agree($0, $1) }
    }

    /// By how much of the largest element results may differ: sums are added in another order.
    private static let tolerance = 1e-4

    private static func agree(_ a: Tensor, _ b: Tensor) throws -> Bool {
        guard a.shape == b.shape, a.dtype == b.dtype else { return false }
        let (x, y) = (try a.doubles(), try b.doubles())
        let largest = y.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 }
        return zip(x, y).allSatisfy { x, y in
            x == y || x.isNaN && y.isNaN || abs(x - y) <= tolerance * max(largest, 1e-30)
        }
    }
}
