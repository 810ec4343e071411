import Kernels
import TestSupport
import Testing

/// What a test's gradients are like.
enum Gradients: Sendable, CaseIterable {
    case dense, sparse, zero

    /// `sparse` leaves one element in seven, and none at all in some planes.
    func values(_ count: Int, plane: Int) -> Guarded {
        Guarded(
            formulaValues(count, 3).enumerated().map { i, value in
                switch self {
                case .dense: value
                case .sparse: i * 5 % 7 == 3 && i / plane % 5 != 2 ? value : i % 2 == 0 ? 0 : -0.0
                case .zero: 0
                }
            })
    }
}

/// One shape, with a name to find it by.
struct ConvolutionCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let shape: Convolution
    let images: Int

    init(
        _ name: String, images: Int = 2, _ channels: Int, _ height: Int, _ width: Int, out: Int, _ rows: Window,
        _ columns: Window, groups: Int = 1
    ) {
        testDescription = name
        self.images = images
        shape = Convolution(
            inChannels: channels, height: height, width: width, outChannels: out, rows: rows, columns: columns,
            groups: groups)
    }

    /// Every product of one output with one input and one weight, in places of their arrays.
    func forEachProduct(_ body: (_ output: Int, _ input: Int, _ weight: Int) -> Void) {
        let s = shape
        let (inGroup, outGroup) = (s.inChannels / s.groups, s.outChannels / s.groups)
        for n in 0..<images {
            for o in 0..<s.outChannels {
                for oy in 0..<s.outHeight {
                    for ox in 0..<s.outWidth {
                        for c in 0..<inGroup {
                            for ky in 0..<s.rows.size {
                                for kx in 0..<s.columns.size {
                                    let y = oy * s.rows.stride + ky * s.rows.dilation - s.rows.padding
                                    let x = ox * s.columns.stride + kx * s.columns.dilation - s.columns.padding
                                    guard y >= 0, y < s.height, x >= 0, x < s.width else { continue }
                                    let channel = o / outGroup * inGroup + c
                                    body(
                                        ((n * s.outChannels + o) * s.outHeight + oy) * s.outWidth + ox,
                                        ((n * s.inChannels + channel) * s.height + y) * s.width + x,
                                        ((o * inGroup + c) * s.rows.size + ky) * s.columns.size + kx)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    var inputCount: Int { images * shape.inChannels * shape.height * shape.width }
    var weightCount: Int { shape.outChannels * shape.taps }
    var outputCount: Int { images * shape.outChannels * shape.outPixels }
}

func window(_ size: Int, _ stride: Int = 1, _ padding: Int = 0, _ dilation: Int = 1) -> Window {
    Window(size: size, stride: stride, padding: padding, dilation: dilation)
}

private let named: [ConvolutionCase] = [
    .init("one pixel", 1, 1, 1, out: 1, window(1), window(1)),
    .init("the first of the tutorial", images: 1, 1, 28, 28, out: 10, window(5), window(5)),
    .init("the second of the tutorial", images: 3, 10, 12, 12, out: 20, window(5), window(5)),
    .init("1x1", 5, 7, 9, out: 13, window(1), window(1)),
    .init("3x3 padded", 3, 6, 7, out: 8, window(3, 1, 1), window(3, 1, 1)),
    .init("3x3 padded, narrow", 4, 6, 3, out: 5, window(3, 1, 1), window(3, 1, 1)),
    .init("3x3 padded, one column", 4, 9, 1, out: 2, window(3, 1, 1), window(3, 1, 1)),
    .init("3x3 padded, wide", 2, 5, 35, out: 3, window(3, 1, 1), window(3, 1, 1)),
    .init("padded in rows only", 3, 5, 6, out: 4, window(5, 1, 2), window(1)),
    .init("padded in columns only", 3, 5, 6, out: 4, window(1), window(5, 1, 2)),
    .init("padding beyond the image", 2, 2, 3, out: 3, window(3, 1, 4), window(3, 1, 5)),
    .init("eight columns and padding", 2, 8, 8, out: 2, window(3, 1, 1), window(3, 1, 1)),
    .init("sixteen columns and padding", 3, 4, 16, out: 7, window(3, 1, 2), window(3, 1, 1)),
    .init("stride 2", 3, 9, 10, out: 6, window(3, 2), window(3, 2)),
    .init("stride 2 padded", 3, 9, 18, out: 6, window(3, 2, 1), window(3, 2, 1)),
    .init("stride beyond the kernel", 2, 11, 11, out: 3, window(2, 4), window(1, 3)),
    .init("dilated", 2, 9, 12, out: 3, window(3, 1, 2, 2), window(2, 1, 3, 3)),
    .init("dilated and strided", 2, 12, 13, out: 3, window(3, 2, 1, 2), window(3, 3, 2, 3)),
    .init("groups", 6, 7, 8, out: 4, window(3, 1, 1), window(3, 1, 1), groups: 2),
    .init("depthwise", 5, 7, 9, out: 10, window(3, 1, 1), window(3), groups: 5),
    .init("depthwise, several images a frame", images: 7, 3, 7, 7, out: 3, window(3, 1, 1), window(3, 1, 1), groups: 3),
    .init("depthwise, 5x5", images: 3, 2, 14, 14, out: 2, window(5, 1, 2), window(5, 1, 2), groups: 2),
    .init("depthwise, 7x7", images: 1, 2, 20, 20, out: 2, window(7, 1, 3), window(7, 1, 3), groups: 2),
    .init("depthwise, stride 2", images: 5, 3, 14, 14, out: 3, window(5, 2, 2), window(5, 2, 2), groups: 3),
    .init("depthwise, stride 2, odd", images: 3, 3, 9, 7, out: 3, window(3, 2, 1), window(3, 2, 1), groups: 3),
    .init("depthwise, stride 3, dilated", images: 3, 2, 13, 16, out: 4, window(3, 3, 1, 2), window(2, 3), groups: 2),
    .init("depthwise, stride beyond the kernel", 3, 11, 11, out: 3, window(2, 4), window(1, 3), groups: 3),
    .init("depthwise, stride beyond the padding", 2, 6, 7, out: 2, window(3, 2, 5), window(3, 1, 6), groups: 2),
    .init(
        "depthwise, more rows than a frame", images: 2, 2, 90, 61, out: 2, window(3, 1, 1), window(3, 1, 1), groups: 2),
    .init(
        "depthwise, the same with stride 2", images: 2, 2, 91, 70, out: 2, window(3, 2, 1), window(5, 2, 2), groups: 2),
    .init("many groups of three to five", images: 3, 60, 6, 7, out: 100, window(3, 1, 1), window(3, 1, 1), groups: 20),
    .init("groups of eight", images: 2, 16, 14, 14, out: 16, window(3, 1, 1), window(3, 1, 1), groups: 2),
    .init("wide kernel", 2, 4, 40, out: 3, window(2), window(17)),
    .init("kernel as wide as a vector", 2, 4, 20, out: 3, window(3, 1, 1), window(8, 1, 3)),
    .init("more rows than a tile", 2, 5, 6, out: 100, window(3), window(3)),
    .init("the whole image", 3, 6, 7, out: 5, window(6), window(7)),
    .init("several images a part", images: 18, 3, 6, 5, out: 4, window(3), window(2)),
    .init("blocks of channels", images: 1, 40, 5, 7, out: 3, window(3, 1, 1), window(3, 1, 1)),
    .init("blocks of several vectors", images: 1, 130, 4, 5, out: 3, window(1), window(1)),
    .init("images of a part that are packed one by one", images: 18, 17, 36, 40, out: 1, window(1), window(1)),
    .init("rows that end within vectors", images: 3, 5, 13, 11, out: 9, window(3, 1, 1), window(3, 1, 1)),
    .init("rows that end within vectors, stride 2", images: 2, 3, 21, 35, out: 5, window(3, 2, 1), window(3, 2, 1)),
    .init(
        "depthwise, more planes than are worked on at a time", images: 3, 7, 6, 5, out: 7, window(3, 1, 1),
        window(3, 1, 1), groups: 7),
    .init("depthwise, wide, stride 2", images: 2, 3, 9, 45, out: 3, window(5, 2, 2), window(5, 2, 2), groups: 3),
    .init(
        "depthwise, an odd number of narrow images", images: 5, 6, 12, 7, out: 6, window(7, 1, 3), window(7, 1, 3),
        groups: 6),
    .init(
        "depthwise, planes smaller than half a vector", images: 4, 40, 4, 3, out: 40, window(3), window(2), groups: 40),
    .init("depthwise, one narrow image", images: 1, 6, 5, 8, out: 6, window(5, 2, 2), window(5, 2, 2), groups: 6),
    .init("depthwise, dilated", images: 3, 5, 13, 9, out: 5, window(3, 1, 2, 2), window(3, 1, 4, 3), groups: 5),
    .init("depthwise, bands of rows", images: 2, 2, 45, 19, out: 2, window(3, 1, 1), window(4, 1, 2), groups: 2),
    .init(
        "depthwise, bands of rows, stride 2", images: 1, 3, 71, 37, out: 3, window(7, 2, 3), window(3, 2, 1), groups: 3
    ),
    .init("channels one beyond a vector", images: 1, 17, 6, 6, out: 19, window(2), window(3)),
    .init("more sums than registers", images: 1, 18, 9, 8, out: 3, window(7, 1, 3), window(7, 1, 3)),
    .init("colours", images: 1, 3, 20, 20, out: 5, window(7, 2, 3), window(7, 2, 3)),
    .init("large kernel", images: 1, 3, 24, 25, out: 3, window(11, 2, 2), window(11, 2, 2)),
    .init("larger than the first cache", images: 1, 10, 24, 36, out: 2, window(3, 1, 1), window(3, 1, 1)),
    .init("parts of output channels", images: 3, 5, 5, 5, out: 70, window(2), window(2)),
    .init("tiles of several images", images: 9, 5, 7, 7, out: 20, window(3, 1, 1), window(3, 1, 1)),
    .init("tiles of many images", images: 60, 3, 2, 3, out: 4, window(1), window(1)),
    .init("small images with a stride", images: 7, 6, 5, 5, out: 9, window(3, 2, 1), window(3, 2, 1)),
    .init("channels in several blocks", images: 3, 50, 4, 6, out: 70, window(3, 1, 1), window(3, 1, 1)),
    .init("wide rows and channels in several blocks", images: 1, 45, 5, 18, out: 9, window(3, 1, 1), window(3, 1, 1)),
    .init("1x1 and channels in several blocks", images: 5, 200, 3, 5, out: 130, window(1), window(1)),
    .init("rows in several blocks", images: 1, 2, 70, 33, out: 3, window(3, 2, 1), window(5, 1, 2)),
    .init("more output channels than a block", images: 2, 3, 6, 6, out: 200, window(2, 2), window(2, 2)),
    .init("1x1 with a stride", images: 2, 6, 9, 11, out: 5, window(1, 2), window(1, 2)),
    .init("1x1 padded", images: 2, 3, 4, 5, out: 5, window(1, 1, 1), window(1, 1, 2)),
    .init("the last rows unseen", images: 2, 2, 10, 12, out: 3, window(2, 4), window(3, 5)),
    .init("stride 2 and dilated", images: 2, 3, 12, 20, out: 4, window(3, 2, 2, 2), window(3, 2, 2, 2)),
    .init("many channels", 40, 7, 7, out: 140, window(3, 1, 1), window(3, 1, 1)),
    .init("tiles of several images in a block", images: 5, 20, 5, 4, out: 36, window(3, 1, 1), window(3, 1, 1)),
    .init("images that end inside a block", images: 9, 3, 9, 13, out: 4, window(3, 1, 1), window(3, 1, 1)),
    .init("rows longer than a block", images: 1, 2, 3, 301, out: 3, window(3, 1, 1), window(3, 1, 1)),
    .init("3x3, two pixels of padding", 17, 4, 6, out: 5, window(3, 1, 2), window(3, 1)),
    .init("dilated beyond the image", images: 3, 20, 9, 15, out: 33, window(3, 1, 6, 6), window(3, 1, 6, 6)),
    .init("channels of several passes", images: 1, 90, 9, 8, out: 48, window(2, 2), window(2, 2)),
    .init("strips of rows", images: 1, 20, 15, 18, out: 3, window(3, 1, 1), window(3, 1, 1)),
    .init("strips of rows, stride 2", images: 1, 7, 21, 33, out: 5, window(5, 2, 2), window(3, 2, 1)),
    .init("strips of rows, dilated", images: 1, 5, 24, 26, out: 18, window(3, 1, 3, 3), window(2, 1, 1, 2)),
    .init("few parts of many channels", images: 1, 20, 6, 6, out: 70, window(3, 1, 1), window(3, 1, 1)),
    .init("more channels than a list's group", images: 2, 140, 4, 6, out: 300, window(1), window(1)),
    .init("no channels", 0, 4, 4, out: 2, window(3), window(3)),
]

/// Rows of every length around halves, wholes and pairs of vectors.
private let widths = (2...34).map { width in
    ConvolutionCase(
        "rows of \(width)", 2, 4, width, out: 7, window(2), window(3, 1, width % 2))
}

/// Numbers of output channels around one, two and three vectors.
private let outputs = [1, 3, 4, 5, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 40, 48, 49].map { out in
    ConvolutionCase("\(out) output channels", 3, 5, 6, out: out, window(3), window(3, 1, 1))
}

let convolutionCases = named + widths + outputs
/// Those that packed convolutions take.
let ungroupedCases = convolutionCases.filter { $0.shape.groups == 1 }
