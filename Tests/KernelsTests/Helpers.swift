import Kernels
import TestSupport
import Testing

let tableNames = usableKernels.map(\.name)

func table(_ name: String) throws -> any KernelSet { try #require(usableKernels.first { $0.name == name }) }

/// Memory with room on both sides: a kernel that reads there takes in NaNs, and one that writes there is found out.
final class Guarded {
    private static let room = 64
    private let start: UnsafeMutablePointer<Float>
    let count: Int

    init(_ values: [Float]) {
        count = values.count
        start = .allocate(capacity: values.count + 2 * Self.room)
        start.initialize(repeating: .nan, count: values.count + 2 * Self.room)
        for (i, value) in values.enumerated() { pointer[i] = value }
    }

    /// Filled with what no result is.
    convenience init(count: Int) { self.init([Float](repeating: 12345, count: count)) }

    deinit { start.deallocate() }

    var pointer: UnsafeMutablePointer<Float> { start + Self.room }
    var constant: UnsafePointer<Float> { UnsafePointer(pointer) }

    var values: [Float] { (0..<count).map { pointer[$0] } }

    var isIntactAround: Bool {
        (0..<Self.room).allSatisfy { start[$0].isNaN && pointer[count + $0].isNaN }
    }
}

func guardedFormula(_ count: Int, _ k: Int) -> Guarded { Guarded(formulaValues(count, k)) }

func expectClose(
    _ got: Guarded, _ expected: [Double], tolerance: Double = 1e-5, _ comment: String,
    at location: SourceLocation = #_sourceLocation
) {
    #expect(got.isIntactAround, "\(comment): written outside", sourceLocation: location)
    let values = got.values
    #expect(values.count == expected.count, "\(comment)", sourceLocation: location)
    let wrong = zip(values, expected).enumerated().filter { _, pair in
        let (value, want) = (Double(pair.0), pair.1)
        if want.isNaN || value.isNaN { return want.isNaN != value.isNaN }
        return value != want && !((value - want).magnitude <= tolerance * max(1, want.magnitude))
    }
    if let (index, pair) = wrong.first {
        Issue.record(
            "\(comment): element \(index) is \(pair.0), \(pair.1) expected (\(wrong.count) of \(values.count) are wrong)",
            sourceLocation: location)
    }
}
