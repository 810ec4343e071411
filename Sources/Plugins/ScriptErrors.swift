import Checkpoints
import Datasets
import Files
import HTTP
import Images
import JSON
import Lua
import Plots
import Registry
import Runs
import Tensors
import Transforms

// What scripts tell the libraries' errors from each other by, as `err.kind`.

extension TensorError: ScriptError {
    public var errorKind: String { "tensor" }
}

extension FileError: ScriptError {
    public var errorKind: String { "file" }
}

extension ImageError: ScriptError {
    public var errorKind: String { "image" }
}

extension TransformError: ScriptError {
    public var errorKind: String { "image" }
}

extension DatasetError: ScriptError {
    public var errorKind: String { "data" }
}

extension JSONError: ScriptError {
    public var errorKind: String { "json" }
}

extension HTTPError: ScriptError {
    public var errorKind: String { "network" }
    /// As a registry's errors have it: 75 for "try again later".
    public var exitStatus: Int32? { isTransient ? 75 : nil }
}

extension DownloadError: ScriptError {
    public var errorKind: String { "network" }
}

extension RegistryError: ScriptError {
    public var errorKind: String { "registry" }
    public var exitStatus: Int32? { exitCode }
}

extension RunError: ScriptError {
    public var errorKind: String { "run" }
}

extension PlotError: ScriptError {
    public var errorKind: String { "plot" }
}
