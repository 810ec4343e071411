import Files
import Networks
import ONNX
import TensorSupport
import Tensors
import TestSupport
import Testing

@Suite("What does not become an ONNX file says why")
struct RefusalTests {
    private func refusal(
        _ shape: Shape = [2, 3], _ change: @escaping (inout ONNXExport) -> Void = { _ in },
        _ body: @escaping (Tensor, Scope) throws -> [Tensor]
    ) throws -> String {
        let part = try FunctionNet { x, scope in try body(x[0], scope) }
        let net = try FunctionNet([part]) { x, scope in try part(x, scope).tensors }
        return message { _ = try exported(net, .sizes(shape), change: change) }
    }

    @Test("An operation without a counterpart is named, with its module")
    func operation() throws {
        #expect(
            try refusal { x, _ in [try x.to(.int64).call("bitwise_xor", 3)] }
                == "in part0 (Net): bits of integers have ONNX operators from version 18 on; use opset_version = 18")
        #expect(
            try refusal([2, 5000]) { x, _ in [try x.call("cumprod", 1)] }
                == "in part0 (Net): cumprod over more than 4096 places, 5000 here, has no ONNX operator")
    }

    @Test("What depends on elements or on chance is refused")
    func elements() throws {
        #expect(
            try refusal { x, _ in [try x.mul(x.sum().item())] }
                == "in part0 (Net): an ONNX graph does the same for every input, but forward reads the elements of a [] "
                + "tensor here, on which what it does may depend")
        #expect(
            try refusal { x, scope in [try x.dropped(0.5, x.shape, scope.context.generator)] }
                == "forward draws random numbers, but an ONNX graph gives the same for the same input")
    }

    @Test("What is another thing for other batches is refused, with advice")
    func batches() throws {
        let advice = "; export with dynamic_batch = false for batches of 2 only"
        #expect(
            try refusal { x, _ in [try x.mul(Double(x.shape[0]))] }
                == "forward does not do the same for batches of 2 and of 3" + advice)
        #expect(
            try refusal { x, _ in [try x.shape[0] > 3 ? x.neg() : x] }
                == "forward does not do the same for batches of 2 and of 4" + advice)
        #expect(
            try refusal { x, _ in [try x.shape[0] == 1 ? x.sum() : x] }
                == "forward gives results of other sizes for a batch of 1" + advice)
        #expect(
            try refusal { x, _ in [try x.shape[0] == 3 ? x.reshape([4]) : x] }
                == "forward takes a batch of 2, but not one of 3 (in part0 (Net): cannot see the 9 elements of [3, 3] as "
                + "[4])" + advice)
    }

    @Test("A network that takes no batch of 1 is for those who do not give it one")
    func normalized() throws {
        let net = try Sequential([layer("BatchNorm1d", 3, options: ["track_running_stats": false])])
        #expect(try exported(net, .sizes([2, 3])).inputs == ["input: float32 [batch, 3]"])
        #expect(
            message { _ = try exported(net, .sizes([1, 3])) }.hasPrefix(
                "forward takes a batch of 2, but not one of 1 ("))
    }

    @Test("Options that cannot be are refused")
    func options() throws {
        #expect(
            try refusal([2, 3], { $0.opset = 16 }) { x, _ in [x] }
                == "an 'opset_version' from 17 to 22 expected, got 16")
        #expect(
            try refusal([2, 3], { $0.outputNames = ["a", "b"] }) { x, _ in [x] }
                == "1 name expected in 'output_names', got 2")
        #expect(
            try refusal([2, 3], { ($0.inputNames, $0.outputNames) = (["a"], ["a"]) }) { x, _ in [x] }
                == "names for inputs and outputs that differ expected, got a, a")
        #expect(try refusal { _, _ in [] } == "forward gives no tensor back")
    }

    @Test("A network that is refused leaves no file and its mode as it was")
    func nothing() throws {
        let net = try FunctionNet { x, _ in [try x[0].mul(x[0].sum().item())] }
        let scratch = try ScratchDirectory()
        #expect(throws: (any Error).self) {
            try ONNXExport().model(net, [.sizes([2, 3])], scope).write(to: joinPath(scratch.path, "x.onnx"))
        }
        #expect(net.isTraining)
        #expect(try directoryEntries(scratch.path).isEmpty)
    }
}
