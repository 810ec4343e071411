import Networks
import Tensors

extension ModulePlace {
    /// An error that says where in the network it was met.
    func error(_ reason: String) -> any Error { ModuleError(path: path, description: "in \(label): \(reason)") }
}
