import KernelInterface

/// The planes of some images cut into tiles of 2 × 2 pixels of the output, and the tiles of all images into blocks, so
/// that planes of any size fill the matrix products.
struct WinogradTiles {
    let shape: Convolution
    /// Rows and columns of tiles in a plane.
    let rows: Int, columns: Int
    /// Tiles of all images.
    let count: Int
    /// Blocks of tiles, and the most tiles in a block.
    let blocks: Int, size: Int
    /// Tiles that stay together, a row of a plane or an equal part of it; how many of them a row, a block and all have.
    private let piece: Int, piecesARow: Int, piecesABlock: Int, pieces: Int

    /// - Parameter most: tiles that a block is to have at the most.
    /// - Returns: nil where the taps are not 3 × 3 neighbours, or there is nothing to work out.
    init?(_ shape: Convolution, images: Int, most: Int) {
        func fits(_ window: Window) -> Bool {
            window == Window(size: 3, stride: 1, padding: window.padding, dilation: 1)
        }
        guard fits(shape.rows), fits(shape.columns), shape.groups == 1, shape.inChannels > 0, shape.outChannels > 0,
            shape.outPixels > 0, images > 0
        else { return nil }
        self.shape = shape
        rows = (shape.outHeight + 1) / 2
        columns = (shape.outWidth + 1) / 2
        count = images * rows * columns
        piecesARow = (columns + most - 1) / most
        piece = (columns + piecesARow - 1) / piecesARow
        pieces = images * rows * piecesARow
        let fitting = max(1, most / piece)
        blocks = (pieces + fitting - 1) / fitting
        piecesABlock = (pieces + blocks - 1) / blocks
        size = piecesABlock * piece
    }

    /// Whether minimal filtering is faster than multiplying all 36 products of a tile.
    ///
    /// It multiplies 16, but transforms each input and output channel of a tile, which takes as long as some 200
    /// products. Measured with AVX-512 on planes from 4 × 4 to 224 × 224: it is slower to about even for 16 channels
    /// that become 16 to 32, and mostly 1.6 times as fast from 32 on.
    static func pay(_ shape: Convolution, _ images: Int) -> Bool {
        guard let tiles = WinogradTiles(shape, images: images, most: 48) else { return false }
        let (inputs, outputs) = (shape.inChannels, shape.outChannels)
        let filled = (tiles.count + 5) / 6 * 6
        return filled * (16 * inputs * outputs + 200 * (inputs + outputs))
            < images * shape.outPixels * 9 * inputs * outputs
    }

    /// Tiles of one image whose rows follow each other.
    struct Region {
        var image: Int
        var rows: Range<Int>, columns: Range<Int>
        /// The place of the first among the block's tiles.
        var first: Int

        /// The pixels of the output that the tiles hold, some perhaps beyond its end.
        var top: Int { 2 * rows.lowerBound }
        var left: Int { 2 * columns.lowerBound }
        var height: Int { 2 * rows.count }
        var width: Int { 2 * columns.count }
    }

    /// Calls `body` with each region of a block.
    ///
    /// - Returns: how many tiles the block has.
    @discardableResult
    @inline(__always)
    func forEachRegion(of block: Int, _ body: (Region) -> Void) -> Int {
        var (at, tiles) = (block * piecesABlock, 0)
        let end = min(pieces, at + piecesABlock)
        while at < end {
            let (line, part) = (at / piecesARow, at % piecesARow)
            let (image, row) = (line / rows, line % rows)
            let lines = piecesARow > 1 ? 1 : min(end - at, rows - row)
            let region = Region(
                image: image, rows: row..<row + lines,
                columns: part * piece..<min(columns, (part + 1) * piece), first: tiles)
            body(region)
            tiles += region.rows.count * region.columns.count
            at += lines
        }
        return tiles
    }

    /// Pixels of the frame of what any region's tiles see, which is the largest frame needed.
    var framePixels: Int {
        let lines = piecesARow > 1 ? 1 : min(rows, piecesABlock)
        return (2 * lines + 2) * (2 * piece + 2)
    }

    /// Transforms what a region's tiles see of all channels of the input. The channels are divided into blocks of a
    /// vector; a block holds a vector for each of `size` tiles, those of a place in the tiles lie together.
    ///
    /// - Parameter part: floats from one place to the next.
    /// - Returns: what `placeChannelsLast` says of the input.
    func transformInput(
        _ region: Region, _ input: UnsafePointer<Float>, to seen: UnsafeMutablePointer<Float>, size: Int, part: Int,
        _ space: PixelFrame.Space
    ) -> Vector {
        let (s, plane) = (shape, shape.height * shape.width)
        let frame = PixelFrame(
            height: s.height, width: s.width, top: region.top - s.rows.padding, left: region.left - s.columns.padding,
            frameHeight: region.height + 2, frameWidth: region.width + 2, in: space)
        let image = input + region.image * s.inChannels * plane
        var excess = Vector.zero
        for c in stride(from: 0, to: s.inChannels, by: lanes) {
            excess += frame.fill(from: image + c * plane, channels: s.inChannels - c, plane: plane)
            for row in 0..<region.rows.count {
                transformSeen(
                    space.pixels + 2 * row * frame.rowSize, rowSize: frame.rowSize, columns: region.columns.count,
                    to: seen + c * size + (region.first + row * region.columns.count) * lanes, part: part)
            }
        }
        return excess
    }

    /// Transforms the gradient of a region's tiles of some channels of the output: a row for each tile.
    ///
    /// - Parameters:
    ///   - channels: as many as wanted, from the first on.
    ///   - part: floats from one place in the tiles to the next.
    /// - Returns: what `placeChannelsLast` says of the gradient.
    func transformGradient(
        _ region: Region, _ gradient: UnsafePointer<Float>, channels: Range<Int>,
        to spread: UnsafeMutablePointer<Float>, row rowSize: Int, part: Int, _ space: PixelFrame.Space
    ) -> Vector {
        let (s, plane) = (shape, shape.outPixels)
        let frame = PixelFrame(
            height: s.outHeight, width: s.outWidth, top: region.top, left: region.left, frameHeight: region.height,
            frameWidth: region.width, in: space)
        let image = gradient + (region.image * s.outChannels + channels.lowerBound) * plane
        var excess = Vector.zero
        for c in stride(from: 0, to: channels.count, by: lanes) {
            excess += frame.fill(from: image + c * plane, channels: channels.count - c, plane: plane)
            for row in 0..<region.rows.count {
                spreadGradient(
                    space.pixels + 2 * row * frame.rowSize, rowSize: frame.rowSize, columns: region.columns.count,
                    to: spread + c + (region.first + row * region.columns.count) * rowSize, step: rowSize, part: part)
            }
        }
        return excess
    }
}
