import Files
import TestSupport
import Testing

/// scripts/plugins/notify.lua: what each way sends, and that none of them can fail the publish.
@Suite(.enabled(if: Nightjar.executable != nil, "the command is not built"))
struct NotifyTests {
    let scratch: ScratchDirectory
    let server: Recorder

    init() throws {
        scratch = try ScratchDirectory()
        server = try Recorder()
    }

    private func notify(_ environment: [String: String]) throws -> Nightjar.Run {
        let script = try scratch.write(
            "use.lua",
            """
            package.path = "\(Nightjar.root)/scripts/plugins/?.lua;" .. package.path
            print(require("notify").published {
              package = "mnist-cnn", version = "1.2.0", url = "https://gitlab.example.com/p/1?a=1&b=2",
              figures = { "Accuracy: 97.12 % (1.1.0: 96.80 %, +0.32)" },
            })
            """)
        let run = try Nightjar.run(script, in: scratch.path, environment: environment)
        #expect(!(run.output + run.errors).contains("verysecret"), "a secret is in the output")
        return run
    }

    private let text = "[mnist-cnn 1.2.0](https://gitlab.example.com/p/1?a=1&b=2) is published\\n"
    private let figure = "- Accuracy: 97.12 % (1.1.0: 96.80 %, +0.32)"

    @Test("nothing is sent where nothing is asked for")
    func off() throws {
        #expect(try notify([:]) == .init(output: "0\t0\n"))
    }

    @Test("a webhook gets the facts, Slack and Mattermost a text in their own marks")
    func hooks() throws {
        let file = try scratch.write("address", "\(server.url)/mattermost/verysecret\n")
        let run = try notify([
            "NOTIFY_WEBHOOK": "\(server.url)/webhook/verysecret", "NOTIFY_SLACK": "\(server.url)/slack/verysecret",
            "NOTIFY_MATTERMOST_FILE": file,
        ])
        #expect(run == .init(output: "3\t0\n"))
        #expect(
            server.bodies == [
                "POST /webhook/verysecret": "{\"figures\":[\"Accuracy: 97.12 % (1.1.0: 96.80 %, +0.32)\"],"
                    + "\"package\":\"mnist-cnn\",\"url\":\"https://gitlab.example.com/p/1?a=1&b=2\","
                    + "\"version\":\"1.2.0\"}",
                "POST /slack/verysecret": "{\"text\":\"<https://gitlab.example.com/p/1?a=1&amp;b=2|mnist-cnn 1.2.0> is "
                    + "published\\n\(figure)\"}",
                "POST /mattermost/verysecret": "{\"text\":\"\(text)\(figure)\",\"username\":\"nightjar\"}",
            ])
    }

    @Test("a notification that fails is a line on standard error, and the status stays 0")
    func failures() throws {
        server.answers = ["POST /webhook/verysecret": (500, "")]
        let run = try notify([
            "NOTIFY_WEBHOOK": "\(server.url)/webhook/verysecret", "NOTIFY_SLACK": "http://127.0.0.1:1/verysecret",
            "NOTIFY_MERGE_REQUEST": "true",
        ])
        #expect(run.status == 0 && run.output == "0\t3\n")
        let lines = run.errors.split(separator: "\n").map { $0.replacing(/notify\.lua:[0-9]+/, with: "notify.lua:N") }
        #expect(
            lines == [
                "not notified (webhook): the server answered 500 Internal Server Error",
                "not notified (Slack): http.post: http://127.0.0.1:1/[secret]: 127.0.0.1 refused the connection on "
                    + "port 1",
                "not notified (merge request): no GitLab project is configured: set GITLAB_URL and GITLAB_PROJECT",
            ])
    }

    @Test("the merge request is the pipeline's, else the one that brought the commit")
    func mergeRequests() throws {
        let project = [
            "CI_API_V4_URL": "\(server.url)/api/v4", "CI_PROJECT_ID": "42", "CI_COMMIT_SHA": "abc",
            "NOTIFY_MERGE_REQUEST": "true",
        ]
        let token = project.merging(["GITLAB_TOKEN": "glpat-verysecret"]) { $1 }
        let notes = "/api/v4/projects/42/merge_requests"
        #expect(try notify(token.merging(["CI_MERGE_REQUEST_IID": "7"]) { $1 }) == .init(output: "1\t0\n"))
        #expect(server.bodies["POST \(notes)/7/notes"] == "{\"body\":\"\(text)\(figure)\"}")
        server.answers = [
            "GET /api/v4/projects/42/repository/commits/abc/merge_requests": (
                200, #"[{"iid":3,"state":"opened"},{"iid":5,"state":"merged"}]"#
            )
        ]
        #expect(try notify(token) == .init(output: "1\t0\n"))
        #expect(server.bodies["POST \(notes)/5/notes"] != nil)
        #expect(server.heads.allSatisfy { $0.contains("PRIVATE-TOKEN: glpat-verysecret\r\n") })
        // A job's own token may not comment.
        let job = try notify(project.merging(["CI_JOB_TOKEN": "glcbt-verysecret"]) { $1 })
        #expect(
            job.errors == "not notified (merge request): no token is configured: set GITLAB_TOKEN to an access token "
                + "with the scope api\n")
    }
}
