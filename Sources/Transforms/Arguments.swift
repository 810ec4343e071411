import Images

/// One number for all channels of a picture, or one for each: torchvision's `fill`.
public struct Fill: Sendable, Equatable {
    let values: [Double]
    /// Whether it was one number, and is shown as one.
    let isNumber: Bool

    /// - Throws: `TransformError` for a number that is not finite.
    public init(_ value: Double) throws {
        (values, isNumber) = ([value], true)
        try check()
    }

    /// - Throws: `TransformError` for none, and for a number that is not finite.
    public init(_ values: [Double]) throws {
        (self.values, isNumber) = (values, false)
        try check()
    }

    private init(zero: Double) { (values, isNumber) = ([zero], true) }

    public static let zero = Fill(zero: 0)

    private func check() throws {
        guard !values.isEmpty, values.allSatisfy({ $0.isFinite }) else {
            throw TransformError("fill: a finite number expected, or one for each channel, got \(text)")
        }
    }

    /// A number for each of so many channels.
    ///
    /// - Throws: `TransformError` where there is another number of them.
    func colour(_ shape: PictureShape, _ name: String) throws -> [Double] {
        guard values.count == 1 || values.count == shape.channels else {
            throw TransformError("\(name): fill has \(values.count) numbers for \(shape)")
        }
        return (0..<shape.channels).map { values.count == 1 ? values[0] : values[$0] }
    }

    /// As Python shows what was given.
    var text: String {
        let texts = values.map { PythonText.given($0) }
        return isNumber ? texts[0] : "[" + texts.joined(separator: ", ") + "]"
    }
}

extension Transform {
    /// Refuses a crop or an image of sides that cannot be.
    ///
    /// - Parameter size: one side for both, or the height and the width.
    /// - Returns: the height and the width.
    static func sides(_ size: [Int]) throws -> (height: Int, width: Int) {
        guard size.count == 1 || size.count == 2 else {
            throw TransformError(
                "\(Self.self): size: a number, or a height and a width expected, got \(size.count) numbers")
        }
        let (height, width) = (size[0], size[size.count - 1])
        guard (1...Image.mostPixels).contains(height), (1...Image.mostPixels).contains(width) else {
            throw TransformError(
                "\(Self.self): size: at least 1 pixel expected, got \(PythonText.tuple([height, width]))")
        }
        return (height, width)
    }

    /// - Throws: `TransformError` where these are not two finite numbers, the smaller first.
    func checkRange(_ values: [Double], _ argument: String, from: Double = -.infinity, to: Double = .infinity) throws {
        guard values.count == 2, values[0] <= values[1], values[0] >= from, values[1] <= to,
            values.allSatisfy({ $0.isFinite })
        else {
            let limits = from == -.infinity ? "" : " from \(PythonText.given(from))"
            let end = to == .infinity ? "" : " to \(PythonText.given(to))"
            throw TransformError(
                "\(name): \(argument): the smallest and the largest number\(limits)\(end) expected, got "
                    + PythonText.list(values))
        }
    }
}
