import HTTP
import TestSupport
import Testing

@testable import Registry

/// The ways a server says no, each with its literal text.
@Suite("Refusals")
struct RefusalTests {
    // What is refused is refused again: none of these says that publishing again continues.
    private let nothing = "; nothing of mnist-cnn 1.0.0 is there"

    private func upload(_ fault: FakeGitLab.Fault, _ change: (inout Workshop) -> Void = { _ in }) throws -> String {
        var shop = try Workshop()
        change(&shop)
        shop.server.fail("PUT model.bin", fault)
        let message = failure { try shop.publish() }
        #expect(shop.server.log.filter { $0 == "PUT model.bin" }.count == 1, "sent again")
        #expect(!message.contains("verysecret"))
        return message
    }

    @Test("401 names the token, its header and the usual mistake")
    func unauthorized() throws {
        let start = "listing the packages: the server answered 401 Unauthorized (401 Unauthorized): "
        for (kind, message) in [
            (
                Credential.Kind.job,
                "the job token of THE_TOKEN was sent as JOB-TOKEN and not accepted; a job token works only while its "
                    + "job runs"
            ),
            (
                .access,
                "the access token of THE_TOKEN was sent as PRIVATE-TOKEN and not accepted; it may have expired, and a "
                    + "job token or deploy token is not accepted in its place"
            ),
        ] {
            var shop = try Workshop {
                $0.header = "nothing"
                $0.token = "verysecret"
            }
            shop.kind = kind
            #expect(failure { try shop.publish() } == start + message)
            #expect(shop.server.log == ["GET packages"])
        }
        var deploy = try Workshop {
            $0.header = "nothing"
            $0.token = "verysecret"
        }
        deploy.kind = .deploy
        #expect(
            failure { try deploy.publish() }
                == "uploading 'model.bin': the server answered 401 Unauthorized (401 Unauthorized): the deploy token of "
                + "THE_TOKEN was sent as DEPLOY-TOKEN and not accepted; it may have expired, and it must be one of this "
                + "project or its group" + nothing)
    }

    @Test("403 names role, scope and switch, or the protection rule")
    func forbidden() throws {
        let shop = try Workshop { $0.canWrite = false }
        #expect(
            failure { try shop.publish() }
                == "claiming mnist-cnn 1.0.0: the server answered 403 Forbidden (403 Forbidden): who started the pipeline "
                + "needs the role Developer in project group/app; the project's package registry must be switched on"
                + nothing)
        let protected = try Workshop {
            ($0.canWrite, $0.forbidden) = (false, "403 Forbidden - Package protected.")
        }
        #expect(
            failure { try protected.publish() }
                == "claiming mnist-cnn 1.0.0: the server answered 403 Forbidden (403 Forbidden - Package protected.): a "
                + "protection rule keeps this package for other roles" + nothing)
        var deploy = try Workshop {
            ($0.header, $0.canWrite) = ("deploy-token", false)
            $0.token = "verysecret"
        }
        deploy.kind = .deploy
        #expect(
            failure { try deploy.publish() }.contains(
                "the deploy token of THE_TOKEN needs the scope write_package_registry (and read_package_registry to "
                    + "compare)"))
    }

    @Test("404 names the project, what the token may see, and the allowlist")
    func notFound() throws {
        let shop = try Workshop()
        let registry = try GitLabRegistry(
            api: shop.server.url, project: "other/app", credential: Credential(.job, "glcbt-verysecret"))
        #expect(
            failure { try shop.package.measured().publish(to: registry) }
                == "listing the packages: the server answered 404 Not Found (404 Project Not Found): there is no project "
                + "other/app, or the job token of a parameter may not see it; a job of another project must be on the "
                + "allowlist of job tokens there; a proxy that decodes %2F also does this, and the project's number helps"
        )
    }

    @Test("400 shows the server's words, in whatever shape they come")
    func badRequest() throws {
        let start = "uploading 'model.bin': the server answered 400 Bad Request "
        let general =
            ": GitLab does not accept this name, version or request; what it says has to be changed first" + nothing
        #expect(
            try upload(.answer(400, [:], "{\"error\":\"package_version is invalid\"}"))
                == start + "(package_version is invalid)" + general)
        #expect(
            try upload(.answer(400, [:], "{\"message\":{\"name\":[\"is taken\",\"is bad\"],\"a\":1}}"))
                == start + "(a: ; name: is taken, is bad)" + general)
        #expect(
            try upload(.answer(400, [:], "{\"message\":\"400 Bad request - File is too large\"}"))
                == start + "(400 Bad request - File is too large): the server's limit for files of generic packages "
                + "(generic_packages_max_file_size) is an administrator's to raise" + nothing)
        #expect(try upload(.answer(400, [:], "plain\r\n\u{1b}[31mwords")) == start + "(plain [31mwords)" + general)
    }

    @Test("a body that holds the token is shown without it")
    func echo() throws {
        #expect(
            try upload(.answer(422, [:], "{\"message\":\"glcbt-verysecret is bad\"}"))
                == "uploading 'model.bin': the server answered 422 Unprocessable Content ([secret] is bad)" + nothing)
    }

    @Test("413 is a proxy's")
    func tooLarge() throws {
        #expect(
            try upload(.answer(413, ["Content-Type": "text/html"], "<html>413</html>"))
                == "uploading 'model.bin': the server answered 413 Content Too Large: something in front of GitLab limits "
                + "the size of uploads (client_max_body_size, proxy-body-size)" + nothing)
    }

    @Test("a login page is no success, whatever its status")
    func loginPage() throws {
        let page = "<!DOCTYPE html><html><title>Sign in</title></html>"
        for status in [200, 201] {
            #expect(
                try upload(.answer(status, ["Content-Type": "text/html"], page))
                    == "uploading 'model.bin': the server answered \(status == 200 ? "200 OK" : "201 Created"): that is no "
                    + "answer of GitLab's; a login page or portal seems to stand in between" + nothing)
        }
        #expect(
            try upload(.answer(200, [:], "{}"))
                == "uploading 'model.bin': the server answered 200 OK: that is no answer of GitLab's; a login page or "
                + "portal seems to stand in between" + nothing)
        let shop = try Workshop()
        shop.server.fail("GET packages", .answer(200, ["Content-Type": "text/html"], page))
        #expect(
            failure { try shop.publish() }
                == "listing the packages: the server answered 200 OK: that is no answer of GitLab's; a login page or "
                + "portal seems to stand in between")
    }

    @Test("an upload is not sent to where it is redirected")
    func redirect() throws {
        #expect(
            try upload(.answer(302, ["Location": "https://elsewhere.example/x?token=1"]))
                == "uploading 'model.bin': the server answered 302 Found: it redirects to https://elsewhere.example/x?..., "
                + "where uploads are not sent; check the registry's address" + nothing)
    }

    @Test("where a second file is not allowed, a different one is refused in words")
    func duplicate() throws {
        var shop = try Workshop { $0.allowsDuplicates = false }
        shop.server.add("INSTRUCTION.md", "# How")
        shop.server.add("model.bin", "other")
        shop.options.addsDiffering = true
        #expect(
            failure { try shop.publish() }
                == "uploading 'model.bin': the server answered 400 Bad Request (400 Bad request - Duplicate package is not "
                + "allowed): the file is there already and the group does not allow a second one; mnist-cnn 1.0.0 is "
                + "incomplete (there: INSTRUCTION.md; not there: model.bin, manifest.json)")
    }

    @Test("refusals are for good, failures of the server pass")
    func exitCodes() throws {
        for (status, code) in [
            (400, 1), (401, 1), (403, 1), (404, 1), (413, 1), (408, 75), (425, 75), (429, 75),
            (500, 75), (503, 75), (507, 75),
        ] {
            var shop = try Workshop()
            shop.options.retry.attempts = 1
            shop.server.fail("PUT INSTRUCTION.md", .answer(status, [:], "no"))
            let error = #expect(throws: RegistryError.self) { try shop.publish() }
            #expect(error?.exitCode == Int32(code), "\(status)")
            #expect(error?.isTransient == (code == 75))
            #expect(error?.state?.there == ["model.bin"])
            #expect(error?.state?.missing.contains("manifest.json") == true)
        }
    }
}
