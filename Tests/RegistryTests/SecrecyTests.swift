import HTTP
import TestSupport
import Testing

@testable import Registry

@Suite("The token")
struct SecrecyTests {
    private let token = "glcbt-verysecret"

    @Test(
        "it shows in no report, error, address or dump, whatever goes wrong",
        arguments: [
            FakeGitLab.Fault.answer(400, [:], "{\"message\":\"JOB-TOKEN: glcbt-verysecret\"}"),
            .answer(401, [:], "glcbt-verysecret"), .answer(403, ["Content-Type": "text/html"], "<p>glcbt-verysecret"),
            .answer(302, ["Location": "https://x.example/glcbt?job_token=glcbt-verysecret"]),
            .answer(500, [:], "glcbt-verysecret"), .answer(429, ["Retry-After": "glcbt-verysecret"]),
            .drop(stores: true), .corrupt, .stall, .cut,
        ])
    func silence(fault: FakeGitLab.Fault) throws {
        for request in ["GET packages", "PUT model.bin", "PUT manifest.json", "GET package_files", "HEAD model.bin"] {
            var shop = try Workshop()
            shop.options.retry.attempts = 2
            shop.patience = 0.1
            shop.server.fail(request, fault, fault)
            var output = ""
            do { dump(try shop.publish(), to: &output) } catch {
                dump(error, to: &output)
                output += "\(error) \(String(reflecting: error))"
            }
            let registry = try shop.registry
            dump(registry, to: &output)
            output += shop.lines.joined() + "\(registry)" + String(reflecting: registry) + "\(registry.credential)"
            output += try shop.package.measured(manifest: shop.details).plan(for: registry).joined()
            #expect(!output.contains("verysecret"), "\(request): \(output)")
            // It goes in its header and nowhere else.
            for head in shop.server.heads {
                #expect(head.split(separator: token, omittingEmptySubsequences: false).count == 2, "\(head)")
                #expect(head.contains("\r\nJOB-TOKEN: \(token)\r\n"))
            }
        }
    }

    @Test("it does not go to the storage that downloads are sent to")
    func storage() throws {
        let storage = try LoopbackServer { $0.answer(200, [:], $0.request.path == "/model.bin" ? "weights" : "# How") }
        var shop = try Workshop { $0.storage = storage.url }
        shop.details = nil
        shop.options.downloadsAgain = true
        #expect(try shop.publish().verification == .download)
        #expect(storage.requests.map(\.path) == ["/model.bin", "/INSTRUCTION.md"])
        for request in storage.requests {
            #expect(!request.head.contains(token))
            #expect(request.headers["job-token"] == nil)
        }
    }
}
