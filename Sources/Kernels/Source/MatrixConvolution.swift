import KernelInterface

/// What the taps see is written into panels of a matrix, one row a tap and one column an output pixel, which are multiplied
/// by the weight (Chellapilla, Puri and Simard, 2006). Columns run on from one image to the next, so that small images fill
/// tiles as well; a block of them is made and multiplied at a time, for some input channels after the other, and stays in
/// the cache.
struct MatrixConvolution: ConvolutionMethod {
    let shape: Convolution
    private let weight: WeightLayout
    private let images: Int
    /// Vectors of columns, and the blocks that they are divided into.
    private let vectors: Int, columnBlocks: Int
    /// The blocks that output channels are divided into, and the channels of one.
    private let rowBlocks: Int, rows: Int

    /// - Parameter isReversed: whether this is the gradient of an input as `Convolution.reversed` has it.
    init(_ shape: Convolution, _ images: Int, isReversed: Bool = false, alone: Bool = false) {
        let s = shape.flattened
        self.shape = s
        self.images = images
        weight = WeightLayout(s, isReversed: isReversed)
        vectors = (images * s.outPixels + lanes - 1) / lanes
        // A block of columns takes a quarter of a second-level cache; an even number of blocks is shared fairly.
        let panels = (vectors + tileVectors - 1) / tileVectors
        let isLarge = weight.rows * weight.channels * weight.taps > 1 << 18
        let fewest = alone ? 0 : max(isLarge ? 0 : min(panels / 2, 4), min(panels, 2))
        let wanted = max((panels + 4) / 5, fewest)
        columnBlocks = min(vectors, wanted > 1 ? (wanted + 1) / 2 * 2 : wanted)
        // Each block of output channels makes the matrix anew, so there are several only where parts are few.
        let isWhole = alone || columnBlocks == 0
        let blocks = isWhole ? 1 : min(max(1, weight.rows / 64), max(1, (isLarge ? 4 : 8) / columnBlocks))
        rows = evenBlock(weight.rows, (weight.rows + blocks - 1) / blocks, of: tileRows)
        rowBlocks = max(1, (weight.rows + rows - 1) / rows)
    }

    var kind: ConvolutionKind { .matrix }
    var packedSize: Int { weight.packedSize }
    var packParts: Int { weight.parts }
    var parts: Int { columnBlocks * rowBlocks }

    func pack(_ weight: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>, part: Int) {
        self.weight.pack(weight, into: packed, part: part)
    }

    func run(
        _ input: UnsafePointer<Float>, packed: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
        output: UnsafeMutablePointer<Float>, part: Int
    ) {
        let (block, first) = (part / rowBlocks, part % rowBlocks * rows)
        let count = min(rows, weight.rows - first)
        let columns = MatrixColumns(
            shape, channels: weight.depth,
            vectors * block / columnBlocks
                * lanes..<min(images * shape.outPixels, vectors * (block + 1) / columnBlocks * lanes))
        let stageSize = columns.stagedVectors * count * lanes
        let size = columns.panelsSize + stageSize + columns.frameSize
        withUnsafeTemporaryAllocation(of: Int.self, capacity: columns.placesSize) { places in
            withFloats(size) { panels in
                guard let places = places.baseAddress else { return }
                let stage = panels + columns.panelsSize
                let frame = stage + stageSize
                columns.writePlaces(places)
                frame.update(repeating: 0, count: columns.frameSize)
                for group in 0..<shape.groups {
                    let channel = group * weight.rows + first
                    for block in 0..<weight.depths {
                        let some = weight.channels(block)
                        let k = some.count * weight.taps
                        columns.fill(
                            input, channels: some, group: group, places: places, frame: frame, panels: panels)
                        let start: TileStart = block > 0 ? .target : bias.map { .bias($0 + channel) } ?? .zero
                        let a = packed + (weight.place(group: group, block: block) + first * k)
                        for panel in stride(from: 0, to: columns.vectors, by: tileVectors) {
                            multiply(
                                count, k: k, a, PanelSource(first: panels + panel * lanes * k, step: tileColumns),
                                VectorTargets(
                                    columns, panel, channel: channel, rows: count, output: output, stage: stage,
                                    start: start),
                                vectors: min(tileVectors, columns.vectors - panel))
                        }
                    }
                    columns.unstage(stage, channel: channel, rows: count, to: output)
                }
            }
        }
    }

    private func multiply(
        _ rows: Int, k: Int, _ a: UnsafePointer<Float>, _ panel: PanelSource, _ target: VectorTargets, vectors: Int
    ) {
        for row in stride(from: 0, to: rows, by: tileRows) {
            let (count, a, target) = (min(tileRows, rows - row), a + row * k, target.advanced(by: row))
            multiplyRows(count, vectors: vectors, k: k, a: a, from: panel, to: target)
        }
    }
}

/// Where the vectors of a tile go: each into its image, or into the stage.
private struct VectorTargets: TileTarget {
    private var c0: UnsafeMutablePointer<Float>, c1: UnsafeMutablePointer<Float>, c2: UnsafeMutablePointer<Float>
    private let step0: Int, step1: Int, step2: Int
    private var start: TileStart

    init(
        _ columns: MatrixColumns, _ vector: Int, channel: Int, rows: Int, output: UnsafeMutablePointer<Float>,
        stage: UnsafeMutablePointer<Float>, start: TileStart
    ) {
        func target(_ i: Int) -> (UnsafeMutablePointer<Float>, Int) {
            columns.target(
                min(vector + i, columns.vectors - 1), channel: channel, rows: rows, output: output, stage: stage)
        }
        (c0, step0) = target(0)
        (c1, step1) = target(1)
        (c2, step2) = target(2)
        self.start = start
    }

    @inline(__always)
    func advanced(by rows: Int) -> VectorTargets {
        var target = self
        target.c0 += rows * step0
        target.c1 += rows * step1
        target.c2 += rows * step2
        if case .bias(let bias) = start { target.start = .bias(bias + rows) }
        return target
    }

    @inline(__always)
    func put(_ sums: TileRow, row: Int, _ vectors: Int) {
        put(sums.v0, c0 + row * step0, row)
        if vectors > 1 { put(sums.v1, c1 + row * step1, row) }
        if vectors > 2 { put(sums.v2, c2 + row * step2, row) }
    }

    @inline(__always)
    private func put(_ sums: Vector, _ at: UnsafeMutablePointer<Float>, _ row: Int) {
        switch start {
        case .zero: store(sums, at)
        case .bias(let bias): store(sums + Vector(repeating: bias[row]), at)
        case .target: store(sums + load(at), at)
        }
    }
}
