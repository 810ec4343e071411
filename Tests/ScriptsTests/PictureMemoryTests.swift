import Files
import Images
import TestSupport
import Testing

#if os(Linux)
    /// What reading pictures takes, in processes of their own that may not have much.
    @Suite(
        "Pictures take the memory that they need", .enabled(if: Nightjar.executable != nil, "the command is not built"))
    struct PictureMemoryTests {
        let scratch: ScratchDirectory

        init() throws { scratch = try ScratchDirectory() }

        /// Runs a script that prints what it finds, then the most memory it held, in MB.
        private func run(_ body: String) throws -> (lines: [Substring], megabytes: Int) {
            let script = try scratch.write(
                "script.lua",
                """
                local nj = require "nightjar"
                \(body)
                for line in io.lines("/proc/self/status") do
                  local kilobytes = line:match("^VmHWM:%s*(%d+)")
                  if kilobytes then print(kilobytes // 1000) end
                end
                """)
            let result = try Nightjar.run(script, in: scratch.path)
            #expect(result.errors == "" && result.status == 0)
            let lines = result.output.split(separator: "\n")
            return (Array(lines.dropLast()), lines.last.flatMap { Int($0) } ?? .max)
        }

        @Test func aSmallFileOfALargePicture() throws {
            let white = try Image(
                width: 8192, height: 8192, channels: 1, pixels: [UInt8](repeating: 255, count: 8192 * 8192))
            let png = try encodePNG(white)
            #expect(png.count < 100_000)
            try writeFile(scratch.file("large.png"), png)
            let read = try run("print(nj.images.read('large.png'))")
            #expect(read.lines == ["Image(8192 x 8192, grey)"])
            #expect(read.megabytes < 110)
        }

        /// Damaged files of every kind: nothing of a few hundred pixels may take more than the command itself.
        @Test func damagedFiles() throws {
            let reference = joinPath(Nightjar.root, "Tests/ImagesTests/Reference")
            let read = try run(
                """
                local files, taken, refused = {}, 0, 0
                for _, folder in ipairs { "", "/jpeg" } do
                  for _, path in ipairs(nj.images.glob("\(reference)" .. folder)) do
                    local file <close> = assert(io.open(path, "rb"))
                    files[#files + 1] = file:read "a"
                  end
                end
                math.randomseed(4)
                local function random(most) return math.random(1, math.max(1, most)) end
                for i = 1, 4000 do
                  local bytes = files[i % #files + 1]
                  for _ = 1, random(3) do
                    local place = random(#bytes)
                    local piece = bytes:sub(place, place + random(8))
                    local change = random(4)
                    local put = change == 1 and string.char(random(256) - 1) or change == 2 and ("\\xff"):rep(random(4)) or
                      change == 3 and piece .. piece or ""
                    bytes = bytes:sub(1, place - 1) .. put .. bytes:sub(place + random(3))
                  end
                  local file = assert(io.open("damaged", "wb"))
                  file:write(bytes)
                  file:close()
                  local image, reason = nj.images.try_read "damaged"
                  if image then taken = taken + 1 else refused = refused + 1 end
                  assert(image or reason:find("^cannot read 'damaged': "), reason)
                end
                print(#files, taken + refused, refused > 3000)
                """)
            #expect(read.lines == ["55\t4000\ttrue"])
            #expect(read.megabytes < 200)
        }
    }
#endif
