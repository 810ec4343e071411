import Files
import Tensors

/// What a `.npy` file says of its array (NumPy's format, versions 1.0 to 3.0): a Python dictionary of exactly three
/// entries.
struct NumPyHeader {
    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    /// The most bytes that a header may have, as in NumPy.
    static let limit = 10_000

    let type: NumPyType
    let isFortran: Bool
    let shape: [Int]
    /// Number of elements.
    let count: Int
    /// Bytes of the file before the elements.
    let size: Int

    /// The bytes that the elements take.
    var dataSize: Int { count * (type.stored.bits / 8) }

    /// Reads it from the beginning of a file.
    ///
    /// - Throws: `Malformed` for anything that NumPy does not write.
    init(_ source: some ByteSource) throws {
        func bytes(_ count: Int) throws -> [UInt8] {
            let bytes = try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                filled = try source.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            guard bytes.count == count else { throw Malformed("it ends within its header") }
            return bytes
        }
        let start = try bytes(8)
        guard start.starts(with: Self.magic) else { throw Malformed("it does not begin as NumPy's files do") }
        let (major, minor) = (start[6], start[7])
        guard (1...3).contains(major), minor == 0 else {
            throw Malformed("it is of version \(major).\(minor); 1.0, 2.0 and 3.0 are known")
        }
        let lengthSize = major == 1 ? 2 : 4
        let length = try bytes(lengthSize).reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= Self.limit else {
            throw Malformed("its header would have \(length) bytes, at most \(Self.limit) are taken")
        }
        size = 8 + lengthSize + length
        var literal = PythonLiteral(try bytes(length))
        let entries = try literal.dictionary()
        for name in ["descr", "fortran_order", "shape"] where !entries.contains(where: { $0.name == name }) {
            throw Malformed("its header has no '\(name)'")
        }
        var (type, isFortran, shape): (NumPyType?, Bool, [Int]) = (nil, false, [])
        for (name, value) in entries {
            switch (name, value) {
            case ("descr", .text(let name)): type = try NumPyType(name)
            case ("descr", .list):
                throw Malformed("its elements are records of several fields; save each as an array of its own")
            case ("fortran_order", .truth(let truth)): isFortran = truth
            case ("shape", .tuple(let sizes)): shape = sizes
            case ("descr", _), ("fortran_order", _), ("shape", _):
                throw Malformed("its header's '\(name)' is \(value.kind)")
            default: throw Malformed("its header has the unknown entry \(quoted(name))")
            }
        }
        guard let type else { throw Malformed("its header has no 'descr'") }
        (self.type, self.isFortran, self.shape) = (type, isFortran, shape)
        count = try Self.count(shape, bits: type.stored.bits)
    }

    /// The number of elements, if their bytes can be counted.
    private static func count(_ shape: [Int], bits: Int) throws -> Int {
        guard shape.count <= mostDimensions else {
            throw Malformed("it has \(shape.count) dimensions, at most \(mostDimensions) are possible")
        }
        // Sizes of 0 are left out first: strides are products of the others.
        var product = bits
        for size in shape where size != 0 {
            let (next, overflow) = product.multipliedReportingOverflow(by: size)
            guard !overflow else { throw Malformed("it has shape \(describe(shape)), more than there can be") }
            product = next
        }
        return shape.contains(0) ? 0 : product / bits
    }

    /// A header of version 1.0 with its beginning, filled up as NumPy does it.
    ///
    /// - Throws: `Malformed` where it would be too long for that.
    static func encoded(_ shape: [Int], _ dtype: DType) throws -> [UInt8] {
        let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        let entries = "'descr': '\(NumPyType.name(of: dtype))', 'fortran_order': False, 'shape': (\(sizes)), "
        var text = Array("{\(entries)}".utf8)
        // Room for the first dimension to grow, as NumPy leaves it.
        if let first = shape.first {
            text += [UInt8](repeating: UInt8(ascii: " "), count: max(0, 21 - String(first).utf8.count))
        }
        repeat { text.append(UInt8(ascii: " ")) } while (10 + text.count + 1) % 64 != 0
        text.append(UInt8(ascii: "\n"))
        return magic + [1, 0, UInt8(text.count & 0xff), UInt8(text.count >> 8)] + text
    }
}
