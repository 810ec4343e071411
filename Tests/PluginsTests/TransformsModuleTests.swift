import Host
import Plugins
import TestSupport
import Testing

/// What scripts see of transforms. Their results are compared in TransformReferenceTests.
@Suite struct TransformsModuleTests {
    func run(_ source: String) throws -> String {
        try Host(modules: builtInModules).evaluate(
            """
            local nj = require "nightjar"
            local T, images = nj.transforms, nj.images
            local image = images.from_tensor(nj.arange(12):reshape(3, 4):to("uint8")) \(source)
            """)
    }

    func failure(_ source: String) -> String {
        do {
            return "no error, but: \(try run(source))"
        } catch {
            return "\(error)"
        }
    }

    @Test func composesWithFunctionsOfTheScript() throws {
        #expect(
            try run(
                """
                local seen = {}
                local transform = T.Compose {
                  T.CenterCrop(2),
                  function(picture) seen[1] = tostring(picture) return picture:invert() end,
                  T.ToTensor(),
                  function(tensor) seen[2] = table.concat(tensor:shape(), "x") return tensor * 255 end,
                  T.Normalize({ 250 }, { 2 }),
                }
                local result = transform(image)
                return seen[1], seen[2], table.concat(result:flatten():tolist(), " "), tostring(transform)
                """)
                == "Image(2 x 2, grey) 1x2x2 2.0 1.5 0.0 -0.5 Compose(\n    CenterCrop(size=(2, 2))\n    Lambda()\n"
                + "    ToTensor()\n    Lambda()\n    Normalize(mean=[250.0], std=[2.0])\n)")
    }

    @Test func givesWhatTheLastFunctionReturns() throws {
        #expect(try run("return T.Compose { function(picture) return { picture:width() } end }(image)[1]") == "4")
        #expect(
            try run("return T.Compose { T.Compose {}, T.RandomChoice({ T.ToTensor() }) }(image):dtype()") == "float32")
        #expect(try run("return T.Compose {}(image)") == "Image(4 x 3, grey)")
        #expect(
            try run("local t = T.Lambda(function(p) return p:resize(2, 2) end) return t(image), t")
                == "Image(2 x 2, grey) Lambda()")
    }

    @Test func choosesByTheSeed() throws {
        #expect(
            try run(
                """
                local widths, choice = {}, T.RandomChoice({ T.CenterCrop(1), T.CenterCrop(2), T.CenterCrop(3) }, { p = { 1, 0, 3 } })
                nj.manual_seed(1)
                for i = 1, 200 do
                  local width = choice(image):width()
                  widths[width] = (widths[width] or 0) + 1
                end
                return widths[1] + widths[3], widths[1] > 30, widths[1] < 70
                """) == "200 true true")
    }

    @Test func saysWhatIsWrong() {
        let cases = [
            "T.Normalize({ 0.5 }, { 0.5 })(image)":
                "Normalize: a tensor expected, got an image of 1 channel, 3 x 4 pixels (put it behind ToTensor)",
            "T.Normalize({ 0, 0 }, { 1, 1 })(nj.zeros(3, 2, 2))":
                "Normalize: mean has 2 numbers for a tensor of 3 channels, 2 x 2 pixels",
            "T.Normalize({ 0 }, { 0 })": "transforms.Normalize: Normalize: std [0.0] would divide by zero",
            "T.ToTensor()(nj.zeros(3, 2, 2))":
                "ToTensor: an image expected, got a tensor of 3 channels, 2 x 2 pixels (put it before ToTensor)",
            "T.RandomCrop(5)(image)":
                "RandomCrop: 5 x 5 pixels cannot be taken out of an image of 1 channel, 3 x 4 pixels (padding or "
                + "pad_if_needed makes it larger)",
            "T.Resize({ 1, 2, 3 })":
                "transforms.Resize: Resize: size: a number, or a height and a width expected, got 3 numbers",
            "T.Resize(0)": "transforms.Resize: Resize: size: at least 1 pixel expected, got (0, 0)",
            "T.Resize(8, { interpolation = 'cubic' })":
                "transforms.Resize: bad argument 'interpolation' ('nearest', 'bilinear', 'bicubic', 'box', 'hamming' or "
                + "'lanczos' expected, got 'cubic')",
            "T.Resize(1 << 20)(image)":
                "cannot resize to an image of 1398101 x 1048576 pixels: at most 67108864 are taken",
            "T.Resize({ 8192, 8192 })(nj.zeros(4, 1, 1))":
                "cannot resize to a tensor of 4 channels, 8192 x 8192 pixels: at most 201326592 numbers are taken",
            "T.CenterCrop(2)(nj.zeros(1):expand(1 << 40, 1, 1))":
                "cannot change a tensor of 1099511627776 channels, 1 x 1 pixels: at most 201326592 numbers are taken",
            "T.RandomHorizontalFlip(2)":
                "transforms.RandomHorizontalFlip: RandomHorizontalFlip: p from 0 to 1 expected, got 2.0",
            "T.ColorJitter(-1)":
                "transforms.ColorJitter: ColorJitter: brightness: a number from 0 expected, got -1",
            "T.ColorJitter({ hue = 0.7 })":
                "transforms.ColorJitter: ColorJitter: hue: values from -0.5 to 0.5 expected, got [-0.7, 0.7]",
            "T.RandomErasing(1)(image)":
                "RandomErasing: a tensor expected, got an image of 1 channel, 3 x 4 pixels (put it behind ToTensor)",
            "T.Compose { 3 }":
                "transforms.Compose: bad argument 'transforms' (list of transforms and functions expected, got number at 1)",
            "T.Compose { function() end, T.ToTensor() }(image)":
                "a function among transforms returned nothing; it is to return the picture",
            "T.Compose { function() return 3 end, T.ToTensor() }(image)":
                "ToTensor(): an image or a tensor expected, got number from the function before it",
            "T.RandomApply({ T.Compose { print } })":
                "transforms.RandomApply: bad argument 'transforms' (transforms without functions expected, got one with a "
                + "function)",
            "T.CenterCrop(1)(nj.zeros(2, 2):to('uint8'))":
                "transforms take float32 tensors [channels, height, width], got uint8 [2, 2]; nj.images.from_tensor makes "
                + "an image of bytes",
            "T.RandomRotation(30, { interpolation = 'box' })":
                "transforms.RandomRotation: RandomRotation: interpolation: nearest, bilinear or bicubic expected, got box",
            "T.Pad({ -3, 0 })(image)": "cannot make an image of -2 x 3 pixels: sizes must be at least 1",
            "T.RandomCrop(2, { paddin = 3 })": "did you mean 'padding'?",
        ]
        for (source, message) in cases {
            let told = failure(source)
            #expect(told.contains(message), "\(source): \(told)")
        }
    }
}
