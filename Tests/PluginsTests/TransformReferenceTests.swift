import Files
import Host
import Plugins
import TestSupport
import Testing

/// The transforms against torchvision's results, in `Tests/Reference/transforms.json`; make_transforms.py there says what
/// a case is.
@Suite struct TransformReferenceTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let lua: String
        let shown: String
        let picture: [Int]
        let seed: Int
        let isTensor: Bool
        let next: Double
        let shape: [Int]
        let digest: String?
        let values: [Double]

        var testDescription: String {
            "\(lua) of \(isTensor ? "a tensor" : "an image") \(picture), seed \(seed)"
        }

        init(_ json: JSON) {
            lua = json["lua"].string
            shown = json["shown"].string
            picture = json["picture"].ints
            seed = json["seed"].int ?? 0
            isTensor = json["tensor"].bool
            next = json["next"].double ?? 0
            shape = json["shape"].ints
            digest = json["digest"].string.isEmpty ? nil : json["digest"].string
            values = json["values"].array.compactMap(\.double)
        }

        static func all() throws -> [Case] { try JSON.referenceCases("transforms.json").map { Case($0) } }

        /// The chunk that gives the transform's text, the next random number, the shape and the samples.
        var chunk: String {
            """
            local nj = require "nightjar"
            local T, width, height, channels = nj.transforms, \(picture[0]), \(picture[1]), \(picture[2])
            local planes = {}
            for c = 1, channels do
              planes[c] = {}
              for y = 0, height - 1 do
                planes[c][y + 1] = {}
                for x = 0, width - 1 do
                  planes[c][y + 1][x + 1] = (x * x * 3 + y * y * 5 + x * y * 7 + 11 * x + 40 * (c - 1)) % 256
                end
              end
            end
            local picture = nj.images.from_tensor(nj.tensor(planes):to("uint8"))
            if \(isTensor) then picture = T.ToTensor()(picture) end
            local transform = \(lua)
            nj.manual_seed(\(seed))
            local result = transform(picture)
            local next_number = nj.rand(1):item()
            if \(digest != nil) then result = result:tensor { dtype = "uint8" } end
            local texts = {}
            for i, value in ipairs(result:flatten():tolist()) do texts[i] = ("%.9g"):format(value) end
            return tostring(transform) .. "\\n;" .. ("%.17g"):format(next_number) .. ";" ..
              table.concat(result:shape(), " ") .. ";" .. table.concat(texts, " ")
            """
        }
    }

    @Test("there are cases of every transform")
    func complete() throws {
        let all = try Case.all()
        #expect(all.count > 400)
        let names = [
            "Compose", "ToTensor", "Normalize", "Resize", "CenterCrop", "RandomCrop", "RandomResizedCrop", "Pad",
            "RandomHorizontalFlip", "RandomVerticalFlip", "RandomRotation", "RandomAffine", "Grayscale",
            "RandomGrayscale", "ColorJitter", "RandomErasing", "RandomApply",
        ]
        for name in names { #expect(all.contains { $0.lua.hasPrefix("T.\(name)(") }, "\(name)") }
    }

    @Test("a transform's picture, draws and text are torchvision's", arguments: try Case.all())
    func torchvision(_ expected: Case) throws {
        let answer = try Host(modules: builtInModules).evaluate(expected.chunk)
        let parts = answer.split(separator: ";", omittingEmptySubsequences: false)
        #expect(parts.count == 4)
        guard parts.count == 4 else { return }
        #expect(parts[0].dropLast() == expected.shown)
        #expect(Double(parts[1]) == expected.next, "other draws were taken")
        #expect(parts[2].split(separator: " ").compactMap { Int($0) } == expected.shape)
        let values = parts[3].split(separator: " ").compactMap { Double($0) }
        guard let digest = expected.digest else {
            #expect(values.count == expected.values.count)
            let worst = zip(values, expected.values).map { abs($0 - $1) }.max() ?? 0
            #expect(worst < 2e-6)
            return
        }
        // Pillow's bytes go pixel by pixel, a tensor's channel by channel.
        let (channels, plane) = (expected.shape[0], expected.shape[1] * expected.shape[2])
        let bytes = (0..<plane).flatMap { i in (0..<channels).map { UInt8(values[$0 * plane + i]) } }
        #expect(SHA256.hexDigest(of: bytes) == digest)
    }

    @Test("a folder of pictures comes in PyTorch's batches, drawn and changed as there")
    func folder() throws {
        let scratch = try ScratchDirectory()
        let source = joinPath(directoryName(directoryName(#filePath)), "ImagesTests/Reference/jpeg")
        for (place, name) in try directoryEntries(source).filter({ $0.hasSuffix(".jpg") }).sorted().enumerated() {
            let folder = scratch.file(["a", "b", "c"][place % 3])
            if place < 3 { try makeDirectory(folder) }
            try writeFile(joinPath(folder, name), try readFile(joinPath(source, name)))
        }
        let expected = try JSON.reference("transforms.json")["folder"]
        let answer = try Host(modules: builtInModules).evaluate(
            """
            local nj = require "nightjar"
            local T = nj.transforms
            nj.manual_seed(5)
            local set = nj.data.ImageFolder("\(scratch.path)", { transform = \(expected["lua"].string) })
            local loader, lines = nj.data.loader(set, { batch_size = 4, shuffle = true }), {}
            for _ = 1, 3 do
              for _, images, labels in loader:batches() do
                local samples = (images * 255):round():flatten():tolist()
                for i, sample in ipairs(samples) do samples[i] = ("%.0f"):format(sample) end
                lines[#lines + 1] = table.concat(labels:tolist(), " ") .. ";" .. table.concat(samples, " ")
              end
            end
            return table.concat(lines, "\\n")
            """)
        let lines = answer.split(separator: "\n")
        #expect(lines.count == expected["batches"].array.count && lines.count == 12)
        for (line, batch) in zip(lines, expected["batches"].array) {
            let parts = line.split(separator: ";").map { $0.split(separator: " ").compactMap { Int($0) } }
            #expect(parts.count == 2 && parts[0] == batch["labels"].ints)
            #expect(SHA256.hexDigest(of: parts.last?.map { UInt8(clamping: $0) } ?? []) == batch["digest"].string)
        }
    }
}
