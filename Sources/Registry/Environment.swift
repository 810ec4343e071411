import Files
import HTTP

extension GitLabRegistry {
    /// The registry that the environment names.
    ///
    /// In a GitLab job `CI_API_V4_URL`, `CI_PROJECT_ID` and `CI_JOB_TOKEN`, which GitLab sets. Elsewhere, or where a
    /// job is to publish to another project, `GITLAB_API_V4_URL` or `GITLAB_URL`, `GITLAB_PROJECT` (number or path)
    /// and `GITLAB_TOKEN` (access token), `GITLAB_DEPLOY_TOKEN` or `GITLAB_BEARER_TOKEN`: once an address or project of
    /// these is set, they go before GitLab's own. A token may stand in a file: the variable's name with `_FILE` then holds
    /// its path, or the variable itself does, as GitLab's variables of type file do. `CI_SERVER_TLS_CA_FILE` names
    /// certificates to trust.
    ///
    /// - Parameter variable: looks a variable up; nil for unset or empty. Default: the process's environment.
    /// - Returns: nil where no registry is configured; a lone token configures none.
    /// - Throws: `RegistryError` where a part is missing (it names the variable) or wrong.
    public static func fromEnvironment(
        _ variable: (String) -> String? = environmentVariable
    ) throws -> GitLabRegistry? {
        let addressName = ["GITLAB_API_V4_URL", "GITLAB_URL"].first { variable($0) != nil }
        let caFile = variable("CI_SERVER_TLS_CA_FILE")
        if addressName != nil || variable("GITLAB_PROJECT") != nil {
            guard let address = addressName.flatMap(variable) ?? variable("CI_API_V4_URL") else {
                throw missing("GITLAB_URL", "the server's address", "GITLAB_PROJECT")
            }
            guard let project = variable("GITLAB_PROJECT") else {
                throw missing("GITLAB_PROJECT", "the project's number or path", addressName ?? "GITLAB_URL")
            }
            // GitLab's own token goes to GitLab's own address only.
            let isJobs = addressName == nil
            guard let credential = try token(variable) ?? (isJobs ? jobToken(variable) : nil) else {
                throw missing("GITLAB_TOKEN or GITLAB_DEPLOY_TOKEN", "a token", addressName ?? "GITLAB_PROJECT")
            }
            return try GitLabRegistry(api: address, project: project, credential: credential, caFile: caFile)
        }
        let names = ["CI_API_V4_URL", "CI_PROJECT_ID", "CI_JOB_TOKEN"]
        guard let present = names.first(where: { variable($0) != nil }) else { return nil }
        guard let address = variable("CI_API_V4_URL") else {
            throw missing("CI_API_V4_URL", "the API's address", present)
        }
        guard let project = variable("CI_PROJECT_ID") else {
            throw missing("CI_PROJECT_ID", "the project's number", present)
        }
        guard let credential = try jobToken(variable) ?? token(variable) else {
            throw missing("CI_JOB_TOKEN", "the job's token", present)
        }
        return try GitLabRegistry(api: address, project: project, credential: credential, caFile: caFile)
    }

    /// The registry of the project whose web page an address is, with a token of the environment as `fromEnvironment` takes
    /// them; the job's goes to the job's own server only. Without one, what is public can be read.
    ///
    /// - Throws: `RegistryError` where the address names no project.
    public static func fromAddress(
        _ address: String, _ variable: (String) -> String? = environmentVariable
    ) throws -> GitLabRegistry {
        let page: HTTPURL
        do { page = try HTTPURL(address) } catch let error as HTTPError {
            throw RegistryError(.configuration, "the registry's address: \(error)")
        }
        let ownServer = variable("CI_API_V4_URL").flatMap { try? HTTPURL($0) }
        // A server may live below a path, which only its own jobs can tell from a group.
        var (api, project) = (page.origin, page.path)
        if let ownServer, ownServer.origin == page.origin {
            api = ownServer.text
            let base = String(ownServer.path.dropLast("/api/v4".count))
            if project.hasPrefix(base + "/") { project = String(project.dropFirst(base.count)) }
        }
        guard project.contains(where: { $0 != "/" }) else {
            throw RegistryError(.configuration, "\(page) names no project: https://HOST/GROUP/PROJECT is expected")
        }
        let isOwn = ownServer?.origin == page.origin
        let credential = try token(variable) ?? (isOwn ? jobToken(variable) : nil) ?? .anonymous
        return try GitLabRegistry(
            api: api, project: project, credential: credential, caFile: variable("CI_SERVER_TLS_CA_FILE"))
    }

    private static func jobToken(_ variable: (String) -> String?) throws -> Credential? {
        try secret("CI_JOB_TOKEN", variable).map { try Credential(.job, $0.text, source: $0.source) }
    }

    private static func token(_ variable: (String) -> String?) throws -> Credential? {
        if let token = try secret("GITLAB_TOKEN", variable) {
            guard token.text != variable("CI_JOB_TOKEN") else {
                throw RegistryError(
                    .configuration, "\(token.source) holds a job token, which is accepted only as CI_JOB_TOKEN")
            }
            return try Credential(.access, token.text, source: token.source)
        }
        if let token = try secret("GITLAB_DEPLOY_TOKEN", variable) {
            return try Credential(.deploy, token.text, source: token.source)
        }
        return try secret("GITLAB_BEARER_TOKEN", variable).map {
            try Credential(.bearer, $0.text, source: $0.source)
        }
    }

    /// A token from a variable, or from the file that it or its sister names. No token begins with a slash.
    private static func secret(
        _ name: String, _ variable: (String) -> String?
    ) throws -> (text: String, source: String)? {
        let path: (text: String, name: String)
        if let value = variable(name) {
            guard value.hasPrefix("/") else { return (value, name) }
            path = (value, name)
        } else if let value = variable(name + "_FILE") {
            path = (value, name + "_FILE")
        } else {
            return nil
        }
        do { return (try readText(path.text, limit: 64 << 10), "the file that \(path.name) names") } catch {
            throw RegistryError(.configuration, "\(path.name): \(error)")
        }
    }

    private static func missing(_ name: String, _ what: String, _ present: String) -> RegistryError {
        RegistryError(
            .configuration, "the registry is only half configured: \(present) is set, but \(name) (\(what)) is not")
    }
}
