import Files
import Foundation
import Signing
import TestSupport
import Testing

/// What scripts/publish.lua says of a model to machines, and signs.
@Suite(.enabled(if: Nightjar.executable != nil, "the command is not built"))
struct SignedPublishTests {
    let scratch: ScratchDirectory
    let keys: TestSupport.JSON
    static let script = joinPath(Nightjar.root, "scripts/publish.lua")
    private let password = "correct horse battery staple"

    init() throws {
        scratch = try ScratchDirectory()
        keys = try TestSupport.JSON.reference("signing.json")["keys"]
        try Nightjar.makeKnownNetwork(
            in: scratch,
            metadata: """
                {
                  data = "MNIST", ["data.images"] = 60000, ["data.images.sha256"] = ("a"):rep(64),
                  ["data.labels.sha256"] = ("b"):rep(64), ["config.lr"] = 0.01, ["config.resume"] = "true",
                }
                """)
        _ = try scratch.write(
            "metrics.json",
            """
            { "accuracy": 97.12, "images": 10000, "data": "MNIST", "loss": 0.0938, "latency_ms_median": 0.321,
              "data_sha256": { "images": "\(String(repeating: "c", count: 64))",
                               "labels": "\(String(repeating: "d", count: 64))" },
              "classes": [ { "class": 0, "recall": 0.99, "precision": 0.98 },
                           { "class": 7, "recall": 0.955, "precision": 0.96 } ] }
            """)
        for name in ["P-256", "encrypted", "RSA"] { _ = try scratch.write("\(name).pem", keys[name]["private"].string) }
    }

    private func publish(to folder: String, _ variables: [String: String] = [:]) throws -> Nightjar.Run {
        let job = [
            "CI_COMMIT_SHA": "0123456789abcdef", "CI_PROJECT_URL": "https://gitlab.example.com/group/app",
            "CI_COMMIT_BRANCH": "main", "CI_JOB_URL": "https://gitlab.example.com/group/app/-/jobs/7",
            "CI_SERVER_URL": "https://gitlab.example.com", "CI_RUNNER_ID": "3", "VERSION": "1.0.0",
        ]
        let run = try Nightjar.run(
            Self.script, ["--metrics", "metrics.json", "--to", folder], in: scratch.path,
            environment: job.merging(variables) { $1 })
        for secret in [password, "hunter2"] { #expect(!(run.output + run.errors).contains(secret)) }
        return run
    }

    private func json(_ path: String) throws -> TestSupport.JSON {
        try JSONDecoder().decode(TestSupport.JSON.self, from: Data(readFile(scratch.file(path))))
    }

    @Test("with a key in a file variable the package is signed, with or without a password")
    func signed() throws {
        let key = try PublicKey(pem: Array(keys["P-256"]["public"].string.utf8))
        for (name, variables) in [
            ("P-256", [:]), ("encrypted", ["NIGHTJAR_SIGNING_PASSWORD": password]),
        ] {
            let run = try publish(
                to: name, variables.merging(["NIGHTJAR_SIGNING_KEY": scratch.file("\(name).pem")]) { $1 })
            try #require(run.status == 0, "\(run.errors)")
            let signature = try ModelSignature.verify(folder: scratch.file(name), publicKey: key)
            #expect(
                signature.files.map(\.name) == [
                    "7.png", "INSTRUCTION.md", "mnist-cnn", "model-card.cdx.json", "model.safetensors",
                    "requirements.txt", "run_mnist.lua",
                ])
        }
        #expect(try publish(to: "plain").status == 0)
        #expect(FileStatus(of: scratch.file("plain/model.sig")) == nil)
    }

    @Test("a signed version that is served as another one is not pulled")
    func replayed() throws {
        let key = ["NIGHTJAR_SIGNING_KEY": scratch.file("P-256.pem")]
        try #require(publish(to: "reg/mnist-cnn/1.0.0", key).status == 0)
        _ = try scratch.write("pub.pem", keys["P-256"]["public"].string)
        let names = try directoryEntries(scratch.file("reg/mnist-cnn/1.0.0"))
        try makeDirectory(scratch.file("reg/mnist-cnn/1.1.0"))
        for name in names {
            let text = try readFile(scratch.file("reg/mnist-cnn/1.0.0/\(name)"))
            try writeFile(scratch.file("reg/mnist-cnn/1.1.0/\(name)"), text)
        }
        let manifest = try readText(scratch.file("reg/mnist-cnn/1.1.0/manifest.json"))
        _ = try scratch.write(
            "reg/mnist-cnn/1.1.0/manifest.json",
            manifest.replacing(#""version" : "1.0.0""#, with: #""version" : "1.1.0""#))
        func pull(_ version: String) throws -> Nightjar.Run {
            try Nightjar.run(
                joinPath(Nightjar.root, "scripts/pull.lua"),
                [
                    "mnist-cnn@\(version)", "--registry", "directory:reg", "--key", "pub.pem", "--to", "out-\(version)",
                ], in: scratch.path, environment: ["XDG_CACHE_HOME": scratch.file("cache")])
        }
        #expect(try pull("1.0.0").status == 0)
        let refused = try pull("1.1.0")
        #expect(refused.status == 1)
        #expect(
            refused.errors.contains("the signature is that of mnist-cnn-1.0.0, not of mnist-cnn-1.1.0"),
            "\(refused.errors)")
        #expect(FileStatus(of: scratch.file("out-1.1.0")) == nil)
    }

    @Test("a key that cannot be used ends it with 1 before anything is written")
    func wrongKeys() throws {
        for (variables, words) in [
            (
                ["NIGHTJAR_SIGNING_KEY": scratch.file("encrypted.pem"), "NIGHTJAR_SIGNING_PASSWORD": "hunter2"],
                "cannot be decrypted: the password is wrong, or the file is damaged"
            ),
            (
                ["NIGHTJAR_SIGNING_KEY": scratch.file("encrypted.pem")],
                "is encrypted: its password is needed in NIGHTJAR_SIGNING_PASSWORD"
            ),
            (["NIGHTJAR_SIGNING_KEY": scratch.file("RSA.pem")], "is of the kind RSA, 2048 bits: model signatures take"),
        ] {
            let run = try publish(to: "out", variables)
            #expect(run.status == 1)
            #expect(run.errors.contains("the key that NIGHTJAR_SIGNING_KEY names \(words)"), "\(run.errors)")
            #expect(FileStatus(of: scratch.file("out")) == nil)
        }
    }

    @Test("the model card says what is known, and the same in another job")
    func modelCard() throws {
        #expect(try publish(to: "one").status == 0)
        let others = ["CI_JOB_URL": "https://gitlab.example.com/group/app/-/jobs/8", "CI_RUNNER_ID": "4"]
        #expect(try publish(to: "two", others).status == 0)
        let bytes = try readFile(scratch.file("one/model-card.cdx.json"))
        #expect(try readFile(scratch.file("two/model-card.cdx.json")) == bytes)
        #expect(!String(decoding: bytes, as: UTF8.self).contains("0.321"), "a figure of the machine")

        let card = try json("one/model-card.cdx.json")
        let component = card["metadata"]["component"]
        #expect(component["name"].string == "mnist-cnn" && component["version"].string == "1.0.0")
        #expect(
            component["hashes"][0]["content"].string
                == (try SHA256.hexDigest(ofFile: scratch.file("model.safetensors"))))
        let metrics = component["modelCard"]["quantitativeAnalysis"]["performanceMetrics"].array.map {
            "\($0["slice"].string): \($0["type"].string) \($0["value"].string)"
        }
        #expect(
            metrics == [
                "MNIST, test, 10000 images: accuracy 97.12 %",
                "MNIST, test, 10000 images: negative log-likelihood 0.0938",
                "MNIST, test, 10000 images, digit 0: recall 99.00 %",
                "MNIST, test, 10000 images, digit 0: precision 98.00 %",
                "MNIST, test, 10000 images, digit 7: recall 95.50 %",
                "MNIST, test, 10000 images, digit 7: precision 96.00 %",
            ])
        // Wilson's interval for 9712 of 10000, by hand.
        let interval = component["modelCard"]["quantitativeAnalysis"]["performanceMetrics"][0]["confidenceInterval"]
        #expect(interval["lowerBound"].string == "96.77 %" && interval["upperBound"].string == "97.43 %")
        let data = card["components"].array.map { set in
            ["\(set["name"].string)"] + set["components"].array.map { $0["hashes"][0]["content"].string.prefix(1) + "" }
        }
        #expect(data == [["MNIST, training, 60000 images", "a", "b"], ["MNIST, test, 10000 images", "c", "d"]])
        let properties = component["properties"].array.map { "\($0["name"].string)=\($0["value"].string)" }
        #expect(
            properties == [
                "nightjar:commit=0123456789abcdef", "nightjar:epochs_complete=3", "nightjar:lr=0.01",
                "nightjar:modelFile=model.safetensors", "nightjar:steps=2814",
            ])
        #expect(
            component["modelCard"]["modelParameters"]["modelArchitecture"].string.hasPrefix("Net(\n  (conv1): Conv2d("))
        #expect(
            component["modelCard"]["considerations"]["technicalLimitations"].array.contains {
                $0.string.hasPrefix("The training digits were written in the United States")
            })
    }

    @Test("of few images the accuracy is uncertain, and with nothing else known the card still says so")
    func fewImages() throws {
        _ = try scratch.write("metrics.json", #"{ "accuracy": 60.0, "images": 5, "data": "some data" }"#)
        #expect(try publish(to: "few").status == 0)
        let component = try json("few/model-card.cdx.json")["metadata"]["component"]
        let metrics = component["modelCard"]["quantitativeAnalysis"]["performanceMetrics"]
        #expect(metrics.array.count == 1)
        // Wilson's interval for 3 of 5.
        #expect(metrics[0]["confidenceInterval"]["lowerBound"].string == "23.07 %")
        #expect(metrics[0]["confidenceInterval"]["upperBound"].string == "88.24 %")
    }

    @Test("the provenance says what was run, by whom and with which data")
    func provenance() throws {
        #expect(try publish(to: "one").status == 0)
        let predicate = try json("one/provenance.json")["predicate"]
        let definition = predicate["buildDefinition"]
        #expect(definition["externalParameters"]["script"].string == "scripts/train.lua")
        #expect(definition["externalParameters"]["hyperparameters"]["lr"].string == "0.01")
        #expect(
            definition["resolvedDependencies"].array.map { $0["name"].string } == [
                "source", "MNIST, training, 60000 images/images", "MNIST, training, 60000 images/labels",
                "MNIST, test, 10000 images/images", "MNIST, test, 10000 images/labels",
            ])
        #expect(definition["resolvedDependencies"][0]["digest"]["gitCommit"].string == "0123456789abcdef")
        #expect(predicate["runDetails"]["builder"]["id"].string == "https://gitlab.example.com/-/runners/3")
        #expect(
            predicate["runDetails"]["metadata"]["invocationId"].string
                == "https://gitlab.example.com/group/app/-/jobs/7")
    }
}
