import Images
import Tensors
import Testing
import Transforms

private func grey() throws -> Picture {
    .image(try Image(width: 2, height: 1, channels: 1, pixels: [0, 255]))
}

@Test("a compose does its parts in order, in another thread's hands too")
func composing() throws {
    let compose = Compose([ToTensor(), try Normalize(mean: [0.5], std: [0.25])])
    #expect(!compose.isRandom)
    let grey = try grey()
    var shape = grey.shape
    let work = try compose.prepare(&shape, Generator(seed: 0))
    #expect(shape == PictureShape(kind: .floats, channels: 1, height: 1, width: 2))
    #expect(try work(grey) == .floats(try FloatPicture(channels: 1, height: 1, width: 2, values: [-2, 2])))
}

@Test("a compose is split before its first random part, wherever that stands")
func splitting() throws {
    let flip = try RandomHorizontalFlip()
    let compose = Compose([ToTensor(), Compose([try Normalize(mean: [0], std: [1]), flip]), flip])
    let (fixed, rest) = compose.split()
    #expect(fixed.description == "Compose(\n    ToTensor()\n    Normalize(mean=[0.0], std=[1.0])\n)")
    #expect(rest.transforms.count == 2)
    #expect(rest.isRandom && !fixed.isRandom)
    #expect(Compose([ToTensor()]).split().rest.transforms.isEmpty)
}

@Test("what was prepared for one shape refuses another")
func otherShape() throws {
    let grey = try grey()
    var shape = PictureShape(kind: .image, channels: 1, height: 2, width: 2)
    let work = try ToTensor().prepare(&shape, Generator(seed: 0))
    #expect(throws: TransformError.self) { try work(grey) }
    #expect(throws: TransformError.self) { try Compose([ToTensor(), ToTensor()])(grey, Generator(seed: 0)) }
    #expect(throws: TransformError.self) { try Normalize(mean: [0], std: [1])(grey, Generator(seed: 0)) }
}

@Test("a flip takes one draw")
func flipping() throws {
    let grey = try grey()
    let generator = Generator(seed: 0)
    let beside = Generator(seed: 0)
    for _ in 0..<20 {
        let isMirrored = beside.uniform() < 0.5
        let picture = try RandomHorizontalFlip()(grey, generator)
        #expect((picture == grey) == !isMirrored)
    }
    #expect(generator.snapshot == beside.snapshot)
}
