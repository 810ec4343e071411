import Testing

@testable import HTTP

@Suite("Addresses")
struct HTTPURLTests {
    @Test("an address is taken apart and put together again")
    func parts() throws {
        let url = try HTTPURL("HTTPS://GitLab.Example.com/api/v4/projects/a%2Fb?page=2#top")
        #expect(url.scheme == "https")
        #expect(url.host == "gitlab.example.com")
        #expect(url.port == 443)
        #expect(url.path == "/api/v4/projects/a%2Fb")
        #expect(url.query == "page=2")
        #expect(url.text == "https://gitlab.example.com/api/v4/projects/a%2Fb?page=2")
        #expect("\(url)" == "https://gitlab.example.com/api/v4/projects/a%2Fb?...")
        #expect(try HTTPURL("http://[::1]:8080").text == "http://[::1]:8080/")
    }

    @Test(
        "what is no address is refused, and a credential in it is not repeated",
        arguments: [
            ("ftp://host/file", "ftp://host/file: only https and http are spoken"),
            ("gitlab.example.com", "gitlab.example.com: it does not begin with https:// or http://"),
            ("https://", "https://: its host or port is not valid"),
            ("https://host:0/", "https://host:0/: its host or port is not valid"),
            ("https://host:99999/", "https://host:99999/: its host or port is not valid"),
            ("https://ho st/", "https://ho st/: it has characters that do not belong in an address"),
            ("https://[::1/", "https://[::1/: its host or port is not valid"),
            (
                "https://me:hunter2@host/x?private_token=hunter2",
                "https://[secret]@host/x?...: a user name or password in the address is not accepted"
            ),
            ("file:///etc/passwd", "file:///etc/passwd: only https and http are spoken"),
            (
                "https://a/b\r\nJOB-TOKEN: x",
                "https://a/b JOB-TOKEN: x: it has characters that do not belong in an address"
            ),
        ])
    func refusals(text: String, message: String) {
        let error = #expect(throws: HTTPError.self) { try HTTPURL(text) }
        #expect(error.map { "\($0)" } == message)
    }

    @Test(
        "a redirect's location is resolved against the address it came from",
        arguments: [
            ("https://b.example/x", "https://b.example/x"), ("//b.example/x", "https://b.example/x"),
            ("/x?y", "https://a.example/x?y"), ("x", "https://a.example/p/x"), ("?z", "https://a.example/p/q?z"),
            ("#top", "https://a.example/p/q?old"), ("/a b\u{e4}", "https://a.example/a%20b%C3%A4"),
        ])
    func resolution(location: String, expected: String) throws {
        #expect(try HTTPURL("https://a.example/p/q?old").resolving(location).text == expected)
    }

    @Test("only this machine is loopback")
    func loopback() throws {
        for host in ["localhost", "127.0.0.1", "127.1.2.3", "[::1]"] {
            #expect(try HTTPURL("http://\(host)/").isLoopback)
        }
        for host in ["127.0.0.1.example.com", "128.0.0.1", "localhost.example.com", "127.0.0.256"] {
            #expect(try !HTTPURL("http://\(host)/").isLoopback)
        }
    }

    @Test("a part of a path is percent-encoded, the slash too")
    func encoding() { #expect(percentEncode("group/my app\u{e9}~1") == "group%2Fmy%20app%C3%A9~1") }

    @Test("a secret shows in no way of printing it")
    func secret() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), String(describing: [secret]), dumped, "\(["k": secret])"]
        {
            #expect(!text.contains("hunter2"), "\(text)")
        }
        #expect(secret.scrub("a hunter2 b hunter2") == "a [secret] b [secret]")
    }

    @Test("foreign text is made fit for one line")
    func foreignText() {
        #expect(printable("<b>\u{1b}[31m\r\n  red\u{202e}") == "<b> [31m red")
        #expect(printable(String(repeating: "x", count: 400), limit: 5) == "xxxxx...")
    }

    @Test("without libcurl the error says what to install")
    func missingLibrary() {
        #expect(
            CurlLibrary.open(["libnothing.so.9", "libm.so.6"])?.description
                == "libcurl is needed to talk to servers and was not found (libnothing.so.9: it cannot be opened; "
                + "libm.so.6: it lacks calls that libcurl has). Install it: on Debian and Ubuntu the package libcurl4, "
                + "on Alpine and Fedora libcurl")
    }
}
