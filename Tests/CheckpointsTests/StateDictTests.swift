import Checkpoints
import Files
import TensorFiles
import Tensors
import TestSupport
import Testing

@Suite("state dicts that belong to another network")
struct StateDictTests {
    private func float(_ name: String, _ shape: [Int]) -> TensorDescription { (name, shape, .float32) }

    @Test("one error lists missing, unexpected and wrongly shaped tensors")
    func everything() {
        let expected = [float("fc1.weight", [64, 320]), float("fc1.bias", [64]), float("fc3.weight", [10, 64])]
        let found = [float("fc1.weight", [50, 320]), float("fc1.bias", [64]), float("fc2.bias", [10])]
        #expect(
            failure { try matchStateDict(expected: expected, found: found, file: "model.safetensors") }
                == "cannot load 'model.safetensors': it is for another network: missing fc3.weight; unexpected fc2.bias; "
                + "fc1.weight has shape [50, 320], expected [64, 320]")
        #expect(
            failure { try matchStateDict(expected: expected, found: found) }
                == "cannot load the state dict: it is for another network: missing fc3.weight; unexpected fc2.bias; "
                + "fc1.weight has shape [50, 320], expected [64, 320]")
    }

    @Test("types count")
    func types() {
        #expect(
            failure {
                try matchStateDict(expected: [("steps", [], .int64)], found: [float("steps", [])], file: "m")
            } == "cannot load 'm': it is for another network: steps is float32, expected int64")
    }

    @Test("long lists end with the number of the rest, and shapes keep some room")
    func limit() {
        let many = (0..<20).map { float("layer\($0)", [1]) }
        #expect(
            failure { try matchStateDict(expected: many, found: [], file: "m") }
                == "cannot load 'm': it is for another network: missing layer0, layer1, layer2, layer3, layer4, layer5, "
                + "layer6, layer7, layer8, layer9; and 10 more")
        let wrong = ["a", "b", "c", "d"].map { float($0, [2]) }
        let right = ["a", "b", "c", "d"].map { float($0, [3]) }
        #expect(
            failure { try matchStateDict(expected: right + many, found: wrong, file: "m") }
                == "cannot load 'm': it is for another network: missing layer0, layer1, layer2, layer3, layer4, layer5, "
                + "layer6; a has shape [2], expected [3]; b has shape [2], expected [3]; c has shape [2], expected [3]; "
                + "and 14 more")
    }

    @Test("without strictness names may differ, shapes may not")
    func lenient() throws {
        let expected = [float("a", [1]), float("b", [2])]
        let difference = try matchStateDict(
            expected: expected, found: [float("c", []), float("a", [1])], strict: false)
        #expect(difference == StateDictDifference(missing: ["b"], unexpected: ["c"]))
        #expect(
            failure { try matchStateDict(expected: expected, found: [float("a", [4])], file: "m", strict: false) }
                == "cannot load 'm': it is for another network: a has shape [4], expected [1]")
    }

    @Test("names that Unicode calls equal are two names")
    func exactNames() throws {
        let (one, other) = ("\u{e9}", "e\u{301}")
        #expect(
            failure { try matchStateDict(expected: [float(one, [1])], found: [float(other, [1])]) }
                == "cannot load the state dict: it is for another network: missing \(one); unexpected \(other)")
        let both = [float(one, [1]), float(other, [2])]
        #expect(try matchStateDict(expected: both, found: both.reversed()).missing.isEmpty)
    }

    @Test("what a file holds compares without reading it")
    func descriptions() throws {
        let scratch = try ScratchDirectory()
        try SafeTensors.write([("a", .zeros([2, 3])), ("b", .zeros([], dtype: .int64))], to: scratch.file("m"))
        let found = try SafeTensorsFile(scratch.file("m")).descriptions()
        let difference = try matchStateDict(expected: [float("a", [2, 3]), ("b", [], .int64)], found: found)
        #expect(difference == StateDictDifference(missing: [], unexpected: []))
    }
}
