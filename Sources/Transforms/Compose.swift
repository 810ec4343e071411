import Tensors

/// Transforms one after the other (`torchvision.transforms.Compose`).
public struct Compose: Transform {
    public let transforms: [any Transform]

    public init(_ transforms: [any Transform]) { self.transforms = transforms }

    public var isRandom: Bool { transforms.contains { $0.isRandom } }

    /// What comes before the first random transform, and the rest: the first part gives the same for a picture every
    /// time, in any thread and without a generator, and is worth keeping. A `Compose` inside counts as its parts.
    public func split() -> (fixed: Compose, rest: Compose) {
        let parts = flattened
        let place = parts.firstIndex { $0.isRandom } ?? parts.count
        return (Compose(Array(parts[..<place])), Compose(Array(parts[place...])))
    }

    private var flattened: [any Transform] {
        transforms.flatMap { ($0 as? Compose)?.flattened ?? [$0] }
    }

    public func prepare(_ shape: inout PictureShape, _ generator: Generator) throws -> PictureWork {
        var works: [PictureWork] = []
        for transform in transforms { works.append(try transform.prepare(&shape, generator)) }
        return { [works] picture in
            var picture = picture
            for work in works { picture = try work(picture) }
            return picture
        }
    }

    public var description: String { listed(transforms) }
}

extension Transform {
    /// A transform of transforms as torchvision shows it, one on each line.
    func listed(_ transforms: [any Transform], before: [String] = []) -> String {
        let lines = before + transforms.map { "\($0)" }
        return "\(name)(\n" + lines.map { "    \($0)\n" }.joined() + ")"
    }
}
