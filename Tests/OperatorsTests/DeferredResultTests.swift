import Kernels
import TensorSupport
import Testing

@testable import Operators
@testable import Tensors

/// What waits for the next operation and is worked out with it is what it would have been at once.
@Suite("Operations worked out in one pass", .serialized)
struct DeferredResultTests {
    enum Chain: CaseIterable {
        case pool, poolRectify, rectifyPool, dropPoolRectify, rectify, poolOverlapping, poolSigmoid, poolRectifyTwice
    }

    private func step(_ x: Tensor, _ name: String) throws -> Tensor {
        switch name {
        case "pool": try x.maxPool2d(kernel: Pair(2))
        case "overlap": try x.maxPool2d(kernel: Pair(3), stride: Pair(2))
        case "relu": try x.relu()
        case "sigmoid": try x.sigmoid()
        default: try x.dropped(0.5, [x.shape[0], x.shape[1], 1, 1], Generator(seed: 1))
        }
    }

    private func names(_ chain: Chain) -> [String] {
        switch chain {
        case .pool: ["pool"]
        case .poolRectify: ["pool", "relu"]
        case .rectifyPool: ["relu", "pool"]
        case .dropPoolRectify: ["drop", "pool", "relu"]
        case .rectify: ["relu"]
        case .poolOverlapping: ["overlap", "relu"]
        case .poolSigmoid: ["pool", "sigmoid"]
        case .poolRectifyTwice: ["pool", "relu", "relu"]
        }
    }

    /// All steps of a chain, and the gradients of input, weight and bias.
    ///
    /// - Parameter looking: whether each step is looked at before the next.
    private func run(
        _ chain: Chain, images: Int, plane: (Int, Int) = (11, 14), looking: Bool
    ) throws -> (steps: [Tensor], gradients: [[Float]]) {
        let x = try formula([images, 3, plane.0, plane.1], 1).requireGrad()
        let (w, b) = (try formula([7, 3, 3, 3], 2).requireGrad(), try formula([7], 3).requireGrad())
        var steps = [try x.conv2d(w, b)]
        for name in names(chain) {
            if looking { _ = try steps[steps.count - 1].floatArray() }
            steps.append(try step(steps[steps.count - 1], name))
        }
        let last = steps[steps.count - 1]
        if looking { _ = try last.floatArray() }
        try (last * last).sum().backward()
        return (steps, try [x, w, b].map { try #require($0.grad).floatArray() })
    }

    @Test("are those worked out one by one, bit by bit", arguments: Chain.allCases, [1, 7, 8, 17, 40])
    func same(chain: Chain, images: Int) throws {
        for plane in [(11, 14), (40, 6), (6, 70)] {
            let expected = try run(chain, images: images, plane: plane, looking: true)
            let found = try run(chain, images: images, plane: plane, looking: false)
            // What was not written can still be had, the last first.
            for (one, other) in zip(found.steps, expected.steps).reversed() {
                #expect(try one.floatArray() == other.floatArray())
            }
            #expect(found.gradients[0] == expected.gradients[0] && found.gradients[1] == expected.gradients[1])
            for (one, other) in zip(found.gradients[2], expected.gradients[2]) {
                #expect(abs(one - other) <= 1e-5 * max(1, abs(other)))
            }
        }
    }

    @Test("do not depend on the number of threads", arguments: Chain.allCases)
    func threads(chain: Chain) throws {
        let before = ThreadPool.shared.threads
        defer { ThreadPool.setThreads(before) }
        var first: [[Float]]?
        for threads in [1, 2, 3] {
            ThreadPool.setThreads(threads)
            let found = try run(chain, images: 24, looking: false)
            let all = try found.gradients + [found.steps[found.steps.count - 1].floatArray()]
            first = first ?? all
            #expect(all == first)
        }
    }

    @Test("what they are made of may change before they are looked at")
    func changes() throws {
        func made(_ change: (Tensor, Tensor, Tensor) throws -> Void) throws -> [[Float]] {
            let (x, w, b) = (try formula([16, 2, 8, 8], 1), try formula([4, 2, 3, 3], 2), try formula([4], 3))
            let y = try x.conv2d(w, b)
            let pooled = try y.maxPool2d(kernel: Pair(2))
            try change(x, w, b)
            return try [pooled, y].map { try $0.floatArray() }
        }
        let expected = try made { _, _, _ in }
        #expect(try made { x, _, _ in _ = try x.assign(.full(x.shape, 7)) } == expected)
        #expect(try made { _, w, _ in _ = try w.assign(.full(w.shape, 7)) } == expected)
        #expect(try made { _, _, b in _ = try b.assign(.full(b.shape, 7)) } == expected)
        #expect(try made { x, _, _ in _ = try x.put(x * 2) } == expected)
    }

    @Test("a result that is changed in place is worked out before")
    func changedResult() throws {
        let (x, w) = (try formula([16, 2, 8, 8], 1), try formula([4, 2, 3, 3], 2))
        let expected = try x.conv2d(w).floatArray().map { $0 * 3 }
        let y = try x.conv2d(w)
        _ = try y.put(y * 3)
        #expect(try y.floatArray() == expected)
        let z = try x.conv2d(w)
        _ = try z.assign(.full(z.shape, 1))
        #expect(try z.maxPool2d(kernel: Pair(2)).floatArray().allSatisfy { $0 == 1 })
    }

    @Test("what lies between is written at once after it was asked for once")
    func steps() throws {
        let (x, w) = (try formula([16, 2, 8, 8], 1), try formula([4, 2, 3, 3], 2))
        func pooled() throws -> (Tensor, Tensor) {
            let y = try x.conv2d(w)
            let pooled = try y.maxPool2d(kernel: Pair(2))
            _ = try pooled.floatArray()
            return (y, pooled)
        }
        let (first, _) = try pooled()
        #expect(first.storage.pending != nil)
        let values = try first.floatArray()
        let (second, _) = try pooled()
        #expect(second.storage.pending == nil)
        #expect(try second.floatArray() == values)
    }

    @Test("the places of maxima are there where they are asked for")
    func places() throws {
        let (x, w) = (try formula([16, 2, 9, 12], 1), try formula([4, 2, 3, 3], 2))
        let options = PoolingOptions(Pair(2))
        func places(looking: Bool, rectifying: Bool) throws -> [Float] {
            let y = try x.conv2d(w)
            if looking { _ = try y.floatArray() }
            let pooling = MaxPoolOperation(pooling: try Pooling(y.spec, options))
            let found = try Tensor.apply(pooling, [y])
            if rectifying { _ = try found[0].relu().floatArray() }
            return try found[1].to(.float32).floatArray()
        }
        let expected = try places(looking: true, rectifying: false)
        #expect(try places(looking: false, rectifying: false) == expected)
        #expect(try places(looking: false, rectifying: true) == expected)
    }

    @Test("gradients of gradients")
    func twice() throws {
        func gradients(looking: Bool) throws -> [[Float]] {
            let (x, w) = (try formula([16, 2, 8, 8], 1).requireGrad(), try formula([4, 2, 3, 3], 2).requireGrad())
            let y = try x.conv2d(w)
            if looking { _ = try y.floatArray() }
            let z = try y.maxPool2d(kernel: Pair(2)).relu()
            let first = try Tensor.gradients(
                of: [(z * z).sum()], [nil], withRespectTo: [x], createGraph: true)[0]
            let slope = try #require(first)
            try (slope * slope).sum().backward()
            return try [x, w].map { try #require($0.grad).floatArray() }
        }
        let (found, expected) = (try gradients(looking: false), try gradients(looking: true))
        for (one, other) in zip(found, expected) { #expect(one == other) }
    }

    /// The same with each step looked at before the next, and without.
    private func expectSame(
        at location: SourceLocation = #_sourceLocation,
        _ body: (_ x: Tensor, _ w: Tensor, _ look: (Tensor) throws -> Tensor) throws -> Tensor
    ) throws {
        func values(_ looking: Bool) throws -> [Float] {
            let (x, w) = (try formula([8, 3, 14, 14], 1), try formula([4, 3, 3, 3], 2))
            let look: (Tensor) throws -> Tensor = {
                if looking { _ = try $0.floatArray() }
                return $0
            }
            return try body(x, w, look).floatArray()
        }
        #expect(try values(false) == values(true), sourceLocation: location)
    }

    @Test("a view between that has other planes")
    func views() throws {
        try expectSame { x, w, look in
            try look(x.conv2d(w)).reshape([8, 2, 24, 12]).maxPool2d(kernel: Pair(2)).relu()
        }
        try expectSame { x, w, look in
            try look(x.conv2d(w)).reshape([8, 2, 2, 144]).maxPool2d(kernel: Pair(2, 1))
        }
        try expectSame { x, w, look in
            try look(x.conv2d(w)).reshape([8, 4, 36, 4]).maxPool2d(kernel: Pair(2)).reshape([8, -1]).relu()
        }
        try expectSame { x, w, look in
            try look(x.conv2d(w)).reshape([8, 2, 24, 12]).dropped(0.5, [8, 2, 1, 1], Generator(seed: 1))
        }
    }

    @Test("an input that is not there yet itself")
    func pendingInputs() throws {
        try expectSame { x, w, look in
            let y = try look(x.conv2d(w))
            let z = try look(y.relu())
            let u = try look(y.conv2d(formula([5, 4, 3, 3], 3))).relu()
            return try u.sum() + z.sum()
        }
    }

    @Test("poolings with more places than their input", arguments: [false, true])
    func largePoolings(gradients: Bool) throws {
        try GradMode.set(gradients) {
            try expectSame { x, w, look in
                if gradients { try w.requireGrad() }
                let y = try look(x.conv2d(w))
                let pooled = try look(y.maxPool2d(kernel: Pair(2), stride: Pair(1), padding: Pair(1)))
                let rectified = try pooled.relu()
                _ = try rectified.floatArray()
                return try rectified + pooled
            }
        }
    }

    @Test("an input that comes to look at its elements in another way")
    func shapeChanges() throws {
        try expectSame { x, w, look in
            let y = try look(look(x.conv2d(w)).relu())
            try x.changeView { try $0.transpose(0, 1) }
            return y
        }
    }

    @Test("gradients of what was never looked at", arguments: [false, true])
    func unseen(dropping: Bool) throws {
        func gradients(looking: Bool) throws -> [[Float]] {
            let (x, w) = (try formula([8, 3, 14, 14], 1).requireGrad(), try formula([4, 3, 3, 3], 2).requireGrad())
            var y = try x.conv2d(w).maxPool2d(kernel: Pair(2))
            if dropping { y = try y.dropped(0.5, [8, 4, 1, 1], Generator(seed: 1)) }
            if looking { _ = try y.floatArray() }
            try y.backward(formula(y.shape, 3))
            return try [x, w].map { try #require($0.grad).floatArray() }
        }
        #expect(try gradients(looking: false) == gradients(looking: true))
    }
}
