import HTTP

extension GitLabRegistry {
    /// The error that an answer other than the wanted one stands for: its status, what usually is behind it, and the
    /// server's own words. `action` says what was attempted: "uploading 'x'".
    func refusal(_ response: HTTPResponse, action: String) -> RegistryError {
        var message = "\(action): the server answered \(response.statusLine)"
        let words = response.serverWords.map { credential.secret.scrub($0) }
        if let words { message += " (\(words))" }
        if let hint = hint(response, words ?? "") { message += ": \(hint)" }
        var error = RegistryError(
            .refused(response.status), credential.secret.scrub(message), isTransient: response.isTransientFailure)
        // A server that has served this one says when the next period begins, too; only a refusal is to be waited for.
        let isLimit = response.status == 429 || response.headers["Retry-After"] != nil
        error.retryAfter = isLimit ? retryAfter(response.headers) : nil
        return error
    }

    private func hint(_ response: HTTPResponse, _ words: String) -> String? {
        switch response.status {
        case 200..<300: "that is no answer of GitLab's; a login page or portal seems to stand in between"
        case 300..<400:
            "it redirects\(redirectTarget(response)), where uploads are not sent; check the registry's address"
        case 400 where words.contains("Duplicate"):
            "the file is there already and the group does not allow a second one"
        case 400 where words.contains("too large"):
            "the server's limit for files of generic packages (generic_packages_max_file_size) is an administrator's to "
                + "raise"
        case 400: "GitLab does not accept this name, version or request; what it says has to be changed first"
        case 401: unauthorizedHint
        case 403: forbiddenHint(words)
        case 404: notFoundHint
        case 413:
            "something in front of GitLab limits the size of uploads (client_max_body_size, proxy-body-size)"
        default: nil
        }
    }

    private func redirectTarget(_ response: HTTPResponse) -> String {
        guard let location = response.headers["Location"], let url = try? response.url.resolving(location) else {
            return ""
        }
        return " to \(url)"
    }

    private static let howToSetOne = "set GITLAB_TOKEN, GITLAB_DEPLOY_TOKEN or GITLAB_BEARER_TOKEN"

    private var unauthorizedHint: String {
        let shown = "\(credential) was sent as \(credential.header) and not accepted"
        switch credential.kind {
        case .job: return "\(shown); a job token works only while its job runs"
        case .access:
            return "\(shown); it may have expired, and a job token or deploy token is not accepted in its place"
        case .deploy: return "\(shown); it may have expired, and it must be one of this project or its group"
        case .bearer: return "\(shown); it may have expired"
        case .anonymous: return "this takes a token: \(Self.howToSetOne)"
        }
    }

    private func forbiddenHint(_ words: String) -> String {
        if words.lowercased().contains("protected") {
            return "a protection rule keeps this package for other roles"
                + (credential.kind == .deploy ? "; a deploy token never passes one" : "")
        }
        let common = "the project's package registry must be switched on"
        switch credential.kind {
        case .job: return "who started the pipeline needs the role Developer in project \(project); \(common)"
        case .access, .bearer:
            return "\(credential) needs the scope api and the role Developer in project \(project); \(common)"
        case .deploy:
            return "\(credential) needs the scope write_package_registry (and read_package_registry to compare); "
                + common
        case .anonymous: return "this takes a token: \(Self.howToSetOne)"
        }
    }

    private var notFoundHint: String {
        if credential.kind == .anonymous {
            return "there is no project \(project), or it is not public and takes a token: \(Self.howToSetOne)"
        }
        var text = "there is no project \(project), or \(credential) may not see it"
        if credential.kind == .job {
            text += "; a job of another project must be on the allowlist of job tokens there"
        }
        if project.contains("/") {
            text += "; a proxy that decodes %2F also does this, and the project's number helps"
        }
        return text
    }
}
