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
}
