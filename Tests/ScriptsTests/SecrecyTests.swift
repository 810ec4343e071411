import Files
import Foundation
import Synchronization
import TestSupport
import Testing

/// The token as a job and a user give it: it goes to the registry in its header, and nowhere else.
@Suite(.enabled(if: Nightjar.executable != nil, "the command is not built"))
struct SecrecyTests {
    let scratch: ScratchDirectory
    static let secret = "verysecret-0123456789"

    init() throws {
        scratch = try ScratchDirectory()
        try Nightjar.makeKnownNetwork(in: scratch, metadata: #"{ data = "MNIST" }"#)
        _ = try scratch.write("metrics.json", #"{ "accuracy": 97.12, "images": 10000, "data": "MNIST" }"#)
    }

    private func publish(_ environment: [String: String], _ more: [String] = []) throws -> Nightjar.Run {
        try Nightjar.run(
            joinPath(Nightjar.root, "scripts/publish.lua"),
            ["--metrics", "metrics.json", "--version", "1.0.0", "--attempts", "2"] + more, in: scratch.path,
            environment: environment)
    }

    /// Every file below the scratch directory that holds the token, but those that were given it.
    private func leaks(except given: Set<String>) -> [String] {
        let names = FileManager.default.enumerator(atPath: scratch.path)?.compactMap { $0 as? String } ?? []
        return names.filter { name in
            guard !given.contains(name), let content = try? readFile(scratch.file(name)) else { return false }
            return String(decoding: content, as: UTF8.self).contains(Self.secret)
        }
    }

    private struct Way {
        let header: String
        let value: String
        let variables: [String: String]
    }

    @Test("each kind of token, from a variable or a file, in its header alone, whatever the server does")
    func everywhere() throws {
        let path = try scratch.write("token", Self.secret + "\n")
        let storage = try LoopbackServer { $0.answer(404) }
        for way in [
            Way(header: "private-token", value: Self.secret, variables: ["GITLAB_TOKEN": Self.secret]),
            Way(header: "private-token", value: Self.secret, variables: ["GITLAB_TOKEN_FILE": path]),
            Way(header: "private-token", value: Self.secret, variables: ["GITLAB_TOKEN": path]),
            Way(header: "deploy-token", value: Self.secret, variables: ["GITLAB_DEPLOY_TOKEN_FILE": path]),
            Way(
                header: "authorization", value: "Bearer " + Self.secret, variables: ["GITLAB_BEARER_TOKEN": Self.secret]
            ),
            Way(header: "authorization", value: "Bearer " + Self.secret, variables: ["GITLAB_BEARER_TOKEN_FILE": path]),
        ] {
            let server = try FakeGitLab { ($0.header, $0.token) = (way.header, way.value) }
            let variables = way.variables.merging(["GITLAB_URL": server.url, "GITLAB_PROJECT": "group/app"]) { $1 }
            for fault: FakeGitLab.Fault? in [
                .answer(400, [:], "{\"message\":\"\(Self.secret)\"}"), .answer(401, [:], Self.secret),
                .answer(302, ["Location": "\(storage.url)/\(Self.secret)?private_token=\(Self.secret)"]),
                .answer(500, ["Retry-After": "0"], Self.secret), nil,
            ] {
                if let fault { server.fail("PUT model.safetensors", fault) }
                if case .answer(500, _, _, _) = fault { server.fail("PUT model.safetensors", fault ?? .cut) }
                let run = try publish(variables)
                #expect((run.status == 0) == (fault == nil), "\(run.errors)")
                #expect(!(run.output + run.errors).contains(Self.secret), "\(run.output) \(run.errors)")
            }
            for head in server.heads {
                #expect(head.components(separatedBy: Self.secret).count == 2, "\(head)")
                #expect(head.lowercased().contains("\r\n\(way.header): \(way.value.lowercased())\r\n"))
            }
            for file in server.files {
                #expect(!String(decoding: file.content, as: UTF8.self).contains(Self.secret), "\(file.name)")
            }
        }
        #expect(storage.requests.isEmpty, "an upload follows no redirect")
        #expect(leaks(except: ["token"]) == [])
    }

    @Test("what a download is redirected to gets no token")
    func storage() throws {
        let content = Mutex<[String: [UInt8]]>([:])
        let storage = try LoopbackServer { exchange in
            let name = exchange.request.path.split(separator: "/").last.map { String($0) } ?? ""
            exchange.answer(200, [:], content.withLock { $0[name] } ?? [])
        }
        for header in ["private-token", "authorization"] {
            let value = header == "authorization" ? "Bearer " + Self.secret : Self.secret
            let server = try FakeGitLab { ($0.header, $0.token) = (header, value) }
            let variables = [
                "GITLAB_URL": server.url, "GITLAB_PROJECT": "group/app",
                header == "authorization" ? "GITLAB_BEARER_TOKEN" : "GITLAB_TOKEN": Self.secret,
            ]
            #expect(try publish(variables).status == 0)
            content.withLock { content in for file in server.files { content[file.name] = file.content } }
            server.change { $0.storage = storage.url }
            let again = try publish(variables)
            #expect(again.status == 0, "\(again.errors)")
        }
        #expect(storage.requests.map(\.path) == ["/manifest.json", "/manifest.json"])
        for request in storage.requests {
            #expect(!request.head.contains(Self.secret), "\(request.head)")
            #expect(request.headers["authorization"] == nil && request.headers["private-token"] == nil)
        }
    }

    @Test("a proxy is asked where the environment says so, not for NO_PROXY, and sees no token")
    func proxies() throws {
        let proxy = try LoopbackServer { $0.answer(407, [:], "no") }
        let variables = [
            "GITLAB_URL": "https://gitlab.invalid", "GITLAB_PROJECT": "group/app", "GITLAB_TOKEN": Self.secret,
            "https_proxy": proxy.url,
        ]
        let run = try publish(variables)
        #expect(run.status != 0)
        #expect(proxy.requests.first.map { "\($0.method) \($0.target)" } == "CONNECT gitlab.invalid:443")
        #expect(proxy.requests.allSatisfy { !$0.head.contains(Self.secret) })
        let asked = proxy.requests.count
        let direct = try publish(variables.merging(["NO_PROXY": "gitlab.invalid"]) { $1 })
        #expect(direct.status == 75)
        #expect(direct.errors.contains("the host 'gitlab.invalid' was not found"), "\(direct.errors)")
        #expect(proxy.requests.count == asked)
        #expect(!(run.errors + direct.errors).contains(Self.secret))
    }

    @Test("half a configuration and a file that is not there say so")
    func problems() throws {
        let base = ["GITLAB_URL": "https://gitlab.invalid", "GITLAB_PROJECT": "1"]
        let missing = try publish(base.merging(["GITLAB_TOKEN_FILE": "/nowhere/token"]) { $1 })
        #expect(missing.status == 1)
        #expect(missing.errors.contains("GITLAB_TOKEN_FILE: cannot open '/nowhere/token': No such file or directory"))
        let address = try publish(["GITLAB_TOKEN": Self.secret], ["--registry", "https://gitlab.invalid/"])
        #expect(
            address.errors.contains("https://gitlab.invalid/ names no project: https://HOST/GROUP/PROJECT is expected"))
        let nonsense = try publish([:], ["--registry", "nowhere"])
        #expect(
            nonsense.errors.contains(
                "'spec' (https://SERVER/PROJECT, directory:PATH or PLUGIN:REST expected, got 'nowhere')"))
    }
}
