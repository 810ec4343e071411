import Files
import Foundation
import TestSupport
import Testing

/// Certificates, against a server that openssl(1) plays.
@Suite(.enabled(if: Nightjar.executable != nil && Nightjar.openssl != nil, "the command or openssl is missing"))
struct CertificateTests {
    @Test("a server's certificate is checked against the files that the variables name, and never not at all")
    func trust() throws {
        let scratch = try ScratchDirectory()
        let openssl = try #require(Nightjar.openssl)
        let made = try Nightjar.run(
            program: openssl,
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
            ], in: scratch.path)
        try #require(made.status == 0, "\(made.errors)")
        let server = Process()
        server.executableURL = URL(filePath: openssl)
        server.arguments = ["s_server", "-accept", "127.0.0.1:0", "-cert", "cert.pem", "-key", "key.pem", "-www"]
        server.currentDirectoryURL = URL(filePath: scratch.path)
        let output = Pipe()
        server.standardOutput = output
        server.standardError = FileHandle.nullDevice
        server.standardInput = Pipe()
        try Nightjar.withoutBlockedSignals { try server.run() }
        defer {
            server.terminate()
            server.waitUntilExit()
        }
        var said = ""
        while !said.contains("ACCEPT"), case let more = output.fileHandleForReading.availableData, !more.isEmpty {
            said += String(decoding: more, as: UTF8.self)
        }
        while said.hasSuffix("\n") == false, case let more = output.fileHandleForReading.availableData, !more.isEmpty {
            said += String(decoding: more, as: UTF8.self)
        }
        let address = said.split(separator: "\n").first { $0.hasPrefix("ACCEPT") }?.split(separator: ":").last
        let port = try #require(address.flatMap { Int($0.trimmingCharacters(in: .whitespaces)) }, "\(said)")

        try Nightjar.makeKnownNetwork(in: scratch, metadata: #"{ data = "MNIST" }"#)
        _ = try scratch.write("metrics.json", #"{ "accuracy": 97.12, "images": 10000, "data": "MNIST" }"#)
        func publish(_ variables: [String: String]) throws -> Nightjar.Run {
            try Nightjar.run(
                joinPath(Nightjar.root, "scripts/publish.lua"),
                ["--metrics", "metrics.json", "--version", "1.0.0", "--attempts", "1"], in: scratch.path,
                environment: variables.merging([
                    "GITLAB_URL": "https://localhost:\(port)", "GITLAB_PROJECT": "1", "GITLAB_TOKEN": "verysecret",
                ]) { $1 })
        }
        let untrusted = try publish([:])
        #expect(untrusted.status == 1)
        #expect(untrusted.errors.contains("the server's certificate is not trusted ("), "\(untrusted.errors)")
        for name in ["CI_SERVER_TLS_CA_FILE", "SSL_CERT_FILE"] {
            // The page that this server answers with is no listing, but it came over a connection that was trusted.
            let trusted = try publish([name: scratch.file("cert.pem")])
            #expect(trusted.status == 1)
            #expect(trusted.errors.contains("that is no answer of GitLab's"), "\(name): \(trusted.errors)")
        }
        // Right certificate, wrong name.
        let other = try Nightjar.run(
            program: openssl,
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key2.pem", "-out", "cert2.pem", "-days",
                "2",
                "-subj", "/CN=other",
            ], in: scratch.path)
        try #require(other.status == 0)
        let foreign = try publish(["CI_SERVER_TLS_CA_FILE": scratch.file("cert2.pem")])
        #expect(foreign.errors.contains("the server's certificate is not trusted ("), "\(foreign.errors)")
    }
}

extension Nightjar {
    static let openssl = ["/usr/bin/openssl", "/bin/openssl"].first { FileStatus(of: $0) != nil }
}
