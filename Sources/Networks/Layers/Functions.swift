import Tensors

/// A module without parameters that applies one function.
public final class FunctionModule: Module {
    private let function: (Tensor) throws -> Tensor
    private let shownDetails: String

    private init(_ kind: String, _ details: String = "", _ function: @escaping (Tensor) throws -> Tensor) {
        self.function = function
        shownDetails = details
        super.init(kind: kind)
    }

    public override var details: String { shownDetails }

    public override func forward(_ input: Tensor) throws -> Tensor { try function(input) }

    public static func relu() -> FunctionModule { .init("ReLU") { try $0.relu() } }
    public static func sigmoid() -> FunctionModule { .init("Sigmoid") { try $0.sigmoid() } }
    public static func tanh() -> FunctionModule { .init("Tanh") { try $0.tanh() } }
    public static func identity() -> FunctionModule { .init("Identity") { $0 } }

    public static func softmax(dimension: Int) -> FunctionModule {
        .init("Softmax", "dim=\(dimension)") { try $0.softmax(dimension) }
    }

    public static func logSoftmax(dimension: Int) -> FunctionModule {
        .init("LogSoftmax", "dim=\(dimension)") { try $0.logSoftmax(dimension) }
    }

    /// The dimensions from `start` to `end` made one.
    public static func flatten(start: Int = 1, end: Int = -1) -> FunctionModule {
        .init("Flatten", start == 1 && end == -1 ? "" : "start_dim=\(start), end_dim=\(end)") {
            try $0.flatten(start: start, end: end)
        }
    }
}
