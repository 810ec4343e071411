/// How many of some values lie in each of TensorBoard's buckets: a message `HistogramProto`.
public struct EventHistogram {
    let message: ProtobufMessage

    /// The upper ends of the buckets: they grow by a tenth from 1e-12 to 1e20 on both sides of nought, as TensorFlow's
    /// and PyTorch's do.
    private static let limits: [Double] = {
        var positive: [Double] = []
        var limit = 1e-12
        while limit < 1e20 {
            positive.append(limit)
            limit *= 1.1
        }
        return positive.reversed().map { -$0 } + [0] + positive + [.greatestFiniteMagnitude]
    }()

    /// Counts finite values; the others are left out. Nil where there is no finite one.
    public init?(_ values: some Sequence<Double>) {
        var counts = [Double](repeating: 0, count: Self.limits.count)
        var (least, most, sum, squares, count) = (Double.infinity, -Double.infinity, 0.0, 0.0, 0.0)
        for value in values where value.isFinite {
            counts[Self.bucket(of: value)] += 1
            (least, most) = (min(least, value), max(most, value))
            sum += value
            squares += value * value
            count += 1
        }
        guard let first = counts.firstIndex(where: { $0 > 0 }), let last = counts.lastIndex(where: { $0 > 0 }) else {
            return nil
        }
        // An empty bucket below the first says where that begins.
        let shown = max(0, first - 1)...last
        var message = ProtobufMessage()
        message.add(1, double: least)
        message.add(2, double: most)
        message.add(3, double: count)
        message.add(4, double: sum)
        message.add(5, double: squares)
        message.add(6, packed: Array(Self.limits[shown]))
        message.add(7, packed: Array(counts[shown]))
        self.message = message
    }

    /// The first bucket whose upper end is not below a value.
    private static func bucket(of value: Double) -> Int {
        var (low, high) = (0, limits.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if limits[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
