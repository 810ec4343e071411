import Files
import Images

/// A chart in a file, whose kind is its ending: `.png` or `.svg`.
///
/// - Parameters:
///   - size: in points; nil for what suits the chart.
///   - scale: pixels of a PNG for each point.
/// - Throws: `PlotError` for another ending, `FileError`, `ImageError` for a size that no image may have.
public func writeChart(
    _ chart: any Chart, to path: String, size: (width: Double?, height: Double?) = (nil, nil), scale: Double = 2
) throws {
    let usual = chart.usualSize
    let ending = path.utf8.lastIndex(of: UInt8(ascii: ".")).map { path[$0...].lowercased() } ?? ""
    guard ending == ".png" || ending == ".svg" else {
        throw PlotError(
            "'\(baseName(path))' has none of the endings that pictures are written with: .png (pixels) or .svg (lines)")
    }
    let scene = chart.scene(width: size.width ?? usual.width, height: size.height ?? usual.height)
    if ending == ".svg" {
        try writeFile(path, SVGDrawing(scene).text)
    } else {
        try writeFile(path, try encodePNG(try Raster.image(of: scene, scale: scale)))
    }
}

/// What is wrong with what is to be drawn.
public struct PlotError: Error, CustomStringConvertible, Equatable {
    public let description: String

    public init(_ description: String) { self.description = description }
}
