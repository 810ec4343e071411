import Testing

@testable import TensorFiles

@Suite("pickles that nobody can trust")
struct PickleTests {
    /// The reason for which these instructions are refused behind `PROTO 2`.
    private func refusal(_ code: [UInt8]) -> String { refusal(whole: [0x80, 2] + code) }

    private func refusal(_ code: String) -> String { refusal(Array(code.utf8)) }

    private func refusal(whole code: [UInt8]) -> String {
        do {
            return "none: \(try PickleReader.read(code, TorchObjects()).kind)"
        } catch let error as Malformed {
            return error.reason
        } catch {
            return "\(error)"
        }
    }

    @Test("plain values")
    func values() {
        #expect(refusal("N.") == "none: None")
        #expect(refusal([0x88] + Array(".".utf8)) == "none: a truth value")
        #expect(refusal("K\u{1}.") == "none: an integer")
        #expect(refusal(Array("X".utf8) + [2, 0, 0, 0] + Array("ab.".utf8)) == "none: a text")
        #expect(refusal("(NNt.") == "none: a tuple")
        #expect(refusal("]N.") == "its pickle does not end where it should")
        #expect(refusal("](NNe.") == "none: a list")
        #expect(refusal("}K\u{1}Ns.") == "none: a dictionary")
    }

    @Test("integers of any length")
    func integers() throws {
        func value(_ digits: [UInt8]) throws -> PickleValue {
            try PickleReader.read([0x80, 2, 0x8a, UInt8(digits.count)] + digits + [0x2e], TorchObjects())
        }
        #expect(try value([]).integer == 0)
        #expect(try value([0xff]).integer == -1)
        #expect(try value([0xff, 0]).integer == 255)
        #expect(try value([0, 0, 0, 0, 0, 0, 0, 0x80]).integer == .min)
        guard case .number(let large) = try value([0, 0, 0, 0, 0, 0, 0, 0x80, 0]) else { throw Malformed("no number") }
        #expect(large == 0x1p63)
        guard case .number(let low) = try value([0, 0, 0, 0, 0, 0, 0, 0, 0xff]) else { throw Malformed("no number") }
        #expect(low == -0x1p64)
    }

    @Test(
        "globals that state dicts do not need are refused by name, and nothing is run",
        arguments: [
            (
                "cos\nsystem\n(X\u{4}\0\0\0trueτR.",
                "it holds 'os.system', which state dicts, optimizers' included, do not need: nothing in the file is run"
            ),
            (
                "c__builtin__\neval\n.",
                "it holds '__builtin__.eval', which state dicts, optimizers' included, do not need: nothing in the file is run"
            ),
            (
                "ctorch.nn.modules.linear\nLinear\n.",
                "it holds 'torch.nn.modules.linear.Linear', which state dicts, optimizers' included, do not need: nothing in "
                    + "the file is run; it is of a whole module: save module.state_dict()"
            ),
            (
                "cnumpy._core.multiarray\nscalar\n.",
                "it holds 'numpy._core.multiarray.scalar', which state dicts, optimizers' included, do not need: nothing in "
                    + "the file is run; save NumPy's numbers as float(x) or int(x), its arrays as torch.from_numpy(x)"
            ),
            (
                "cargparse\nNamespace\n.",
                "it holds 'argparse.Namespace', which state dicts, optimizers' included, do not need: nothing in the file is "
                    + "run; save vars(args)"
            ),
            (
                "ctorch._utils\n_rebuild_sparse_tensor\n.",
                "it holds 'torch._utils._rebuild_sparse_tensor', which state dicts, optimizers' included, do not need: nothing "
                    + "in the file is run; it is of tensors that are sparse, quantised or otherwise not plain: save plain ones"
            ),
            (
                "c\u{1b}[2J\nx\n.",
                "it holds '\u{fffd}[2J.x', which state dicts, optimizers' included, do not need: nothing in the file is run"
            ),
        ])
    func globals(code: String, reason: String) {
        #expect(refusal(code) == reason)
    }

    @Test("instructions that are not run are named")
    func instructions() {
        func named(_ name: String) -> String {
            "its pickle has the instruction \(name), which no file of tensors needs: nothing in the file is run"
        }
        #expect(refusal("(ios\nsystem\n.") == named("INST"))
        #expect(refusal("(No.") == named("OBJ"))
        #expect(refusal([0x82, 1, 0x2e]) == named("EXT1"))
        #expect(refusal([0x81]) == named("NEWOBJ"))
        #expect(refusal("I01\n.") == named("INT"))
        #expect(refusal([0xfe]) == "its pickle is damaged at byte 2")
        #expect(refusal(whole: []) == "its pickle ends too early")
        #expect(refusal(whole: Array("(dp0\n.".utf8)) == "its pickle does not begin as protocols 2 to 5 do")
        #expect(refusal("N") == "its pickle ends too early")
        #expect(refusal("N.N") == "its pickle does not end where it should")
        #expect(refusal(".") == "its pickle does not end where it should")
    }

    @Test("calls of what is no function, and with other arguments")
    func calls() {
        #expect(refusal("N)R.") == "its pickle calls None with a tuple: nothing in the file is run")
        #expect(
            refusal("ctorch\nfloat32\n)R.") == "it calls 'torch.float32' with other arguments than PyTorch does")
        #expect(
            refusal("ccollections\nOrderedDict\n(NtR.")
                == "it calls 'collections.OrderedDict' with other arguments than PyTorch does")
        #expect(refusal("NNb.") == "its pickle gives attributes to None: nothing in the file is run")
        #expect(
            refusal("}}X\u{1}\0\0\0aNsb.")
                == "its pickle gives attributes to a dictionary: nothing in the file is run")
        #expect(refusal("NQ.") == "a storage in it is described otherwise than PyTorch does")
    }

    @Test("stacks that run empty, marks that are missing, memos that were never put")
    func stacks() {
        for code in ["R.", "t.", "a.", "s.", "u.", "(u.", "e.", "NK\u{1}s.", "N(Ns.", "q\0.", "h\0.", "]N(a.", "Q."] {
            #expect(refusal(code).hasPrefix("its pickle is damaged before byte"), "\(code)")
        }
        #expect(refusal("(NN.") == "its pickle does not end where it should")
        #expect(refusal("(NNq\0.") == "its pickle does not end where it should")
        #expect(refusal("r\u{7f}\u{7f}\u{7f}\u{7f}.").hasPrefix("its pickle is damaged before byte"))
    }

    @Test("values that lie too deep, or hold themselves")
    func depth() {
        let deep = "its values lie more than 64 deep in one another"
        #expect(refusal([0x4e] + [UInt8](repeating: 0x85, count: 64) + [0x2e]) == "none: a tuple")
        #expect(refusal([0x4e] + [UInt8](repeating: 0x85, count: 65) + [0x2e]) == deep)
        #expect(refusal([0x4e] + [UInt8](repeating: 0x85, count: 1_000_000) + [0x2e]) == deep)
        let lists = [UInt8](repeating: UInt8(ascii: "]"), count: 100_000)
        #expect(refusal(lists + [UInt8](repeating: UInt8(ascii: "a"), count: 99_999) + [0x2e]) == deep)
        #expect(refusal("]q\0h\0a.") == "a list or dictionary in it holds itself")
        #expect(refusal("}q\0K\u{1}h\0s.") == "a list or dictionary in it holds itself")
        #expect(refusal("]q\0\u{85}.") != "")
        // One list in another, and then something in the inner one.
        #expect(refusal("]]q\0ah\0Na.") == "a list or dictionary in it holds itself")
        #expect(refusal([0x7d] + Array("K\u{1}NsK\u{1}Ns.".utf8)) == "a dictionary in it has the key 1 twice")
        #expect(refusal("})Ns.") == "a dictionary in it has a tuple as a key; texts and integers are known")
    }

    @Test("lengths beyond the end, texts that are none")
    func lengths() {
        #expect(refusal(Array("X".utf8) + [0xff, 0xff, 0xff, 0xff] + Array("ab.".utf8)) == "its pickle ends too early")
        #expect(refusal(Array("X".utf8) + [1, 0, 0, 0, 0xff, 0x2e]) == "its pickle has a text that is not UTF-8")
        #expect(refusal([0x8a, 255, 1]) == "its pickle ends too early")
        #expect(refusal("cos").hasPrefix("its pickle is damaged before byte"))
    }

    @Test("many containers are refused before they fill the memory")
    func containers() {
        let many = [UInt8](repeating: UInt8(ascii: "]"), count: 3 << 20)
        #expect(refusal(many) == "its pickle has more than 2097152 lists and dictionaries")
    }

    @Test("a small pickle that stands for a huge tree")
    func doubled() {
        // Each tuple holds the one before twice: two to the power of 60 values.
        var code = Array("N".utf8)
        for place in 0..<60 { code += [UInt8(ascii: "q"), UInt8(place), UInt8(ascii: "h"), UInt8(place), 0x86] }
        #expect(refusal(code + [0x2e]) == "none: a tuple")
    }
}
