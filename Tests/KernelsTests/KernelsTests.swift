import Foundation
import Kernels
import TestSupport
import Testing

@Suite("The kernels of every instruction set this processor has")
struct KernelsTests {
    @Test("the loop that only multiplies and adds says how much it does, which grows with its rounds")
    func multiplyAdd() {
        for kernels in usableKernels {
            let one = kernels.multiplyAdd(rounds: 1)
            #expect(one >= 24 && kernels.multiplyAdd(rounds: 1000) == 1000 * one && kernels.multiplyAdd(rounds: 0) == 0)
        }
        let lanes = usableKernels.map { $0.multiplyAdd(rounds: 1) / 24 }
        #expect(lanes == [4, 8, 16].prefix(lanes.count).map(\.self))
    }

    #if os(Linux) && arch(x86_64)
        @Test("the processor says what /proc/cpuinfo says")
        func processor() throws {
            let text = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
            func value(_ key: String) -> String? {
                text.split(separator: "\n").first { $0.hasPrefix("\(key)\t") }.map {
                    String($0.drop { $0 != ":" }.dropFirst(2))
                }
            }
            #expect(value("model name") == Processor.name)
            #expect(value("cpu family") == Processor.family.map { "\($0)" })
        }
    #endif
}
