import JSON
import Testing

@testable import Signing

/// What the schema of CycloneDX 1.6 asks for, as far as a card uses it.
@Suite("Model cards")
struct ModelCardTests {
    private func json(_ card: ModelCard) throws -> JSONValue { try JSONParser.parse(card.encoded()) }

    private var full: ModelCard {
        var card = ModelCard(name: "mnist-cnn", version: "1.2.3")
        card.description = "Tells digits."
        card.licence = "Apache-2.0"
        card.model = FileDigest(name: "model.safetensors", sha256: String(repeating: "a", count: 64))
        (card.sourceURL, card.commit) = ("https://gitlab.example/g/p", "abc")
        card.tool = ("nightjar", "1.0")
        (card.task, card.approach) = ("image classification", "supervised")
        (card.architectureFamily, card.architecture) = ("CNN", "conv, linear")
        card.dataSets = [
            .init(
                name: "MNIST, training", description: "Digits.", licence: "my own words", url: "https://e.org/",
                parts: [.init(name: "images", sha256: String(repeating: "b", count: 64))]),
            .init(name: "MNIST, test"),
        ]
        (card.inputs, card.outputs) = (["image/png"], ["digit"])
        card.metrics = [
            .init(type: "accuracy", value: "96.68 %", slice: "MNIST, test", interval: ("96.31 %", "97.01 %")),
            .init(type: "loss", value: "0.1062"),
        ]
        (card.users, card.useCases, card.limitations, card.tradeoffs) = (["u"], ["c"], ["l"], ["t"])
        card.risks = [("misread", "look twice")]
        card.properties = ["lr": "0.01", "epochs": "3"]
        return card
    }

    @Test("has every fact in its place")
    func facts() throws {
        let card = try json(full)
        #expect(card["bomFormat"]?.asString == "CycloneDX" && card["specVersion"]?.asString == "1.6")
        #expect(card["version"]?.asInteger == 1)
        let component = card["metadata"]?["component"]
        #expect(component?["type"]?.asString == "machine-learning-model")
        #expect(component?["bom-ref"]?.asString == "model:mnist-cnn@1.2.3")
        #expect(component?["purl"]?.asString == "pkg:generic/mnist-cnn@1.2.3")
        #expect(component?["licenses"] == .array([.object([.init("expression", .string("Apache-2.0"))])]))
        let hash = component?["hashes"]?.asArray?.first
        #expect(hash?["alg"]?.asString == "SHA-256")
        #expect(hash?["content"]?.asString == String(repeating: "a", count: 64))
        #expect(component?["externalReferences"]?.asArray?.first?["comment"]?.asString == "commit abc")
        let properties = component?["properties"]?.asArray?.map {
            "\($0["name"]?.asString ?? "")=\($0["value"]?.asString ?? "")"
        }
        #expect(
            properties == [
                "nightjar:commit=abc", "nightjar:epochs=3", "nightjar:lr=0.01", "nightjar:modelFile=model.safetensors",
            ])
        let parameters = component?["modelCard"]?["modelParameters"]
        #expect(parameters?["approach"]?["type"]?.asString == "supervised")
        #expect(parameters?["task"]?.asString == "image classification")
        #expect(parameters?["architectureFamily"]?.asString == "CNN")
        #expect(parameters?["modelArchitecture"]?.asString == "conv, linear")
        #expect(parameters?["inputs"]?.asArray?.first?["format"]?.asString == "image/png")
        #expect(parameters?["outputs"]?.asArray?.first?["format"]?.asString == "digit")
        let metrics = component?["modelCard"]?["quantitativeAnalysis"]?["performanceMetrics"]?.asArray
        #expect(metrics?.first?["value"]?.asString == "96.68 %")
        #expect(metrics?.first?["confidenceInterval"]?["upperBound"]?.asString == "97.01 %")
        #expect(metrics?.last?["slice"] == nil)
        let considerations = component?["modelCard"]?["considerations"]
        for (name, value) in [
            ("users", "u"), ("useCases", "c"), ("technicalLimitations", "l"), ("performanceTradeoffs", "t"),
        ] { #expect(considerations?[name] == .array([.string(value)])) }
        #expect(
            considerations?["ethicalConsiderations"]?.asArray?.first?["mitigationStrategy"]?.asString == "look twice")
    }

    @Test("a data set is a component that the model refers to, with the digests of its parts")
    func dataSets() throws {
        let card = try json(full)
        let references = card["metadata"]?["component"]?["modelCard"]?["modelParameters"]?["datasets"]?.asArray?
            .map { $0["ref"]?.asString }
        let components = card["components"]?.asArray
        #expect(references == ["data:MNIST, training", "data:MNIST, test"])
        #expect(components?.map { $0["bom-ref"]?.asString } == references)
        #expect(components?.allSatisfy { $0["type"]?.asString == "data" } == true)
        let part = components?.first?["components"]?.asArray?.first
        #expect(part?["name"]?.asString == "images")
        #expect(part?["hashes"]?.asArray?.first?["content"]?.asString == String(repeating: "b", count: 64))
        let licence = components?.first?["licenses"]?.asArray?.first?["license"]
        #expect(licence?["name"]?.asString == "my own words")
    }

    @Test("references are unique, the same facts give the same bytes, and nothing of the run is in it")
    func stable() throws {
        let bytes = try full.encoded()
        #expect(try full.encoded() == bytes)
        let text = String(decoding: bytes, as: UTF8.self)
        for word in ["serialNumber", "timestamp"] { #expect(!text.contains(word)) }
        var references: [String] = []
        func collect(_ value: JSONValue) {
            value.asObject?.forEach { member in
                if member.name == "bom-ref", let text = member.value.asString { references.append(text) }
                collect(member.value)
            }
            value.asArray?.forEach(collect)
        }
        collect(try JSONParser.parse(bytes))
        #expect(references.count == 4 && Set(references).count == 4)
    }

    @Test("what is not known is left out, not empty")
    func smallest() throws {
        let card = try json(ModelCard(name: "m", version: "1"))
        #expect(card["components"] == nil)
        #expect(card["metadata"]?.asObject?.map(\.name) == ["component"])
        #expect(
            card["metadata"]?["component"]?.asObject?.map(\.name)
                == ["type", "bom-ref", "name", "version", "purl", "modelCard"])
        #expect(card["metadata"]?["component"]?["modelCard"]?.asObject?.map(\.name) == ["modelParameters"])
    }

    @Test("a licence is an SPDX expression or a name")
    func licences() throws {
        for (licence, isExpression) in [
            ("MIT", true), ("GPL-2.0+", true), ("MIT OR Apache-2.0", true), ("(MIT AND BSD-3-Clause) OR X", true),
            ("all rights reserved", false), ("", false), ("LICENCE, see there", false),
        ] {
            var card = ModelCard(name: "m", version: "1")
            card.licence = licence
            let entry = try json(card)["metadata"]?["component"]?["licenses"]?.asArray?.first
            #expect(entry?["expression"]?.asString == (isExpression ? licence : nil))
            #expect(entry?["license"]?["name"]?.asString == (isExpression ? nil : licence))
        }
    }
}
