import Files
import Foundation
import TestSupport
import Testing

/// scripts/register.lua against servers that answer as GitLab's model registry and as MLflow do.
@Suite(.enabled(if: Nightjar.executable != nil, "the command is not built"))
struct RegisterTests {
    let scratch: ScratchDirectory
    let models: FakeModels
    let server: LoopbackServer
    static let script = joinPath(Nightjar.root, "scripts/register.lua")

    init() throws {
        scratch = try ScratchDirectory()
        let models = FakeModels()
        self.models = models
        server = try LoopbackServer { models.serve($0) }
        try Nightjar.makeKnownNetwork(
            in: scratch, metadata: #"{ data = "MNIST", ["config.lr"] = "0.01", ["config.seed"] = "42" }"#)
        _ = try scratch.write("metrics.json", #"{ "accuracy": 97.12, "images": 10000, "data": "MNIST", "loss": 0.5 }"#)
    }

    private func register(_ arguments: String..., environment: [String: String]) throws -> Nightjar.Run {
        let run = try Nightjar.run(
            Self.script, ["--metrics", "metrics.json", "--version", "1.2.0"] + arguments, in: scratch.path,
            environment: environment)
        #expect(!(run.output + run.errors).contains("verysecret"), "the token is in the output")
        return run
    }

    private var gitlab: [String: String] {
        [
            "CI_API_V4_URL": "\(server.url)/api/v4", "CI_PROJECT_ID": "42", "CI_JOB_TOKEN": "glcbt-other",
            "GITLAB_TOKEN": "glpat-verysecret", "CI_JOB_ID": "99",
        ]
    }

    @Test("GitLab gets model, version, figures, hyperparameters and the file, once")
    func gitLab() throws {
        #expect(try register(environment: gitlab) == .init(output: "mnist-cnn 1.2.0: registered\n"))
        let state = models.state.withLock { $0 }
        #expect(state.models == ["mnist-cnn"])
        #expect(state.versions.map(\.version) == ["1.2.0"])
        #expect(state.metrics == ["accuracy": 97.12, "images": 10000, "loss": 0.5])
        #expect(state.params == ["lr": "0.01", "seed": "42"])
        #expect(state.tags["gitlab.CI_JOB_ID"] == "99")
        #expect(try state.tags["sha256"] == SHA256.hexDigest(ofFile: scratch.file("model.safetensors")))
        #expect(state.status == "FINISHED")
        #expect(state.files.keys.sorted() == ["/api/v4/projects/42/packages/ml_models/501/files/model.safetensors"])
        #expect(try state.files.values.first == readFile(scratch.file("model.safetensors")))
        #expect(state.heads.allSatisfy { $0.contains("\r\nAuthorization: Bearer glpat-verysecret\r\n") })
        #expect(try register(environment: gitlab) == .init(output: "mnist-cnn 1.2.0: registered already\n"))
        #expect(models.state.withLock { $0.versions.count } == 1)
    }

    @Test("what an earlier try began is finished, and the file is not sent twice")
    func continues() throws {
        models.state.withLock { $0.failing = "runs/update" }
        let failed = try register(environment: gitlab)
        #expect(failed.status == 75)
        #expect(
            failed.errors.contains(
                "registering version 1.2.0 of model mnist-cnn: the server answered 503 Service Unavailable"))
        models.state.withLock { $0.failing = "" }
        #expect(try register(environment: gitlab) == .init(output: "mnist-cnn 1.2.0: registered\n"))
        let state = models.state.withLock { $0 }
        #expect(state.versions.count == 1 && state.status == "FINISHED")
        #expect(state.log.filter { $0.hasPrefix("PUT ") }.count == 1)
    }

    @Test("an MLflow server gets a run in an experiment of the model's name, and the file among its artifacts")
    func mlflow() throws {
        let environment = ["MLFLOW_TRACKING_URI": "\(server.url)/", "MLFLOW_TRACKING_TOKEN": "verysecret"]
        #expect(try register(environment: environment) == .init(output: "mnist-cnn 1.2.0: registered\n"))
        let state = models.state.withLock { $0 }
        #expect(state.experiments == ["mnist-cnn"] && state.runs == ["mnist-cnn 1.2.0"])
        #expect(state.metrics["accuracy"] == 97.12)
        #expect(
            state.files.keys.sorted() == ["/api/2.0/mlflow-artifacts/artifacts/1/run-1/artifacts/model.safetensors"])
        #expect(state.heads.allSatisfy { $0.contains("\r\nAuthorization: Bearer verysecret\r\n") })
        #expect(try register(environment: environment) == .init(output: "mnist-cnn 1.2.0: registered already\n"))
    }

    @Test("without an access token it says what is missing")
    func missing() throws {
        let noToken = try register(environment: gitlab.filter { $0.key != "GITLAB_TOKEN" })
        #expect(noToken.status == 1)
        #expect(
            noToken.errors.contains("no token is configured: set GITLAB_TOKEN to an access token with the scope api"))
        let refused = try register(environment: gitlab.merging(["GITLAB_TOKEN": "glpat-old-verysecret"]) { $1 })
        #expect(refused.status == 1)
        #expect(
            refused.errors.contains(
                "making model mnist-cnn: the server answered 401 Unauthorized (401 Unauthorized): MLFLOW_TRACKING_TOKEN "
                    + "or GITLAB_TOKEN was not accepted; GitLab takes no job token here"))
        #expect(models.state.withLock { $0.models.isEmpty })
    }
}
