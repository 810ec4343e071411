import TensorSupport
import Testing

@Suite("Operators are declared whole")
struct ExampleDeclarationTests {
    @Test("with a line of documentation, somewhere to be found, and examples", arguments: Operators.all)
    func whole(operation: Operator) {
        #expect(operation.schema.doc.hasSuffix("."))
        #expect(!operation.faces.isEmpty)
        #expect(!operation.examples.isEmpty)
    }

    @Test("examples use every parameter, and only such as there are", arguments: Operators.all)
    func parameters(operation: Operator) {
        let names = operation.schema.parameters.map { "\($0.name)" }
        for example in operation.examples {
            #expect(example.arguments.count <= operation.schema.arguments.count)
            #expect(Set(example.options.keys).subtracting(names).isEmpty)
        }
        for (place, name) in names.enumerated() {
            let isUsed = operation.examples.contains { example in
                example.options[name] != nil || place < example.arguments.count && example.arguments[place] != nil
            }
            if Exceptions.parametersOfAKind[name] != nil { continue }
            let exception = Exceptions.unusedParameters["\(operation.schema.name).\(name)"]
            #expect(isUsed == (exception == nil), "\(operation.schema.name).\(name)")
        }
    }

    @Test("under a name of their own")
    func names() {
        // `where` is declared twice: as a method it takes its arguments in another order.
        let names = Operators.all.flatMap { operation in operation.faces.map { "\(operation.schema.name) \($0)" } }
        #expect(Set(names).count == names.count)
        let known = Set(Operators.all.map(\.schema.name))
        for table in [
            Exceptions.refusesSecondGradient, Exceptions.dependsOnLayout,
            Exceptions.inPlaceGradients,
        ] {
            #expect(Set(table.keys).subtracting(known).isEmpty)
        }
    }
}
