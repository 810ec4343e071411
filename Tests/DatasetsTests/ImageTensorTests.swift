import Datasets
import Images
import Tensors
import Testing

@Suite("Images and tensors")
struct ImageTensorTests {
    /// Two pixels side by side: red, and a grey that is 0.2.
    private func picture() throws -> Image {
        try Image(width: 2, height: 1, channels: 3, pixels: [255, 0, 0, 51, 51, 51])
    }

    @Test("Channels come first, from 0 to 1")
    func planes() throws {
        let tensor = try picture().tensor()
        #expect(tensor.shape == [3, 1, 2] && tensor.dtype == .float32)
        #expect(try tensor.floatArray() == [1, 0.2, 0, 0.2, 0, 0.2])
        let bytes = try picture().byteTensor()
        #expect(bytes.shape == [3, 1, 2] && bytes.dtype == .uint8)
        #expect(try bytes.withUnsafeBytes { Array($0) } == [255, 51, 0, 51, 0, 51])
    }

    @Test("A mean and a deviation for all channels, or for each")
    func normalising() throws {
        #expect(try picture().tensor(mean: [0.5], std: [0.5]).floatArray()[0] == 1)
        let each = try picture().tensor(mean: [0, 0.2, 0.5], std: [1, 2, 0.25]).floatArray()
        #expect(each == [1, 0.2, -0.1, 0, -2, (0.2 - 0.5) / 0.25])
        #expect(text { try picture().tensor(mean: [1, 2]) } == "mean has 2 numbers for 3 channels")
        #expect(text { try picture().tensor(std: []) } == "std has 0 numbers for 3 channels")
        #expect(
            text { try picture().tensor(std: [0]) }
                == "normalising needs a finite mean and a deviation above 0, got 0.0 and 0.0")
    }

    @Test("Back again")
    func roundTrip() throws {
        let picture = try picture()
        #expect(try Image(picture.tensor()) == picture)
        #expect(try Image(picture.byteTensor()) == picture)
        let grey = try Image(Tensor([0, 0.2, 1, 1.5, -1, .nan], [2, 3]))
        #expect(grey.width == 3 && grey.height == 2 && grey.pixels == [0, 51, 255, 255, 0, 0])
    }

    @Test("What is no image")
    func refusals() throws {
        #expect(
            text { try Image(Tensor.zeros([2, 3, 4])) }
                == "[1 or 3 channels, height, width] or [height, width] expected, got [2, 3, 4]")
        #expect(text { try Image(Tensor.zeros([2, 3], dtype: .int64)) } == "float32 or uint8 expected, got int64")
        #expect(
            text { try Image(Tensor.zeros([1, 0, 5])) }
                == "cannot make an image of 5 x 0 pixels: sizes must be at least 1")
        // Sixteen gigabytes, were they made.
        #expect(
            text { try Image(Tensor.zeros([1, 1]).expand([1 << 16, 1 << 16])) }
                == "cannot make an image of 65536 x 65536 pixels: at most 67108864 are taken")
    }
}
