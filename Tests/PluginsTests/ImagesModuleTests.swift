import Files
import Host
import Lua
import Plugins
import TestSupport
import Testing

/// What scripts see of pictures. Reading and resizing themselves are tested in ImagesTests.
@Suite struct ImagesModuleTests {
    let host: Host
    let scratch: ScratchDirectory
    static let reference = joinPath(directoryName(directoryName(#filePath)), "ImagesTests/Reference")

    init() throws {
        host = try Host(modules: builtInModules)
        scratch = try ScratchDirectory()
    }

    /// Runs a chunk in which `images`, `reference` (a directory) and `scratch` (another) are known.
    func run(_ source: String) throws -> String {
        try host.evaluate(
            "local images, reference, scratch = require('nightjar').images, '\(Self.reference)', '\(scratch.path)' "
                + source)
    }

    func failure(_ source: String) -> String {
        do {
            return "no error, but: \(try run(source))"
        } catch {
            return "\(error)"
        }
    }

    @Test func readsAPicture() throws {
        #expect(
            try run("local i = images.read(reference .. '/rgb8.png') return i, i:width(), i:height(), i:channels()")
                == "Image(21 x 18, RGB) 21 18 3")
    }

    @Test func looksAtSizes() throws {
        #expect(try run("return images.size(reference .. '/rgb8.png')") == "21 18 3")
        #expect(try run("return images.size(reference .. '/jpeg/grey.jpg')") == "37 29 1")
    }

    @Test func convertsAndWritesJPEG() throws {
        #expect(
            try run(
                """
                local path = scratch .. "/x.jpg"
                images.read(reference .. '/rgb8.png', { mode = "L" }):save(path, { quality = 90 })
                local picture = images.read(path)
                return picture, picture:convert("RGB"), picture:convert("RGB"):convert("L"), images.read(path, { mode = "RGB" })
                """)
                == "Image(21 x 18, grey) Image(21 x 18, RGB) Image(21 x 18, grey) Image(21 x 18, RGB)")
        #expect(
            failure("images.read(reference .. '/grey8.png'):save('x.bmp')")
                == "test.lua:1: Image:save: cannot write 'x.bmp': a name that ends in .png, .jpg or .jpeg expected")
    }

    @Test func greysAndResizes() throws {
        #expect(
            try run("return images.read(reference .. '/rgb8.png'):greyscale():resize(28, 20)")
                == "Image(28 x 20, grey)")
        #expect(
            try run("return images.read(reference .. '/rgb8.png'):resize { width = 5, height = 7 }")
                == "Image(5 x 7, RGB)")
    }

    @Test func normalisesWithPyTorchsBits() throws {
        // float(pixel / 255 - 0.1307) / 0.3081 for 0, 128 and 255, each step rounded to float32.
        let source = """
            local nj = require "nightjar"
            local i = images.from_tensor(nj.tensor({ { 0, 128, 255 } }):to("uint8"))
            local t = i:tensor { mean = 0.1307, std = 0.3081 }
            return t:dtype(), table.concat(t:shape(), "x"), ("%.9g %.9g %.9g"):format(table.unpack(t:tolist()[1][1]))
            """
        #expect(try run(source) == "float32 1x1x3 -0.424212962 1.20500112 2.82148671")
    }

    @Test func normalisesEachChannel() throws {
        let source = """
            local nj = require "nightjar"
            local i = images.from_tensor(nj.tensor({ { { 0 } }, { { 51 } }, { { 255 } } }):to("uint8"))
            local t = i:tensor { mean = { 0, 0.2, 0.5 }, std = { 1, 2, 0.25 } }
            return ("%g %g %g"):format(t:select(0, 0):item(), t:select(0, 1):item(), t:select(0, 2):item())
            """
        #expect(try run(source) == "0 0 2")
    }

    @Test func givesSamplesAsRead() throws {
        let source = """
            local i = images.read(reference .. '/rgb8.png')
            local t = i:tensor { dtype = "uint8" }
            return t:dtype(), table.concat(t:shape(), "x"), t:float():sub(i:tensor():mul(255)):abs():max():item() < 1e-4
            """
        #expect(try run(source) == "uint8 3x18x21 true")
    }

    @Test func writesWhatItReads() throws {
        let source = """
            local i = images.read(reference .. '/rgb8.png')
            for name, t in pairs { a = i:tensor(), b = i:tensor { dtype = "uint8" } } do
              images.from_tensor(t):save(scratch .. "/" .. name .. ".png")
              local copy = images.read(scratch .. "/" .. name .. ".png"):tensor { dtype = "uint8" }
              assert(copy:eq(i:tensor { dtype = "uint8" }):long():sum():item() == 3 * 18 * 21)
            end
            """
        #expect(try run(source) == "")
        #expect(scratch.names == ["a.png", "b.png"])
    }

    @Test func inverts() throws {
        let source = """
            local nj = require "nightjar"
            local i = images.from_tensor(nj.tensor { { 0, 0.2, 1, 1.5, -1, 0 / 0 } })
            return i, i:invert():tensor({ dtype = "uint8" })
            """
        #expect(try run(source) == "Image(6 x 1, grey) tensor([[[255, 204,   0,   0, 255, 255]]], dtype=uint8)")
    }

    @Test func findsFiles() throws {
        for name in ["b.png", "a.png", "C.PNG", "notes.txt", ".hidden.png"] { _ = try scratch.write(name, "") }
        try makeDirectory(scratch.file("[more]"))
        _ = try scratch.write("[more]/d.png", "")
        func glob(_ pattern: String) throws -> String {
            try run(
                """
                local names = images.glob(scratch .. '\(pattern)')
                for i, path in ipairs(names) do names[i] = path:sub(#scratch + 2) end
                return table.concat(names, ' ')
                """)
        }
        #expect(try glob("/*.png") == "a.png b.png")
        #expect(try glob("/{b,a,b}.png") == "a.png b.png")
        #expect(try glob("") == "C.PNG a.png b.png")
        #expect(try glob("/[more]") == "[more]/d.png")
        #expect(try glob("/a.png") == "a.png")
        #expect(try glob("/x*") == "")
        #expect(try glob("/x.png") == "")
    }

    // MARK: Messages

    @Test func namesTheFileAndTheLine() throws {
        let path = try scratch.write("text.png", "hello")
        #expect(
            failure("\n\nimages.read('\(path)')")
                == "test.lua:3: images.read: cannot read '\(path)': neither a PNG nor a JPEG file")
        #expect(
            failure("images.read('nothing.png')")
                == "test.lua:1: images.read: cannot open 'nothing.png': No such file or directory")
        let truncated = scratch.file("cut.png")
        try writeFile(truncated, Array(try readFile("\(Self.reference)/grey8.png").prefix(200)))
        #expect(
            failure("images.read('\(truncated)')")
                == "test.lua:1: images.read: cannot read '\(truncated)': "
                + "truncated: its 200 bytes end before the image does")
        #expect(
            failure("images.read(reference .. '/grey8.png'):save('nowhere/x.png')")
                == "test.lua:1: Image:save: cannot write 'nowhere/x.png': No such file or directory")
    }

    @Test func triesToRead() throws {
        #expect(
            try run("return images.try_read('nothing.png')")
                == "nil cannot open 'nothing.png': No such file or directory")
        #expect(try run("return images.try_read(reference .. '/grey8.png')") == "Image(28 x 28, grey)")
    }

    @Test func refusesWhatDoesNotFit() throws {
        let grey = "images.read(reference .. '/grey8.png')"
        #expect(
            failure("\(grey):resize(0, 28)")
                == "test.lua:1: Image:resize: cannot resize to an image of 0 x 28 pixels: sizes must be at least 1")
        #expect(
            failure("\(grey):tensor { mean = { 1, 2, 3 } }")
                == "test.lua:1: Image:tensor: mean has 3 numbers for 1 channel")
        #expect(
            failure("\(grey):tensor { std = 0 }")
                == "test.lua:1: Image:tensor: normalising needs a finite mean and a deviation above 0, got 0.0 and 0.0")
        #expect(
            failure("\(grey):tensor { dtype = 'uint8', std = 1 }")
                == "test.lua:1: Image:tensor: bad argument 'dtype' ('float32' with mean or std expected, got 'uint8')")
        #expect(
            failure("images.from_tensor(require('nightjar').zeros({ 2, 3, 4 }))")
                == "test.lua:1: images.from_tensor: [1 or 3 channels, height, width] or [height, width] expected, "
                + "got [2, 3, 4]")
        #expect(
            failure("images.from_tensor(require('nightjar').arange(4):view(2, 2))")
                == "test.lua:1: images.from_tensor: float32 or uint8 expected, got int64")
        #expect(
            failure("\(grey):grayscale()")
                == "test.lua:1: Image has no method 'grayscale' (did you mean 'greyscale'?)")
    }
}
