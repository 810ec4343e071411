import Kernels
import Synchronization
import Tensors

/// Steps one after the other that treat every image by itself: a few images pass through all of them before the next ones
/// do, so that what lies between the steps stays in the cache.
final class Segment {
    let steps: [ImageStep]
    /// Values from outside that the steps read, and those of theirs that are read outside, with the floats of an image.
    let external: [(value: Int, size: Int)]
    /// Images that pass through together.
    private let tile: Int
    private let imagesAPart: Int
    /// The steps with the places of what they read and fill.
    private let bindings: [Binding]
    private let mostInputs: Int
    private let arenaSize: Int
    private let scratchPlace: Int
    private let arenas = ArenaPool()

    private struct Binding {
        let step: ImageStep
        let inputs: [Place]
        let output: Place
    }

    /// Where a value stands.
    private struct Place {
        /// Among the external values; nil in the arena.
        let external: Int?
        /// Floats of an image, or from the start of the arena.
        let distance: Int
    }

    /// Floats of the arena of one part, unless one image needs more: a quarter of a usual second-level cache.
    private static let arenaFloats = 64 << 10
    /// Multiplications that outweigh starting a part on another thread.
    private static let costAPart = 4 << 20

    /// - Parameters:
    ///   - outside: values that are read outside the segment.
    ///   - sizes: the floats of one image, by value.
    init(_ steps: [ImageStep], outside: Set<Int>, sizes: (Int) -> Int) {
        self.steps = steps
        let made = Set(steps.map(\.output))
        var external: [(value: Int, size: Int)] = []
        for value in steps.flatMap({ $0.inputs + [$0.output] }) {
            guard !made.contains(value) || outside.contains(value), !external.contains(where: { $0.value == value })
            else { continue }
            external.append((value, sizes(value)))
        }
        self.external = external

        let slots = Segment.slots(steps, isLocal: { value in !external.contains { $0.value == value } })
        let scratch = steps.map { $0.scratchSize(images: 1) }.max() ?? 0
        let tile = max(1, min(16, (Self.arenaFloats - scratch) / max(1, slots.size)))
        self.tile = tile
        func place(_ value: Int) -> Place {
            if let place = external.firstIndex(where: { $0.value == value }) {
                return Place(external: place, distance: external[place].size)
            }
            return Place(external: nil, distance: (slots.starts[value] ?? 0) * tile)
        }
        bindings = steps.map { Binding(step: $0, inputs: $0.inputs.map(place), output: place($0.output)) }
        mostInputs = max(1, steps.map(\.inputs.count).max() ?? 1)
        scratchPlace = slots.size * tile
        arenaSize = scratchPlace + (steps.map { $0.scratchSize(images: tile) }.max() ?? 0)
        let cost = max(1, steps.reduce(0) { $0 + $1.cost })
        let fewest = (Self.costAPart + cost - 1) / cost
        imagesAPart = (fewest + tile - 1) / tile * tile
    }

    /// Where each value that only the segment sees stands, in floats of one image: one may stand where another did that is
    /// read no more.
    private static func slots(_ steps: [ImageStep], isLocal: (Int) -> Bool) -> (starts: [Int: Int], size: Int) {
        var lastRead: [Int: Int] = [:]
        for (i, step) in steps.enumerated() { for value in step.inputs { lastRead[value] = i } }
        var starts: [Int: Int] = [:]
        var live: [(value: Int, start: Int, end: Int)] = []
        var size = 0
        for (i, step) in steps.enumerated() {
            defer { live.removeAll { (lastRead[$0.value] ?? i) <= i } }
            guard isLocal(step.output) else { continue }
            // Vectors begin on lines of the cache.
            let needed = (step.outputSize + 15) & ~15
            if step.worksInPlace, let first = step.inputs.first, lastRead[first] == i,
                !step.inputs.dropFirst().contains(first),
                let place = live.firstIndex(where: { $0.value == first && $0.end - $0.start == needed })
            {
                starts[step.output] = live[place].start
                live[place].value = step.output
                continue
            }
            var start = 0
            for taken in live.sorted(by: { $0.start < $1.start }) where start + needed > taken.start {
                start = max(start, taken.end)
            }
            starts[step.output] = start
            live.append((step.output, start, start + needed))
            size = max(size, start + needed)
        }
        return (starts, size)
    }

    /// Runs all steps for all images. The parts that threads share out depend on the number of images alone.
    ///
    /// - Parameter external: the first image of each external value, in their order.
    func run(_ external: UnsafePointer<UnsafeMutablePointer<Float>>, images: Int) throws {
        // Sixteen parts are enough for any number of threads that share a batch.
        let size = max(imagesAPart, ((images + 15) / 16 + tile - 1) / tile * tile)
        let parts = (images + size - 1) / size
        if parts <= 1 {
            let arena = try arenas.take(arenaSize)
            run(external, 0..<images, arena)
            return arenas.give(arena)
        }
        // Memory first: a part of a loop has nobody to tell that there is none.
        let ready = try (0..<min(parts, ThreadPool.shared.threads)).map { _ in try arenas.take(arenaSize) }
        for arena in ready { arenas.give(arena) }
        ThreadPool.shared.run(parts) { part in
            guard let arena = try? arenas.take(arenaSize) else { return }
            run(external, part * size..<min(images, (part + 1) * size), arena)
            arenas.give(arena)
        }
    }

    private func run(
        _ external: UnsafePointer<UnsafeMutablePointer<Float>>, _ images: Range<Int>, _ arena: Storage
    ) {
        let base = arena.pointer.assumingMemoryBound(to: Float.self)
        var first = images.lowerBound
        withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>.self, capacity: mostInputs) { inputs in
            guard let inputs = inputs.baseAddress else { return }
            while first < images.upperBound {
                let count = min(tile, images.upperBound - first)
                for bound in bindings {
                    for (i, input) in bound.inputs.enumerated() {
                        (inputs + i).initialize(to: pointer(input, external, base, first))
                    }
                    bound.step.run(
                        inputs, pointer(bound.output, external, base, first), scratch: base + scratchPlace,
                        images: count)
                }
                first += count
            }
        }
    }

    @inline(__always)
    private func pointer(
        _ place: Place, _ external: UnsafePointer<UnsafeMutablePointer<Float>>,
        _ arena: UnsafeMutablePointer<Float>, _ image: Int
    ) -> UnsafeMutablePointer<Float> {
        guard let number = place.external else { return arena + place.distance }
        return external[number] + image * place.distance
    }
}

/// Rooms for what lies between steps: one for each thread that works at the same time, kept for the next call.
private final class ArenaPool: Sendable {
    private struct State: @unchecked Sendable { var free: [Storage] = [] }
    private let state = Mutex(State())

    /// - Throws: `TensorError` where the memory cannot be had.
    func take(_ floats: Int) throws -> Storage {
        let kept = state.withLock { State(free: $0.free.popLast().map { [$0] } ?? []) }
        return try kept.free.first ?? Storage(byteCount: max(64, 4 * floats))
    }

    func give(_ arena: Storage) {
        let kept = State(free: [arena])
        state.withLock { $0.free += kept.free }
    }
}
