import Files
import TestSupport
import Testing

@Suite("Data in Lua")
struct DataModuleTests {
    /// A directory with a test set of five images; pixel k of image i is 10 i + k % 10, its class is i.
    private func small(labels: [UInt8] = [0, 1, 2, 3, 4]) throws -> ScratchDirectory {
        let scratch = try ScratchDirectory()
        let pixels = (0..<5 * 784).map { place -> UInt8 in
            let (image, pixel) = place.quotientAndRemainder(dividingBy: 784)
            return UInt8(10 * image + pixel % 10)
        }
        let header: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 5, 0, 0, 0, 28, 0, 0, 0, 28]
        try writeFile(scratch.file("t10k-images-idx3-ubyte"), header + pixels)
        let start: [UInt8] = [0, 0, 8, 1, 0, 0, 0, UInt8(labels.count)]
        try writeFile(scratch.file("t10k-labels-idx1-ubyte"), start + labels)
        return scratch
    }

    private func run(_ source: String) throws -> String {
        let scratch = try small()
        return try evaluate(
            "local dir = '\(scratch.path)' local set = data.mnist { split = 'test', dir = dir } " + source)
    }

    @Test(
        "Data sets",
        arguments: [
            ("return #set, set:count(), set:name(), set:substitute()", "5 5 MNIST nil"),
            (
                "return #data.mnist { split = 'test', dir = dir, limit = 3 }, #data.mnist { split = 'test', dir = dir, limit = 9 }",
                "3 5"
            ),
            (
                "local image, class = set:image(2) return image:size(0), image:size(2), class, image:select(0, 0):select(0, 0):select(0, 3):mul(255)",
                "1 28 2 tensor(23.)"
            ),
            (
                "local image = data.mnist({ split = 'test', dir = dir, normalize = { 0.5, 0.25 } }):image(0) return image:select(0, 0):select(0, 0):select(0, 0)",
                "tensor(-2.)"
            ),
            (
                "local g = data.generated_digits { limit = 3, split = 'test' } return #g, g:name(), g:substitute()",
                "3 generated digits, not MNIST nil"
            ),
            (
                "local a, b = data.generated_digits { limit = 3 }, data.generated_digits { limit = 3, seed = 1 } return a:image(0):sub((b:image(0))):abs():sum():item() > 0",
                "true"
            ),
        ])
    func datasets(source: String, expected: String) throws {
        #expect(try run(source) == expected)
    }

    private static let collect = """
        local function collect(loader)
          local all = {}
          for step, images, labels in loader:batches() do
            all[#all + 1] = step .. ":" .. images:size(0) .. "x" .. images:size(3) .. ":" .. table.concat(labels:tolist(), ",")
          end
          return table.concat(all, " ")
        end

        """

    @Test(
        "Batches",
        arguments: [
            (
                "return collect(data.loader(set, { batch_size = 2 })), #data.loader(set, { batch_size = 2 })",
                "1:2x28:0,1 2:2x28:2,3 3:1x28:4 3"
            ),
            (
                "local l = data.loader(set, { batch_size = 2, drop_last = true }) return collect(l), #l, l:images()",
                "1:2x28:0,1 2:2x28:2,3 2 4"
            ),
            ("local l = data.loader(set, { batch_size = 9 }) return collect(l), l:images()", "1:5x28:0,1,2,3,4 5"),
            (
                "local l = data.loader(set, { batch_size = 9, drop_last = true }) return collect(l), #l, l:images()",
                " 0 0"
            ),
            ("return collect(data.loader(set)), #data.loader(set)", "1:1x28:0 2:1x28:1 3:1x28:2 4:1x28:3 5:1x28:4 5"),
            // Two passes of one seed are PyTorch's: randperm of a generator seeded by the second int64 of each pass.
            (
                "nj.manual_seed(1) local l = data.loader(set, { batch_size = 5, shuffle = true }) local a, b = collect(l), collect(l) nj.manual_seed(1) return a == b, a == collect(l)",
                "false true"
            ),
            (
                "local l = data.loader(set, { batch_size = 4 }) for _ in l:batches() do break end return collect(l)",
                "1:4x28:0,1,2,3 2:1x28:4"
            ),
            // A pass goes on where it stands, and stays at its end.
            (
                "local next_batch = data.loader(set, { batch_size = 3 }):batches() next_batch() next_batch() return next_batch(), next_batch()",
                "nil nil"
            ),
        ])
    func batches(source: String, expected: String) throws {
        #expect(try run(Self.collect + source) == expected)
    }

    @Test("Pixels and labels of a shuffled batch belong together")
    func belonging() throws {
        #expect(
            try run(
                """
                local right = 0
                for _, images, labels in data.loader(set, { batch_size = 2, shuffle = true }):batches() do
                  for i, class in ipairs(labels:tolist()) do
                    local first = images:select(0, i - 1):select(1, 0):select(1, 0):mul(255):item()
                    if math.abs(first - 10 * class) < 1e-3 then right = right + 1 end
                  end
                end
                return right
                """) == "5")
    }

    @Test(
        "The order of batches is PyTorch's",
        .enabled(if: realMNIST != nil, "set NIGHTJAR_TEST_MNIST to the directory that has MNIST's files"))
    func order() throws {
        let reference = try #require(
            try JSON.referenceCases("train_curve.json").first { $0["name"].string == "test loader shuffle=True" })
        // The network's 21,840 numbers are drawn between the seed and the first pass.
        let got = try evaluate(
            """
            local dir = "\(realMNIST ?? "")"
            nj.manual_seed(42)
            local train = data.loader(data.mnist { dir = dir }, { batch_size = 64, shuffle = true })
            local test = data.loader(data.mnist { dir = dir, split = "test" }, { batch_size = 1000, shuffle = true })
            local layers = { nn.Conv2d(1, 10, 5), nn.Conv2d(10, 20, 5), nn.Linear(320, 50), nn.Linear(50, 10) }
            local _, _, first = test:batches()()
            local rows = { table.concat(first:narrow(0, 0, 16):tolist(), ",") }
            for step, _, labels in train:batches() do
              rows[#rows + 1] = table.concat(labels:narrow(0, 0, 8):tolist(), ",")
              if step == 3 then break end
            end
            return table.concat(rows, " "), #layers, #train, #test
            """)
        let wanted =
            [reference["first_16_test_targets"]] + reference["first_8_targets_of_each_step"].array.prefix(3)
        let rows = wanted.map { $0.ints.map(String.init).joined(separator: ",") }.joined(separator: " ")
        // Dropout takes no draws in a test pass, so the order of the first training pass is the tutorial's.
        #expect(got == "\(rows) 4 938 10")
    }

    @Test(
        "Mistakes",
        arguments: [
            (
                "data.mnist { dir = '/nowhere' }",
                "data.mnist: cannot find MNIST's training images in '/nowhere': there is no such directory"
            ),
            (
                "data.mnist { dir = '/nowhere', generate = true }",
                "data.mnist: cannot find MNIST's training images in '/nowhere': there is no such directory"
            ),
            (
                "data.mnist { split = 'valid' }",
                "data.mnist: bad argument 'split' ('train' or 'test' expected, got 'valid')"
            ),
            (
                "data.mnist { split = 'test', dir = dir, limit = 0 }",
                "data.mnist: bad argument 'limit' (integer of at least 1 expected, got 0)"
            ),
            (
                "data.mnist { split = 'test', dir = dir, normalize = { 1 } }",
                "data.mnist: bad argument 'normalize' ({mean, standard deviation above 0} expected, got [1.0])"
            ),
            (
                "data.mnist { split = 'test', dir = dir, normalize = { 0.5, 0 } }",
                "data.mnist: bad argument 'normalize' ({mean, standard deviation above 0} expected, got [0.5, 0.0])"
            ),
            ("data.mnist('test')", "data.mnist: no arguments and an options table expected, got 1"),
            ("set:image(5)", "Dataset:image: index 5 is not in 0..<5"),
            ("set:image(-1)", "Dataset:image: bad argument 'index' (integer of at least 0 expected, got -1)"),
            ("data.loader(5)", "data.loader: bad argument 'dataset' (data set expected, got number)"),
            (
                "data.loader(set, { batch_size = 0 })",
                "data.loader: bad argument 'batch_size' (integer of at least 1 expected, got 0)"
            ),
            ("data.loader(set, { shufle = true })", "data.loader: unknown option 'shufle' (did you mean 'shuffle'?)"),
        ])
    func mistakes(source: String, expected: String) throws {
        let scratch = try small()
        #expect(
            failure("local dir = '\(scratch.path)' local set = data.mnist { split = 'test', dir = dir } " + source)
                == "test.lua:1: \(expected)")
    }

    @Test("A file with labels out of range is refused, by name")
    func labels() throws {
        for (labels, reason) in [
            ([0, 1, 2, 3, 10], "label 10 of image 4: labels must be below 10"),
            ([0, 1], "5 labels expected, as many as images, got 2"),
        ] as [([UInt8], String)] {
            let scratch = try small(labels: labels)
            #expect(
                failure("data.mnist { split = 'test', dir = '\(scratch.path)' }")
                    == "test.lua:1: data.mnist: cannot read '\(scratch.path)/t10k-labels-idx1-ubyte': \(reason)")
        }
    }

    @Test("A directory without the files is refused, though digits could be drawn")
    func missingFiles() throws {
        let scratch = try ScratchDirectory()
        let message = failure("data.mnist { dir = '\(scratch.path)', generate = true }")
        #expect(message.hasPrefix("test.lua:1: data.mnist: cannot find MNIST's training images in '\(scratch.path)': "))
    }
}
