import Files
import Foundation
import Testing

/// The Renovate configuration in the README, applied to files as Renovate's custom managers do.
@Suite("Renovate")
struct RenovateTests {
    /// The code in the README that begins with a mark.
    private func block(_ language: String, with mark: String) throws -> String {
        let text = try readText(joinPath(Nightjar.root, "README.md"))
        let blocks = text.components(separatedBy: "```\(language)\n").dropFirst().compactMap {
            $0.components(separatedBy: "```").first
        }
        return try #require(blocks.first { $0.contains(mark) })
    }

    private func manager() throws -> [String: Any] {
        let json = try JSONSerialization.jsonObject(with: Data(block("json", with: "customManagers").utf8))
        let managers = try #require((json as? [String: Any])?["customManagers"] as? [[String: Any]])
        #expect(managers.count == 1)
        return try #require(managers.first)
    }

    /// What a file says, by the names of the groups.
    private func matches(_ text: String) throws -> [[String: String]] {
        let patterns = try #require(manager()["matchStrings"] as? [String])
        return try patterns.flatMap { pattern in
            let expression = try NSRegularExpression(pattern: pattern)
            return expression.matches(in: text, range: NSRange(text.startIndex..., in: text)).map { match in
                Dictionary(
                    uniqueKeysWithValues: ["datasource", "depName", "currentValue"].compactMap { name in
                        Range(match.range(withName: name), in: text).map { (name, String(text[$0])) }
                    })
            }
        }
    }

    private let found = [
        "datasource": "gitlab-packages", "depName": "group/project:mnist-cnn", "currentValue": "1.2.0",
    ]

    @Test("the version is found in the README's own example, and however files write it")
    func finds() throws {
        #expect(try matches(block("yaml", with: "renovate:")) == [found])
        let comment = "# renovate: datasource=gitlab-packages depName=group/project:mnist-cnn"
        for line in ["MODEL_VERSION=1.2.0", "MODEL := 1.2.0 # the model", "  model: '1.2.0'", "export MODEL=1.2.0"] {
            let text = "other: 3.0.0\n\(comment)\n\(line)\nnext: 4.0.0\n"
            #expect(try matches(text) == [found], "\(line)")
        }
        #expect(try matches("# renovate: datasource=docker depName=alpine\nA=1.2.0\n").isEmpty)
        #expect(try matches("MODEL_VERSION=1.2.0\n").isEmpty)
    }

    @Test("the files that it looks at are those that it says, and the rest is what the datasource takes")
    func configuration() throws {
        let manager = try manager()
        let patterns = try #require(manager["managerFilePatterns"] as? [String])
        func isWatched(_ path: String) throws -> Bool {
            try patterns.contains { pattern in
                // A pattern between slashes is a regular expression.
                let expression = try NSRegularExpression(pattern: String(pattern.dropFirst().dropLast()))
                return expression.firstMatch(in: path, range: NSRange(path.startIndex..., in: path)) != nil
            }
        }
        for path in [".gitlab-ci.yml", "sub/.gitlab-ci.yml", "Makefile", "deploy/.env"] {
            #expect(try isWatched(path), "\(path)")
        }
        for path in ["gitlab-ciXyml", "Makefile.old", "README.md"] { #expect(try !isWatched(path), "\(path)") }
        #expect(manager["customType"] as? String == "regex")
        #expect(manager["versioningTemplate"] as? String == "semver")
        #expect(manager["registryUrlTemplate"] as? String == "https://gitlab.example.com")
    }
}
