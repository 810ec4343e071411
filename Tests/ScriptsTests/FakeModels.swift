import Files
import Foundation
import Synchronization
import TestSupport

/// A model registry for tests, in GitLab's words (lib/api/ml/mlflow, lib/api/ml_model_packages.rb) below
/// /api/v4/projects/42, in MLflow's elsewhere.
final class FakeModels: Sendable {
    struct State {
        var models: [String] = []
        var experiments: [String] = []
        var runs: [String] = []
        var versions: [(version: String, run: String)] = []
        var metrics: [String: Double] = [:]
        var params: [String: String] = [:]
        var tags: [String: String] = [:]
        var status = "RUNNING"
        var files: [String: [UInt8]] = [:]
        var log: [String] = []
        var heads: [String] = []
        /// The path of requests that are answered with 503.
        var failing = ""
    }

    let state = Mutex(State())

    func serve(_ exchange: Exchange) {
        let (request, body) = (exchange.request, exchange.body() ?? [])
        let isGitLab = request.path.hasPrefix("/api/v4/projects/42/")
        let isKnown = request.headers["authorization"] == (isGitLab ? "Bearer glpat-verysecret" : "Bearer verysecret")
        let json = (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
        let (status, headers, text) = state.withLock { state -> (Int, [String: String], String) in
            state.log.append("\(request.method) \(request.path)")
            guard isKnown else { return (401, [:], #"{"message":"401 Unauthorized"}"#) }
            state.heads.append(request.head)
            if let start = request.path.firstRange(of: "/api/2.0/mlflow/") {
                let path = String(request.path[start.upperBound...])
                if path == state.failing { return (503, [:], "") }
                let answer = self.answer(path, request, json, isGitLab, &state)
                return (answer.0, [:], answer.1)
            }
            guard request.method == "PUT" else {
                return state.files[request.path].map {
                    (200, ["X-Checksum-SHA256": SHA256.hexDigest(of: $0)], request.method == "HEAD" ? "" : "x")
                } ?? (404, [:], "")
            }
            state.files[request.path] = body
            return (isGitLab ? 201 : 200, [:], "{}")
        }
        exchange.answer(status, headers, text)
    }

    private func answer(
        _ path: String, _ request: LoopbackServer.Request, _ json: [String: Any], _ isGitLab: Bool, _ state: inout State
    ) -> (Int, String) {
        let name = json["name"] as? String ?? ""
        let absent = (404, #"{"error_code":"RESOURCE_DOES_NOT_EXIST"}"#)
        func described(_ index: Int) -> String {
            let one = state.versions[index]
            return "{\"name\":\"mnist-cnn\",\"version\":\"\(isGitLab ? 501 + index : index + 1)\","
                + "\"run_id\":\"\(one.run)\",\"tags\":[{\"key\":\"gitlab.version\",\"value\":\"\(one.version)\"}]}"
        }
        switch path {
        case "registered-models/create":
            if state.models.contains(name) { return (400, #"{"error_code":"RESOURCE_ALREADY_EXISTS"}"#) }
            state.models.append(name)
            return (200, "{}")
        case "model-versions/get":
            guard isGitLab, let index = state.versions.firstIndex(where: { $0.version == request.query["version"] })
            else { return absent }
            return (200, "{\"model_version\":\(described(index))}")
        case "model-versions/search":
            guard !isGitLab, request.query["filter"] == "name%3D%27mnist-cnn%27" else { return absent }
            return (200, "{\"model_versions\":[\(state.versions.indices.map(described).joined(separator: ","))]}")
        case "model-versions/create":
            let tags = json["tags"] as? [[String: String]] ?? []
            let version = tags.first { $0["key"] == "gitlab.version" }?["value"] ?? ""
            state.versions.append((version, isGitLab ? "candidate-1" : json["run_id"] as? String ?? ""))
            return (200, "{\"model_version\":\(described(state.versions.count - 1))}")
        case "experiments/get-by-name":
            return state.experiments.isEmpty ? absent : (200, #"{"experiment":{"experiment_id":"1"}}"#)
        case "experiments/create":
            state.experiments.append(name)
            return (200, #"{"experiment_id":"1"}"#)
        case "runs/create":
            state.runs.append(json["run_name"] as? String ?? "")
            let uri = "mlflow-artifacts:/1/run-1/artifacts"
            return (200, "{\"run\":{\"info\":{\"run_id\":\"run-1\",\"artifact_uri\":\"\(uri)\"}}}")
        case "runs/get":
            let uri = isGitLab ? "" : "mlflow-artifacts:/1/run-1/artifacts"
            return (200, "{\"run\":{\"info\":{\"status\":\"\(state.status)\",\"artifact_uri\":\"\(uri)\"}}}")
        case "runs/log-batch":
            for one in json["metrics"] as? [[String: Any]] ?? [] {
                state.metrics[one["key"] as? String ?? ""] = one["value"] as? Double
            }
            for one in json["params"] as? [[String: String]] ?? [] { state.params[one["key"] ?? ""] = one["value"] }
            for one in json["tags"] as? [[String: String]] ?? [] { state.tags[one["key"] ?? ""] = one["value"] }
            return (200, "{}")
        case "runs/update":
            state.status = json["status"] as? String ?? ""
            return (200, "{}")
        default: return absent
        }
    }
}
