import CJPEG
import Files

/// The image of a JPEG (ITU-T T.81), baseline or progressive, grey or in colour, with the pixels of Pillow and of others
/// that use libjpeg-turbo's defaults: exact inverse transform, smooth upsampling of colours.
///
/// YCbCr becomes RGB, and so does ink (CMYK, YCCK), inverted as Adobe stores it and without a profile, as Pillow's
/// `convert("RGB")` does it. A note in the file that it is to be turned (EXIF) is not followed, as in torchvision's
/// image folders. The library is opened on first use.
///
/// - Parameters:
///   - bytes: the file's content.
///   - name: what errors call it.
/// - Throws: `ImageError`; also for damage that other decoders only warn of, because they make up pixels then.
public func decodeJPEG(_ bytes: [UInt8], name: String) throws -> Image {
    let frame = try JPEGFrame(bytes, name: name, isWhole: true)
    try JPEGLibrary.require()
    let channels = frame.components == 1 ? 1 : 3
    var message = [CChar](repeating: 0, count: Int(cjpeg_message_size))
    let count = frame.width * frame.height * channels
    let pixels = try [UInt8](unsafeUninitializedCapacity: count) { pixels, filled in
        let status = cjpeg_read(
            bytes, bytes.count, UInt32(frame.width), UInt32(frame.height), UInt32(frame.components),
            pixels.baseAddress, &message)
        switch status {
        case cjpeg_ok: filled = count
        case cjpeg_truncated: throw truncatedImage(name, bytes.count)
        case cjpeg_no_memory: throw ImageError(.memory, "read '\(name)': out of memory")
        default: throw ImageError("read '\(name)': \(text(message))")
        }
    }
    return Image(width: frame.width, height: frame.height, channels: channels, checked: pixels)
}

func truncatedImage(_ name: String, _ size: Int) -> ImageError {
    ImageError(.truncated, "read '\(name)': truncated: its \(size) bytes end before the image does")
}

/// The words of a library in a buffer of its own.
func text(_ message: [CChar]) -> String {
    String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// What a JPEG says of its image before the pixels: the start of its frame.
struct JPEGFrame {
    let width: Int
    let height: Int
    /// Stored samples a pixel: 1 (grey), 3 or 4 (ink).
    let components: Int

    /// - Parameter isWhole: whether `bytes` are the whole file. Of a whole one it is checked, too, that every component
    ///   has a scan, as decoders make up those that have none, and that so few bytes can hold so many pixels.
    /// - Throws: `ImageError` where it is no image that is taken; of kind `.truncated` where the bytes end before the
    ///   frame begins.
    init(_ bytes: [UInt8], name: String, isWhole: Bool) throws {
        var markers = JPEGMarkers(bytes)
        guard markers.begins else { throw ImageError(.unknownFormat, "read '\(name)': not a JPEG file") }
        while true {
            guard let marker = markers.next() else { throw truncatedImage(name, bytes.count) }
            guard marker.isFrame else {
                guard marker.code != JPEGMarkers.endOfImage, marker.code != JPEGMarkers.startOfScan else {
                    throw ImageError("read '\(name)': a JPEG without a frame")
                }
                continue
            }
            let content = bytes[marker.content]
            guard content.count >= 6 else { throw ImageError("read '\(name)': a JPEG frame of \(content.count) bytes") }
            let at = content.startIndex
            let precision = bytes[at]
            height = Int(bytes[at + 1]) << 8 | Int(bytes[at + 2])
            width = Int(bytes[at + 3]) << 8 | Int(bytes[at + 4])
            components = Int(bytes[at + 5])
            guard precision == 8 else {
                throw ImageError("read '\(name)': JPEG samples of \(precision) bits, only 8 are taken")
            }
            guard components == 1 || components == 3 || components == 4 else {
                throw ImageError("read '\(name)': a JPEG of \(components) components; 1, 3 and 4 are taken")
            }
            try checkReadable(width: width, height: height, name: name)
            guard isWhole else { return }
            guard content.count == 6 + 3 * components else {
                throw ImageError("read '\(name)': a JPEG frame of \(content.count) bytes")
            }
            let names = (0..<components).map { bytes[at + 6 + 3 * $0] }
            // A component has a block for each 16 x 64 pixels at least, and a block takes a bit at least. Arithmetic coding
            // can do with less.
            guard marker.isArithmetic || width * height / 8192 <= bytes.count else {
                throw truncatedImage(name, bytes.count)
            }
            try checkScans(names, &markers, name)
            return
        }
    }

    private func checkScans(_ names: [UInt8], _ markers: inout JPEGMarkers, _ name: String) throws {
        var missing = Set(names)
        while let marker = markers.next(), marker.code != JPEGMarkers.endOfImage {
            guard marker.code == JPEGMarkers.startOfScan, let count = marker.content.first else { continue }
            let scanned = Int(markers.bytes[count])
            guard marker.content.count >= 1 + 2 * scanned else { continue }
            for i in 0..<scanned { missing.remove(markers.bytes[count + 1 + 2 * i]) }
        }
        guard missing.isEmpty else {
            throw ImageError("read '\(name)': \(missing.count) of \(names.count) JPEG components have no scan")
        }
    }
}

/// The markers of a JPEG, one after the other.
struct JPEGMarkers {
    static let startOfScan: UInt8 = 0xda
    static let endOfImage: UInt8 = 0xd9

    struct Marker {
        let code: UInt8
        /// Where its content stands, behind its length.
        let content: Range<Int>

        /// Whether it starts a frame: SOF0 to SOF15, among whose numbers three others are.
        var isFrame: Bool { (0xc0...0xcf).contains(code) && code != 0xc4 && code != 0xc8 && code != 0xcc }
        var isArithmetic: Bool { (0xc9...0xcf).contains(code) }
    }

    let bytes: [UInt8]
    private var place = 2

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Whether the bytes begin as those of every JPEG.
    var begins: Bool { bytes.starts(with: [0xff, 0xd8, 0xff]) }

    /// The next marker, whatever coded pixels stand before it passed over; nil where the bytes end before it does.
    mutating func next() -> Marker? {
        bytes.withUnsafeBufferPointer { bytes in
            while place + 1 < bytes.count {
                guard bytes[place] == 0xff else {
                    place += 1
                    continue
                }
                let code = bytes[place + 1]
                switch code {
                case 0xff: place += 1  // a byte that only fills
                case 0x00, 0x01, 0xd0...0xd8: place += 2  // an escaped 0xff of coded pixels, and what has no content
                case Self.endOfImage:
                    place += 2
                    return Marker(code: code, content: place..<place)
                default:
                    guard place + 3 < bytes.count else { return nil }
                    let length = Int(bytes[place + 2]) << 8 | Int(bytes[place + 3])
                    let end = place + 2 + max(2, length)
                    guard end <= bytes.count else { return nil }
                    defer { place = end }
                    return Marker(code: code, content: place + 4..<end)
                }
            }
            return nil
        }
    }
}
