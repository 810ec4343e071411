import Files
import Foundation
import TestSupport
import Testing

/// scripts/plugins/reports.lua: what GitLab reads of a job.
@Suite(.enabled(if: Nightjar.executable != nil, "the command is not built"))
struct ReportsTests {
    let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func report(_ expression: String) throws -> String {
        let script = try scratch.write(
            "use.lua",
            """
            package.path = "\(Nightjar.root)/scripts/plugins/?.lua;" .. package.path
            io.write(require("reports").\(expression))
            """)
        let run = try Nightjar.run(script, in: scratch.path)
        try #require(run.status == 0, "\(run.errors)")
        return run.output
    }

    @Test("figures are OpenMetrics text, rounded, with what they were measured on")
    func metrics() throws {
        #expect(
            try report(
                #"openmetrics { accuracy = 97.123, images = 10000, data = 'a "b" \\c', loss = 0.09378, other = 1 }"#)
                    == """
                    # TYPE model_accuracy_percent gauge
                    model_accuracy_percent{data="a \\"b\\" \\\\c"} 97.12
                    # TYPE model_loss gauge
                    model_loss{data="a \\"b\\" \\\\c"} 0.0938
                    # TYPE model_test_images gauge
                    model_test_images{data="a \\"b\\" \\\\c"} 10000
                    # EOF

                    """)
        #expect(try report("openmetrics {}") == "# EOF\n")
    }

    @Test("links are annotations as GitLab's schema has them")
    func annotations() throws {
        let text = try report(#"annotations { { label = "mnist-cnn 1.0.0", url = "https://gitlab.example.com/p/1" } }"#)
        let json = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: [[String: [String: String]]]]
        #expect(
            json == [
                "links": [["external_link": ["label": "mnist-cnn 1.0.0", "url": "https://gitlab.example.com/p/1"]]]
            ])
        #expect(try report("annotations {}") == "{\n  \"links\": []\n}\n")
    }
}
