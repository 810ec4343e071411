import Foundation
import TestSupport
import Testing

@testable import Kernels

@Suite("What the environment says of the kernels")
struct KernelSettingsTests {
    private let names = ["x86-64-v2", "x86-64-v3"]

    @Test("An instruction set by its name or the end of it")
    func levels() {
        #expect(KernelSettings.level("x86-64-v2", among: names) == 0)
        #expect(KernelSettings.level("v3", among: names) == 1)
        for name in ["v4", "3", "V3", "x86-64", "64-v3", ""] {
            #expect(KernelSettings.level(name, among: names) == nil, "\(name)")
        }
    }

    @Test("A number of threads from 1 to 256")
    func threads() {
        #expect(KernelSettings.threads("1") == 1)
        #expect(KernelSettings.threads("256") == 256)
        for text in ["0", "257", "-1", "abc", "2 ", "9223372036854775808"] {
            #expect(KernelSettings.threads(text) == nil, "\(text)")
        }
    }

    @Test("a container's quota counts for whole processors")
    func quota() throws {
        func quota(_ files: [String: String]) throws -> Int? {
            let group = try ScratchDirectory()
            try FileManager.default.createDirectory(atPath: group.file("cpu"), withIntermediateDirectories: true)
            for (name, text) in files { _ = try group.write(name, text) }
            return Processor.quota(in: group.path)
        }
        #expect(try quota(["cpu.max": "200000 100000\n"]) == 2)
        #expect(try quota(["cpu.max": "150000 100000\n"]) == 2)
        #expect(try quota(["cpu.max": "10000 100000\n"]) == 1)
        #expect(try quota(["cpu.max": "max 100000\n"]) == nil)
        #expect(try quota(["cpu/cpu.cfs_quota_us": "350000\n", "cpu/cpu.cfs_period_us": "100000\n"]) == 4)
        #expect(try quota(["cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"]) == nil)
        #expect(try quota(["cpu.max": "100000 0"]) == nil)
        #expect(try quota([:]) == nil)
        #expect(Processor.quota(in: String(repeating: "/long", count: 100)) == nil)
    }
}
