import HTTP
import TestSupport
import Testing

@testable import Registry

@Suite("Which registry")
struct ConfigurationTests {
    private func registry(_ variables: [String: String]) throws -> GitLabRegistry? {
        try GitLabRegistry.fromEnvironment { variables[$0] }
    }

    private let job = [
        "CI_API_V4_URL": "https://gitlab.example.com/api/v4", "CI_PROJECT_ID": "42", "CI_JOB_TOKEN": "glcbt-1",
    ]

    @Test("in a job the job's own project is the registry")
    func inJob() throws {
        let found = try #require(try registry(job.merging(["CI_SERVER_TLS_CA_FILE": "/ca.pem"]) { $1 }))
        #expect("\(found)" == "project 42 at https://gitlab.example.com/api/v4")
        #expect(found.credential.header == "JOB-TOKEN")
        #expect(found.caFile == "/ca.pem")
        let other = try registry(job.merging(["GITLAB_TOKEN": "glpat-1"]) { $1 })
        #expect(other?.credential.kind == .job)
    }

    @Test("elsewhere the variables of one's own say it; in a job they go before the job's")
    func elsewhere() throws {
        let own = [
            "GITLAB_URL": "https://gitlab.example.com/", "GITLAB_PROJECT": "/group/app/", "GITLAB_TOKEN": " t\n",
        ]
        let found = try #require(try registry(own))
        #expect("\(found)" == "project group/app at https://gitlab.example.com/api/v4")
        #expect(found.packages.text == "https://gitlab.example.com/api/v4/projects/group%2Fapp/packages")
        #expect(found.credential.header == "PRIVATE-TOKEN")
        #expect(found.credential.secret == Secret("t"))
        #expect(try registry(own.merging(job) { $1 })?.project == "group/app")
        let deploy = [
            "GITLAB_API_V4_URL": "https://g.example/sub/api/v4", "GITLAB_PROJECT": "7", "GITLAB_DEPLOY_TOKEN": "gldt-1",
        ]
        #expect(try registry(deploy)?.credential.header == "DEPLOY-TOKEN")
        #expect(try registry(deploy).map { "\($0.api)" } == "https://g.example/sub/api/v4")
        let otherProject = try registry(job.merging(["GITLAB_PROJECT": "group/models"]) { $1 })
        #expect(otherProject?.project == "group/models")
        #expect(otherProject?.credential.kind == .job)
    }

    @Test("nothing configured is no error, and a token alone configures nothing")
    func nothing() throws {
        #expect(try registry([:]) == nil)
        #expect(try registry(["GITLAB_TOKEN": "glpat-1"]) == nil)
    }

    @Test("half a configuration names what is missing")
    func half() {
        let start = "the registry is only half configured: "
        #expect(
            failure { try registry(["GITLAB_URL": "https://g.example"]) }
                == start + "GITLAB_URL is set, but GITLAB_PROJECT (the project's number or path) is not")
        #expect(
            failure { try registry(["GITLAB_PROJECT": "a/b", "GITLAB_TOKEN": "t"]) }
                == start + "GITLAB_PROJECT is set, but GITLAB_URL (the server's address) is not")
        #expect(
            failure { try registry(["GITLAB_URL": "https://g.example", "GITLAB_PROJECT": "a/b"]) }
                == start + "GITLAB_URL is set, but GITLAB_TOKEN or GITLAB_DEPLOY_TOKEN (a token) is not")
        for (name, message) in [
            ("CI_API_V4_URL", "CI_PROJECT_ID is set, but CI_API_V4_URL (the API's address) is not"),
            ("CI_PROJECT_ID", "CI_API_V4_URL is set, but CI_PROJECT_ID (the project's number) is not"),
            ("CI_JOB_TOKEN", "CI_API_V4_URL is set, but CI_JOB_TOKEN (the job's token) is not"),
        ] {
            #expect(failure { try registry(job.filter { $0.key != name }) } == start + message)
        }
    }

    @Test("the job's token does not go to an address that is not the job's")
    func foreignAddress() {
        #expect(
            failure {
                try registry(job.merging(["GITLAB_URL": "https://evil.example", "GITLAB_PROJECT": "1"]) { $1 })
            }
                == "the registry is only half configured: GITLAB_URL is set, but GITLAB_TOKEN or GITLAB_DEPLOY_TOKEN "
                + "(a token) is not")
    }

    @Test("what cannot be right is refused in words, without the token")
    func refusals() throws {
        func make(_ api: String, _ project: String = "42", _ kind: Credential.Kind = .access, _ token: String = "t")
            -> String
        {
            failure {
                try GitLabRegistry(
                    api: api, project: project, credential: Credential(kind, token, source: "GITLAB_TOKEN"))
            }
        }
        #expect(make("http://127.0.0.1:8080") == "no error")
        #expect(
            make("http://gitlab.example.com") == "http://gitlab.example.com would get the token unencrypted: use https")
        #expect(
            make("https://me:secret1@g.example/")
                == "the registry's address: https://[secret]@g.example/: a user name or password in the address is not "
                + "accepted")
        #expect(
            make("gitlab.example.com")
                == "the registry's address: gitlab.example.com: it does not begin with https:// or http://")
        #expect(
            make("https://g.example/?private_token=secret1")
                == "the registry's address https://g.example/?... has a query, which it must not")
        #expect(make("https://g.example", " / ") == "the project is empty")
        #expect(
            make("https://g.example", "https://g.example/a/b")
                == "the project is to be a number or a path like group/app, not an address")
        #expect(make("https://g.example", "42", .access, " \n") == "GITLAB_TOKEN is empty")
        #expect(
            make("https://g.example", "42", .access, "secrét") == "GITLAB_TOKEN has characters that no token has")
        #expect(
            make("https://g.example", "42", .access, "glcbt-secret1")
                == "GITLAB_TOKEN holds a job token, which is accepted only as CI_JOB_TOKEN")
        #expect(
            make("https://g.example", "42", .access, "gldt-secret1")
                == "GITLAB_TOKEN holds a deploy token, which belongs into GITLAB_DEPLOY_TOKEN")
        #expect(
            failure {
                try registry([
                    "GITLAB_URL": "https://g.example", "GITLAB_PROJECT": "1", "GITLAB_TOKEN": "x", "CI_JOB_TOKEN": "x",
                ])
            } == "GITLAB_TOKEN holds a job token, which is accepted only as CI_JOB_TOKEN")
    }

    @Test("a token may be shown as Bearer, or stand in a file")
    func otherTokens() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write("token", "t-from-file\n")
        let base = ["GITLAB_URL": "https://g.example", "GITLAB_PROJECT": "1"]
        func credential(_ more: [String: String]) throws -> Credential? {
            try registry(base.merging(more) { $1 })?.credential
        }
        let bearer = try #require(try credential(["GITLAB_BEARER_TOKEN": "t"]))
        #expect(bearer.header == "Authorization")
        #expect(bearer.value == Secret("Bearer t"))
        #expect("\(bearer)" == "the bearer token of GITLAB_BEARER_TOKEN")
        for (name, header) in [
            ("GITLAB_TOKEN", "PRIVATE-TOKEN"), ("GITLAB_DEPLOY_TOKEN", "DEPLOY-TOKEN"),
            ("GITLAB_BEARER_TOKEN", "Authorization"),
        ] {
            for variable in [name, name + "_FILE"] {
                let found = try #require(try credential([variable: path]))
                #expect(found.header == header)
                #expect(found.secret == Secret("t-from-file"))
                #expect(found.source == "the file that \(variable) names")
            }
        }
        #expect(
            failure { try credential(["GITLAB_TOKEN": "/nowhere"]) }
                == "GITLAB_TOKEN: cannot open '/nowhere': No such file or directory")
    }

    @Test("a project's web address is a registry; the job's token goes to the job's own server")
    func addresses() throws {
        func at(_ address: String, _ more: [String: String] = [:]) throws -> GitLabRegistry {
            let variables = job.merging(more) { $1 }
            return try GitLabRegistry.fromAddress(address) { variables[$0] }
        }
        let own = try at("https://gitlab.example.com/group/app/")
        #expect("\(own)" == "project group/app at https://gitlab.example.com/api/v4")
        #expect(own.credential.kind == .job)
        #expect(try at("https://other.example/group/app").credential.kind == .anonymous)
        let other = try at("https://other.example/a/b/c", ["GITLAB_TOKEN": "t"])
        #expect("\(other)" == "project a/b/c at https://other.example/api/v4")
        let below = ["CI_API_V4_URL": "https://h.example/gitlab/api/v4"]
        #expect(
            try "\(at("https://h.example/gitlab/group/app", below))"
                == "project group/app at https://h.example/gitlab/api/v4")
        #expect(
            failure { try at("https://gitlab.example.com/") }
                == "https://gitlab.example.com/ names no project: https://HOST/GROUP/PROJECT is expected")
    }

    @Test("waits double, are bounded, and a server's wish goes first")
    func delays() {
        let policy = RetryPolicy()
        #expect((1...8).map { policy.delay(after: $0, requested: nil, random: 1) } == [1, 2, 4, 8, 16, 32, 60, 60])
        #expect(policy.delay(after: 3, requested: nil, random: 0) == 2)
        #expect(policy.delay(after: 1, requested: 90, random: 0) == 90)
        func after(_ text: String) -> Double? { retryAfter(["Retry-After": text], now: 1_445_412_470) }
        #expect(after("120") == 120)
        #expect(after("Wed, 21 Oct 2015 07:28:00 GMT") == 10)
        #expect(after("Wed, 21 Oct 2015 07:00:00 GMT") == 0)
        for nonsense in ["-1", "soon", "Wed, 21 Foo 2015 07:28:00 GMT", "Wed, 21 Oct 99999999999 07:28:00 GMT", ""] {
            #expect(after(nonsense) == nil)
        }
    }
}
