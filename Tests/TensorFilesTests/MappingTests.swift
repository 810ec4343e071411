import Files
import Tensors
import TestSupport
import Testing

@testable import TensorFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Large files are looked at in place, and stay what they were. One test at a time: there are places for 64 files.
@Suite("tensors that look at a file", .serialized)
struct MappingTests {
    let scratch: ScratchDirectory
    let path: String
    private let count = 2 << 20

    init() throws {
        scratch = try ScratchDirectory()
        path = scratch.file("large.safetensors")
        try SafeTensors.write([("a", .full([count], 3)), ("b", .full([5], 7, dtype: .int64))], to: path)
    }

    private func isMapped(_ tensor: Tensor, _ path: String) throws -> Bool {
        let maps = try String(decoding: readFile("/proc/self/maps"), as: UTF8.self)
        let address = UInt(bitPattern: tensor.storage.pointer)
        return maps.split(separator: "\n").contains { line in
            let range = line.prefix { $0 != " " }.split(separator: "-").compactMap { UInt($0, radix: 16) }
            return range.count == 2 && range[0] <= address && address < range[1] && line.hasSuffix(path)
        }
    }

    /// The tensor "a" of a file, mapped. A program that another test is just starting may still hold the file open for
    /// writing, for a moment, and then there is no lease on it.
    private func mapped(_ path: String) throws -> Tensor {
        for _ in 0..<100 {
            let tensor = try SafeTensorsFile(path).tensor("a")
            if try isMapped(tensor, path) { return tensor }
            usleep(10_000)
        }
        throw TensorError("the file cannot be mapped")
    }

    private func isWhole(_ tensor: Tensor) throws -> Bool { try tensor.floatArray().allSatisfy { $0 == 3 } }

    /// Runs a shell's command, which is another process, with `meanwhile` beside it.
    private func shell(_ command: String, meanwhile: () throws -> Void = {}) throws {
        var process: pid_t = 0
        var words = (["sh", "-c", command, path] as [String]).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        #expect(posix_spawnp(&process, "sh", nil, nil, &words, environ) == 0)
        try meanwhile()
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        #expect(status == 0)
    }

    #if os(Linux)
        @Test("they are there at once, and changing them changes no file")
        func inPlace() throws {
            let before = try readFile(path)
            _ = try mapped(path)
            let file = try SafeTensorsFile(path)
            let (a, b) = (try file.tensor("a"), try file.tensor("b"))
            #expect(try isMapped(a, path) && isMapped(b, path))
            #expect(try isWhole(a) && b.int64Array() == [7, 7, 7, 7, 7])
            try a.assign(.full([count], 5))
            #expect(try a.floatArray().allSatisfy { $0 == 5 } && isWhole(file.tensor("a")) == false)
            #expect(try readFile(path) == before)
        }

        @Test(
            "another program cuts the file, writes into it, or empties it: the tensor stays as it was",
            arguments: [
                ": > \"$0\"", "truncate -s 100 \"$0\" 2> /dev/null || { sleep 0.2; truncate -s 100 \"$0\"; }",
                "printf xxxxxxxxxxxxxxxx | dd of=\"$0\" conv=notrunc status=none",
            ])
        func changed(command: String) throws {
            let tensor = try mapped(path)
            try shell(command)
            #expect(try isWhole(tensor))
            #expect(failure { _ = try SafeTensorsFile(path).tensor("a") } != "no error")
        }

        @Test("nothing is lost that is written while the file is being emptied")
        func changedMeanwhile() throws {
            let tensor = try mapped(path)
            try shell("sleep 0.02; : > \"$0\"") {
                for round in 0..<400 {
                    try tensor.withUnsafeMutableBytes { bytes in
                        let floats = bytes.bindMemory(to: Float.self)
                        for place in stride(from: 0, to: count, by: 512) { floats[place] += 1 }
                        #expect(floats[0] == Float(4 + round))
                    }
                }
            }
            let (floats, file) = (try tensor.floatArray(), try readFile(path))
            #expect(stride(from: 0, to: count, by: 512).allSatisfy { floats[$0] == 403 } && file.isEmpty)
            #expect(!(try isMapped(tensor, path)))
        }

        @Test("this program does")
        func changedHere() throws {
            let tensor = try mapped(path)
            let descriptor = open(path, O_WRONLY | O_TRUNC)
            #expect(descriptor >= 0)
            close(descriptor)
            #expect(try isWhole(tensor))
        }

        @Test("the file is replaced or removed")
        func replaced() throws {
            let tensor = try mapped(path)
            try SafeTensors.write([("a", .full([count], 4))], to: path)
            #expect(try isWhole(tensor))
            try removeFile(path)
            #expect(try isWhole(tensor))
        }

        @Test("what somebody may be writing is read instead")
        func beingWritten() throws {
            let descriptor = open(path, O_WRONLY)
            defer { close(descriptor) }
            let tensor = try SafeTensorsFile(path).tensor("a")
            #expect(try !isMapped(tensor, path) && isWhole(tensor))
            ftruncate(descriptor, 10)
            #expect(try isWhole(tensor))
        }

        @Test("many are open at once; those that find no place are read")
        func many() throws {
            var tensors: [Tensor] = []
            for number in 0..<80 {
                let other = scratch.file("\(number).safetensors")
                try linkOrCopy(other)
                tensors.append(try SafeTensorsFile(other).tensor("a"))
            }
            try shell("for i in $(seq 0 79); do : > \"$(dirname \"$0\")/$i.safetensors\"; done")
            for tensor in tensors { #expect(try isWhole(tensor)) }
            tensors = []
            #expect(try isWhole(mapped(path)))
        }

        private func linkOrCopy(_ other: String) throws { try shell("cp \"$0\" '\(other)'") }
    #endif

    @Test("small files are read")
    func small() throws {
        let other = scratch.file("small.safetensors")
        try SafeTensors.write([("a", .full([100], 3))], to: other)
        let tensor = try SafeTensorsFile(other).tensor("a")
        try writeFile(other, "")
        #expect(try isWhole(tensor))
    }
}
