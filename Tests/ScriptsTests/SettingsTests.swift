import TestSupport
import Testing

@Suite("Variables of the environment", .enabled(if: Nightjar.executable != nil, "the command is not built"))
struct SettingsTests {
    private func run(_ arguments: [String], _ environment: [String: String]) throws -> Nightjar.Run {
        let scratch = try ScratchDirectory()
        return try withExtendedLifetime(scratch) {
            try Nightjar.run(
                program: Nightjar.executable ?? "", arguments, in: scratch.path, environment: environment)
        }
    }

    @Test("with a value that cannot be followed are refused", arguments: ["abc", "0", "-1", "1.5", "257", " 2"])
    func threads(value: String) throws {
        #expect(
            try run(["-e", "print(1)"], ["NIGHTJAR_NUM_THREADS": value])
                == Nightjar.Run(
                    status: 2,
                    errors: "nightjar: NIGHTJAR_NUM_THREADS is '\(value)', but is to be an integer from 1 to 256\n"))
    }

    @Test("that name an instruction set which is not there are refused", arguments: ["v1", "avx512", "x86-64", "4"])
    func unknownSet(value: String) throws {
        let refused = try run(["-e", "print(1)"], ["NIGHTJAR_ISA": value])
        #expect(refused.status == 2 && refused.output == "")
        #expect(refused.errors.hasPrefix("nightjar: NIGHTJAR_ISA is '\(value)', but this processor runs: "))
        #expect(refused.errors.hasSuffix("\n") && refused.errors.split(separator: "\n").count == 1)
    }

    @Test("are followed, or empty, or only asked about")
    func followed() throws {
        let threads = "print(require('nightjar').get_num_threads())"
        #expect(try run(["-e", threads], ["NIGHTJAR_NUM_THREADS": "3"]).output == "3\n")
        #expect(try run(["-e", "print(1)"], ["NIGHTJAR_NUM_THREADS": "", "NIGHTJAR_ISA": ""]).output == "1\n")
        #expect(try run(["--version"], ["NIGHTJAR_ISA": "none"]).status == 0)
        let help = try run(["--help"], [:]).output
        #expect(help.contains("NIGHTJAR_ISA") && help.contains("NIGHTJAR_NUM_THREADS"))
    }
}
