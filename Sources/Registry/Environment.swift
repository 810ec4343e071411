import Files

extension GitLabRegistry {
    /// The registry that the environment names.
    ///
    /// In a GitLab job `CI_API_V4_URL`, `CI_PROJECT_ID` and `CI_JOB_TOKEN`, which GitLab sets. Elsewhere, or where a
    /// job is to publish to another project, `GITLAB_API_V4_URL` or `GITLAB_URL`, `GITLAB_PROJECT` (number or path)
    /// and `GITLAB_TOKEN` (access token) or `GITLAB_DEPLOY_TOKEN`: once an address or project of these is set, they
    /// go before GitLab's own. `CI_SERVER_TLS_CA_FILE` names certificates to trust.
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

    private static func jobToken(_ variable: (String) -> String?) throws -> Credential? {
        try variable("CI_JOB_TOKEN").map { try Credential(.job, $0, source: "CI_JOB_TOKEN") }
    }

    private static func token(_ variable: (String) -> String?) throws -> Credential? {
        if let token = variable("GITLAB_TOKEN") {
            guard token != variable("CI_JOB_TOKEN") else {
                throw RegistryError(
                    .configuration, "GITLAB_TOKEN holds a job token, which is accepted only as CI_JOB_TOKEN")
            }
            return try Credential(.access, token, source: "GITLAB_TOKEN")
        }
        return try variable("GITLAB_DEPLOY_TOKEN").map {
            try Credential(.deploy, $0, source: "GITLAB_DEPLOY_TOKEN")
        }
    }

    private static func missing(_ name: String, _ what: String, _ present: String) -> RegistryError {
        RegistryError(
            .configuration, "the registry is only half configured: \(present) is set, but \(name) (\(what)) is not")
    }
}
