import Files
import Foundation
import Images
import TestSupport
import Testing

@Suite("Sets of pictures in Lua")
struct PictureSetTests {
    /// A folder of twelve pictures in two classes; picture i has red 10 i, green 100 and, in its right half, blue 200.
    private func folder() throws -> ScratchDirectory {
        let scratch = try ScratchDirectory()
        for name in ["cat", "dog"] { try makeDirectory(scratch.file(name)) }
        for number in 0..<12 {
            let (left, right): ([UInt8], [UInt8]) = ([UInt8(10 * number), 100, 0], [UInt8(10 * number), 100, 200])
            let image = try Image(
                width: 4, height: 2, channels: 3, pixels: left + left + right + right + left + left + right + right)
            try writeFile(scratch.file("\(number % 2 == 0 ? "cat" : "dog")/\(10 + number).png"), encodePNG(image))
        }
        return scratch
    }

    private func run(_ source: String) throws -> String {
        let scratch = try folder()
        return try evaluate("local root, T = '\(scratch.path)', nj.transforms " + source)
    }

    @Test(
        "A folder of pictures",
        arguments: [
            (
                "local set = data.ImageFolder(root) local x, y = set:get(7) return #set, table.concat(set:classes(), ','), set:class_to_idx().dog, y, table.concat(x:shape(), ','), x:dtype(), math.floor(x[{ 0, 0, 0 }]:item() * 255 + 0.5), #set:paths(), set:targets()[12]",
                "12 cat,dog 1 1 3,2,4 float32 30 12 1"
            ),
            // Whatever the threads, the draws are those of one after the other.
            (
                """
                local function sums(workers)
                  nj.manual_seed(3)
                  local set = data.ImageFolder(root, { transform = T.Compose { T.Resize { 4, 8 }, T.RandomCrop(4), T.RandomHorizontalFlip(), T.ToTensor() } })
                  local all = {}
                  for _, x, y in data.loader(set, { batch_size = 5, shuffle = true, num_workers = workers }):batches() do
                    all[#all + 1] = ("%.6f:%d"):format((x * nj.arange(x:numel()):view_as(x)):sum():item(), y:sum():item())
                  end
                  return table.concat(all, " ") .. nj.randint(1000, { 1 }):item()
                end
                local alone = sums(0) return alone == sums(1), alone == sums(4), #alone > 20
                """, "true true true"
            ),
            // A function alone, and one among others: what follows it runs in this thread.
            (
                "local set = data.ImageFolder(root, { transform = function(image) return image:width() end }) return (select(2, data.loader(set, { batch_size = 3 }):batches()()))",
                "tensor([4, 4, 4])"
            ),
            (
                """
                local set = data.ImageFolder(root, { transform = T.Compose { T.ToTensor(), function(x) return x[{ {0, 1} }] end, T.Normalize({ 0 }, { 0.5 }) } })
                local _, x, y = data.loader(set, { batch_size = 2, shuffle = true }):batches()() return table.concat(x:shape(), ","), y:dtype()
                """, "2,1,2,4 int64"
            ),
            // Without ToTensor bytes come out.
            ("return (data.ImageFolder(root, { transform = T.Resize(2) }):get(0)):dtype()", "uint8"),
            (
                "local a, b = table.unpack(data.random_split(data.ImageFolder(root), { 0.75, 0.25 })) return #a, #b, #data.loader(a, { batch_size = 4 })",
                "9 3 3"
            ),
            (
                "return (data.generated_digits({ limit = 2, transform = T.Compose { T.Pad(2), T.ToTensor() } }):get(1)):size(2)",
                "32"
            ),
        ])
    func folders(source: String, expected: String) throws { #expect(try run(source) == expected) }

    @Test("A pass with random transforms goes on where it stood, to the last bit, whatever was read ahead")
    func resuming() throws {
        #expect(
            try run(
                """
                local function made(workers)
                  local set = data.ImageFolder(root, { transform = T.Compose {
                    T.ToTensor(), T.RandomErasing(1), T.RandomHorizontalFlip() } })
                  return data.loader(set, { batch_size = 2, shuffle = true, num_workers = workers, prefetch = 3 })
                end
                local function rest(pass)
                  local all = {}
                  for step, x, y in pass do all[#all + 1] = { step, x:flatten():tolist(), y:tolist() } end
                  return nj.json.encode(all) .. nj.json.encode(nj.get_rng_state():tolist())
                end
                nj.manual_seed(11)
                local first = made(3)
                local pass = first:batches()
                for _ = 1, 2 do pass() end
                local state, random = first:state_dict(), nj.get_rng_state()
                local whole, same = rest(pass), {}
                for workers = 0, 4, 2 do
                  nj.manual_seed(99)
                  local second = made(workers)
                  second:load_state_dict(state)
                  nj.set_rng_state(random)
                  same[#same + 1] = tostring(rest(second:batches()) == whole)
                end
                return table.concat(same, " "), #whole > 1000
                """) == "true true true true")
    }

    @Test(
        "Mistakes",
        arguments: [
            (
                "data.ImageFolder '/nowhere'",
                "data.ImageFolder: cannot find pictures in '/nowhere': there is no such directory"
            ),
            (
                "data.ImageFolder(root, { transform = 5 })",
                "data.ImageFolder: bad argument 'transform' (Transform or function expected, got number)"
            ),
            (
                "data.cifar10 { dir = root }",
                "data.cifar10: cannot find CIFAR-10's binary files in 'ROOT': neither there nor in its cifar-10-batches-bin is data_batch_1.bin"
            ),
            (
                "data.idx_set { images = root, labels = root }",
                "data.idx_set: cannot read 'ROOT': Is a directory"
            ),
            (
                "data.csv('x', { separator = '' })",
                "data.csv: bad argument 'separator' (one character expected, got '')"
            ),
            (
                "data.csv('x', { types = { a = 'word' } })",
                "data.csv: bad argument 'types' ('number', 'integer', 'class' expected, got 'word')"
            ),
        ])
    func mistakes(source: String, expected: String) throws {
        let scratch = try folder()
        #expect(
            failure("local root = '\(scratch.path)' \(source)")
                == "test.lua:1: \(expected)".replacingOccurrences(of: "ROOT", with: scratch.path))
    }

    @Test("Tables and arrays")
    func tables() throws {
        let scratch = try ScratchDirectory()
        try writeFile(scratch.file("x.csv"), Array("width,height,kind\n1,2,b\n3,4.5,a\n5,6,b\n".utf8))
        try writeFile(scratch.file("images"), [0, 0, 8, 4, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 255, 51])
        try writeFile(scratch.file("labels"), [0, 0, 11, 1, 0, 0, 0, 1, 1, 44])
        #expect(
            try evaluate(
                """
                local dir = '\(scratch.path)/'
                local set = data.csv(dir .. "x.csv", { target = "kind" })
                local _, x, y = data.loader(set, { batch_size = 2 }):batches()()
                local images = data.idx_set {
                  images = dir .. "images", labels = dir .. "labels", normalize = { { 0, 0.2 }, { 1, 0.5 } } }
                local image, label = images:get(0)
                nj.save(nj.arange(6):view(3, 2), dir .. "x.npy")
                local rows = data.npy { dir .. "x.npy", dir .. "x.npy" }
                return table.concat(set:classes(), ","), table.concat(set:columns(), ","), x, y,
                  table.concat(image:flatten():tolist(), ","), label, data.idx(dir .. "labels"), #rows, rows:get(1)
                """)
                == "a,b width,height,kind tensor([[1.0000, 2.0000],\n        [3.0000, 4.5000]]) tensor([1, 0]) 1.0,0.0 300 tensor([300], dtype=int16) 3 tensor([2, 3]) tensor([2, 3])"
        )
    }
}
