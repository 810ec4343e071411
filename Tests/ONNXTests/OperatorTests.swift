import Networks
import ONNX
import Operators
import TensorSupport
import Tensors
import TestSupport
import Testing

/// Operators of which some call does not become a graph, and why. A new operator is exported, or stands here.
private let notExported: [String: Reason] = [
    "dropout": .random, "dropout1d": .random, "dropout2d": .random, "bernoulli": .random, "multinomial": .random,
    "argwhere": .elements, "nonzero": .elements, "masked_select": .elements, "masked_scatter": .elements,
    "unique": .elements, "unique_consecutive": .elements, "repeat_interleave": .elements,
    "bincount": .elements, "histc": .elements, "bucketize": .elements, "searchsorted": .elements, "isin": .elements,
    "median": .elements, "nanmedian": .elements, "embedding": .elements,
    "nll_loss": .elements, "cross_entropy": .elements,
    "allclose": .noTensor, "equal": .noTensor,
    "bitwise_and": .version, "bitwise_or": .version, "bitwise_xor": .version,
    "diag": .part, "diag_embed": .part, "diagflat": .part, "fill_diagonal_": .part, "select_scatter": .part,
    "slice_scatter": .part,
    "adaptive_max_pool1d": .places, "adaptive_max_pool2d": .places,
]

private enum Reason: String {
    case random = "draws random numbers"
    case elements = "its result's size, or what it does, depends on elements"
    case noTensor = "gives no tensor, or takes none"
    case version = "needs a later version of ONNX's operators"
    case part = "changes a part of a tensor"
    case places = "places of an adaptive pooling"
}

@Suite("Operators in ONNX files")
struct OperatorTests {
    @Test("Every operator is exported, or known not to be")
    func all() throws {
        var refused: [String: String] = [:]
        for operation in Operators.all {
            for example in operation.examples {
                let call = try ExampleCall(operation, example)
                if call.tensors.isEmpty || refused[operation.name] != nil { continue }
                let net = try FunctionNet { tensors, _ in try call.replacing(tensors)().tensors }
                var export = ONNXExport()
                export.isBatchDynamic = false
                do { _ = try export.model(net, call.tensors.map { .like($0) }, scope) } catch {
                    refused[operation.name] = "\(error)"
                }
            }
        }
        let (found, known) = (Set(refused.keys), Set(notExported.keys))
        #expect(found.subtracting(known).map { "\($0): \(refused[$0] ?? "")" } == [])
        #expect(known.subtracting(found) == [])
    }
}
