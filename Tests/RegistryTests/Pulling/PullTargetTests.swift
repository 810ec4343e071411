import Files
import TestSupport
import Testing

@testable import Registry

@Suite("Where what is pulled goes")
struct PullTargetTests {
    private let shop: PullShop
    private let target: String

    init() throws {
        shop = try PullShop()
        target = shop.scratch.file("a/out")
        shop.options.target = target
        try shop.publish("1.0.0")
    }

    @Test("a folder appears, is left alone where nothing is new, and replaced where something is")
    func replaces() throws {
        let first = try shop.pull("mnist-cnn")
        #expect(first.isNew && first.folder == target)
        #expect(try !shop.pull("mnist-cnn").isNew)
        try shop.publish("1.1.0")
        #expect(try shop.pull("mnist-cnn").isNew)
        #expect(try readText(target + "/model.bin") == "weights of 1.1.0")
        #expect(try shop.pull("mnist-cnn@1.0.0").isNew)
        #expect(try readText(target + "/model.bin") == "weights of 1.0.0")
        #expect(try directoryEntries(shop.scratch.file("a")) == ["out"])
        // The cache is not what the user has.
        try writeFile(target + "/model.bin", "mine")
        shop.options.target = shop.scratch.file("b")
        #expect(try shop.model(shop.pull("mnist-cnn@1.0.0")) == "weights of 1.0.0")
    }

    @Test("an empty folder is filled, by whatever path it is named")
    func empty() throws {
        try makeDirectory(target)
        shop.options.target = shop.scratch.file("a/../a/out/")
        #expect(try shop.pull("mnist-cnn").isNew)
        #expect(try readText(target + "/model.bin") == "weights of 1.0.0")
    }

    @Test("a folder that holds anything else is refused and stays as it was")
    func refuses() throws {
        func message(_ reason: String) -> String {
            "'\(target)' is not replaced, as it is no unchanged pull of mnist-cnn: \(reason); name another folder"
        }
        try makeDirectory(target)
        try writeFile(target + "/notes", "mine")
        #expect(failure { try shop.pull("mnist-cnn") } == message("it has no manifest.json"))
        #expect(try directoryEntries(target) == ["notes"])
        try removeFile(target + "/notes")
        try shop.pull("mnist-cnn")
        try shop.publish("1.1.0")
        try writeFile(target + "/notes", "mine")
        #expect(failure { try shop.pull("mnist-cnn") } == message("it has 'notes', which is not of the package"))
        try removeFile(target + "/notes")
        try writeFile(target + "/model.bin", "trained further")
        #expect(failure { try shop.pull("mnist-cnn") } == message("'model.bin' in it is not as it was published"))
        #expect(try readText(target + "/model.bin") == "trained further")
        try removeFile(target + "/model.bin")
        #expect(failure { try shop.pull("mnist-cnn") } == message("'model.bin' is missing in it"))
        shop.options.target = try shop.scratch.write("file", "x")
        #expect(
            failure { try shop.pull("mnist-cnn") } == "cannot write '\(shop.scratch.file("file"))': it is no directory")
        #expect(try directoryEntries(shop.scratch.file("a")) == ["out"])
    }

    @Test("programs can be run, other files cannot")
    func programs() throws {
        let files = try [
            PackageFile("tool", .bytes([0x7f, 0x45, 0x4c, 0x46, 1])), PackageFile("script", .text("#!/bin/sh\n")),
            PackageFile("text", .text("#?")),
        ]
        for file in try Package(name: "tools", version: "1.0.0", files: files).measured().allFiles() {
            _ = try shop.directory.put(file, in: PackageName("tools"), PackageVersion("1.0.0"), progress: { _ in })
        }
        try shop.pull("tools", from: shop.directory)
        #expect(isExecutable("\(target)/tool") && isExecutable("\(target)/script") && !isExecutable("\(target)/text"))
    }

    private func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 }
}

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
