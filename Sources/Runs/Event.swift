import Images
import Protobuf

/// What TensorBoard shows of a moment: a message `Event` of TensorFlow's event.proto with one value of summary.proto.
///
/// Only the fields that TensorBoard reads are written, in the form in which PyTorch's SummaryWriter writes them.
struct Event {
    private let message: ProtobufMessage

    /// The first event of a file, which says what it is.
    static func beginning(at time: Double) -> Event {
        var message = ProtobufMessage()
        message.add(1, double: time)
        message.add(3, string: "brain.Event:2")
        return Event(message: message)
    }

    /// - Parameters:
    ///   - time: seconds since 1970.
    ///   - step: where on the horizontal axis it stands.
    ///   - tag: the name of the curve or picture; what stands before a slash groups it.
    init(time: Double, step: Int, values: [(tag: String, value: EventValue)]) {
        var summary = ProtobufMessage()
        for (tag, value) in values {
            var entry = ProtobufMessage()
            entry.add(1, string: tag)
            value.add(to: &entry)
            summary.add(1, message: entry)
        }
        var message = ProtobufMessage()
        message.add(1, double: time)
        if step != 0 { message.add(2, integer: step) }
        message.add(5, message: summary)
        self.message = message
    }

    private init(message: ProtobufMessage) { self.message = message }

    /// As a record of a TFRecord file: the length, its checksum, the message, its checksum.
    var record: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(message.bytes.count + 16)
        bytes.append(littleEndian: UInt64(message.bytes.count))
        bytes.append(littleEndian: CRC32C.of(bytes).masked)
        bytes += message.bytes
        bytes.append(littleEndian: CRC32C.of(message.bytes).masked)
        return bytes
    }
}

/// A value that TensorBoard shows.
public enum EventValue {
    case scalar(Double)
    case histogram(EventHistogram)
    case image(Image)

    fileprivate func add(to entry: inout ProtobufMessage) {
        switch self {
        case .scalar(let value): entry.add(2, float: Float(value))
        case .histogram(let histogram): entry.add(5, message: histogram.message)
        case .image(let image):
            var picture = ProtobufMessage()
            picture.add(1, integer: image.height)
            picture.add(2, integer: image.width)
            picture.add(3, integer: image.channels)
            // Memory for a picture that is in memory already is there, or nothing else would go on either.
            picture.add(4, content: (try? encodePNG(image)) ?? [])
            entry.add(4, message: picture)
        }
    }
}
