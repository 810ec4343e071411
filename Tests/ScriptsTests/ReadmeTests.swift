import Files
import Foundation
import Testing

@Suite("The README", .enabled(if: Nightjar.executable != nil, "the command has not been built"))
struct ReadmeTests {
    @Test("Its Lua examples run")
    func examples() throws {
        let text = try readText(joinPath(Nightjar.root, "README.md"))
        let examples = text.components(separatedBy: "```lua\n").dropFirst().compactMap {
            $0.components(separatedBy: "```").first
        }
        #expect(!examples.isEmpty)
        let directory = FileManager.default.temporaryDirectory.appending(path: "readme-\(UUID())").path
        try makeDirectory(directory)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        for (number, example) in examples.enumerated() {
            let script = joinPath(directory, "example-\(number + 1).lua")
            try writeFile(script, example)
            let run = try Nightjar.run(script, in: directory)
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.errors == "")
        }
    }

    @Test("The scripts and options that it names are there")
    func options() throws {
        let text = try readText(joinPath(Nightjar.root, "README.md"))
        let commands = text.split(separator: "\n").filter { $0.hasPrefix("    scripts/nightjar scripts/") }
        #expect(!commands.isEmpty)
        for command in commands {
            let words = command.prefix { $0 != "#" }.split(separator: " ")
            let help = try Nightjar.run(joinPath(Nightjar.root, String(words[1])), ["--help"], in: Nightjar.root)
            #expect(help.status == 0)
            for option in words.dropFirst(2) where option.hasPrefix("--") {
                #expect(help.output.contains("  \(option) ") || help.output.contains("  \(option)\n"), "\(option)")
            }
        }
    }
}
