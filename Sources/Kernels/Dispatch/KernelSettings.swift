import CLibrary

/// What the environment says of the kernels: `NIGHTJAR_ISA` and `NIGHTJAR_NUM_THREADS`.
public enum KernelSettings {
    /// A variable whose value cannot be followed.
    public struct Refusal: Error, CustomStringConvertible, Equatable {
        public let description: String
    }

    /// - Throws: `Refusal` where a variable has a value that cannot be followed.
    public static func check() throws(Refusal) {
        if let name = variable("NIGHTJAR_ISA"), level(name, among: usableKernels.map(\.name)) == nil {
            throw Refusal(
                description: "NIGHTJAR_ISA is '\(name)', but this processor runs: "
                    + usableKernels.map { "\($0.name)" }.joined(separator: ", "))
        }
        if let text = variable("NIGHTJAR_NUM_THREADS"), threads(text) == nil {
            throw Refusal(
                description: "NIGHTJAR_NUM_THREADS is '\(text)', but is to be an integer from 1 to "
                    + "\(ThreadPool.mostThreads)")
        }
    }

    /// The place of the instruction set that the environment names; nil where it names none that there is.
    static var level: Int? { variable("NIGHTJAR_ISA").flatMap { level($0, among: usableKernels.map(\.name)) } }

    /// The number of threads that the environment asks for.
    static var threads: Int? { variable("NIGHTJAR_NUM_THREADS").flatMap { threads($0) } }

    /// The place of an instruction set by its name, "x86-64-v3", or the end of that, "v3".
    static func level(_ name: String, among names: [String]) -> Int? {
        names.firstIndex { $0 == name || $0.split(separator: "-").last.map(String.init) == name }
    }

    static func threads(_ text: String) -> Int? {
        Int(text).flatMap { (1...ThreadPool.mostThreads).contains($0) ? $0 : nil }
    }

    private static func variable(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }
}
