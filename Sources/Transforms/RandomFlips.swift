import Images
import Tensors

/// Mirrors a picture, left for right, with a probability (`torchvision.transforms.RandomHorizontalFlip`).
public struct RandomHorizontalFlip: Transform {
    public let p: Double

    /// - Parameter p: the probability. Default: 0.5.
    /// - Throws: `TransformError` where it is not from 0 to 1.
    public init(p: Double = 0.5) throws {
        self.p = p
        try checkProbability(p)
    }

    public var isRandom: Bool { true }

    public func prepare(_ shape: inout PictureShape, _ generator: Generator) throws -> PictureWork {
        let isMirrored = generator.uniform() < Float(p)
        return only(shape) { picture in
            guard isMirrored else { return picture }
            let last = picture.shape.width - 1
            return picture.rearranged(height: picture.shape.height, width: picture.shape.width) {
                (y: $0, x: last - $1)
            }
        }
    }

    public var description: String { "\(name)(p=\(PythonText.number(p)))" }
}

/// Turns a picture upside down with a probability (`torchvision.transforms.RandomVerticalFlip`).
public struct RandomVerticalFlip: Transform {
    public let p: Double

    /// - Parameter p: the probability. Default: 0.5.
    /// - Throws: `TransformError` where it is not from 0 to 1.
    public init(p: Double = 0.5) throws {
        self.p = p
        try checkProbability(p)
    }

    public var isRandom: Bool { true }

    public func prepare(_ shape: inout PictureShape, _ generator: Generator) throws -> PictureWork {
        let isMirrored = generator.uniform() < Float(p)
        return only(shape) { picture in
            guard isMirrored else { return picture }
            let last = picture.shape.height - 1
            return picture.rearranged(height: picture.shape.height, width: picture.shape.width) {
                (y: last - $0, x: $1)
            }
        }
    }

    public var description: String { "\(name)(p=\(PythonText.number(p)))" }
}

extension Transform {
    /// - Throws: `TransformError` where `p` is not from 0 to 1.
    func checkProbability(_ p: Double) throws {
        guard p >= 0, p <= 1 else {
            throw TransformError("\(name): p from 0 to 1 expected, got \(PythonText.number(p))")
        }
    }
}
