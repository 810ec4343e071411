import TensorSupport
import Tensors
import Testing

@Suite("Rows of elements that two tensors step through together")
struct RowTests {
    @Test("a column of a matrix is added by its own step, though its last dimension has one place")
    func columns() throws {
        let matrix = try Tensor((0..<15).map { Float($0) }, [3, 5])
        let column = try matrix.narrow(1, start: 2, length: 1)
        let other = try Tensor([100, 200, 300] as [Float], [3, 1])
        #expect(try column.add(other).floatArray() == [102, 207, 312])
        #expect(try other.add(column).floatArray() == [102, 207, 312])
        #expect(try column.add(Tensor([1, 2] as [Float], [2])).floatArray() == [3, 4, 8, 9, 13, 14])
    }

    @Test("a mask over channels is repeated over their pixels, which count as one dimension")
    func masks() throws {
        let images = try Tensor((0..<24).map { Float($0) }, [2, 3, 2, 2])
        let mask = try Tensor([1, 0, 2, 0, 1, 0] as [Float], [2, 3, 1, 1])
        let expected: [Float] = (0..<24).map { Float($0) * [1, 0, 2, 0, 1, 0][$0 / 4] }
        #expect(try images.mul(mask).floatArray() == expected)
        let swapped = try images.transpose(2, 3).mul(mask)
        #expect(try swapped.transpose(2, 3).contiguous().floatArray() == expected)
    }
}
