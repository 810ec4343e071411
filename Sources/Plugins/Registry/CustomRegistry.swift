import Files
import Host
import HTTP
import Lua
import Registry

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A registry that a script defines: `registry.custom`. Its functions run on the script's thread, while a call of
/// the script that was made with `Call.withCallbacks` lasts.
final class CustomRegistry: PackageRegistry, @unchecked Sendable {
    // Everything below is used by one thread alone, which `call` sees to; so the class may say that it is Sendable.
    private let functions: [Function: ScriptFunction]
    private let refusals: RefusalNote
    private let name: String
    private let thread = pthread_self()

    /// What a script may define; all but `location` it must.
    enum Function: String, CaseIterable {
        case versions, files, put, get, location
    }

    /// - Throws: an error that says which function is missing or which name is unknown.
    init(_ call: Call) throws {
        let (state, index) = (call.state, try call.index("functions"))
        let expected = "table with the functions versions, files, put and get"
        var functions: [Function: ScriptFunction] = [:]
        var name = "a script's registry"
        try state.forEachPair(at: index) {
            let key = state.type(at: -2) == .string ? state.string(at: -2) ?? "" : ""
            if key == "name", state.type(at: -1) == .string {
                name = printable(state.string(at: -1) ?? "", limit: 200)
            } else if let function = Function(rawValue: key) {
                guard state.type(at: -1) == .function else {
                    throw call.badArgument(
                        "functions", expected: expected, got: "a \(state.typeName(at: -1)) as '\(key)'")
                }
                functions[function] = ScriptFunction(state, at: state.absolute(-1))
            } else {
                let known = ["name"] + Function.allCases.map(\.rawValue)
                throw call.badArgument(
                    "functions", expected: expected,
                    got: "'\(printable(key, limit: 60))' in it\(suggestion(for: key, among: known) ?? "")")
            }
        }
        let missing = Function.allCases.filter { $0 != .location && functions[$0] == nil }
        guard missing.isEmpty else {
            throw call.badArgument(
                "functions", expected: expected, got: "none for \(missing.map(\.rawValue).joined(separator: ", "))")
        }
        self.functions = functions
        self.name = name
        refusals = state.runtime.attachment { RefusalNote() }
    }

    var description: String { name }

    var parallelTransfers: Int { 1 }

    func versions(of name: PackageName) throws -> [PackageVersion] {
        try call(.versions, { $0.push(name.text) }, of: 1) { state, index in
            guard state.type(at: index) == .table else { throw Self.wrong("versions", "a list of texts", state, index) }
            return try (0..<state.rawCount(at: index)).compactMap { position in
                state.pushItem(position + 1, of: index)
                defer { state.pop() }
                guard state.type(at: -1) == .string, let text = state.string(at: -1) else {
                    throw Self.wrong("versions", "a list of texts", state, -1)
                }
                return try? PackageVersion(text)
            }
        }
    }

    func files(
        of name: PackageName, _ version: PackageVersion, wanted: [PackageFileName]
    ) throws -> [String: RemoteFile]? {
        let expected = "nil or a table of { id = N, size = N, sha256 = TEXT } by the files' names"
        return try call(
            .files,
            {
                $0.push(name.text)
                $0.push(version.text)
                $0.push(wanted.map(\.text))
            }, of: 3
        ) { state, index in
            if state.isNil(at: index) { return nil }
            guard state.type(at: index) == .table else { throw Self.wrong("files", expected, state, index) }
            var files: [String: RemoteFile] = [:]
            try state.forEachPair(at: index) {
                guard state.type(at: -2) == .string, let file = state.string(at: -2), state.type(at: -1) == .table
                else {
                    throw Self.wrong("files", expected, state, -1)
                }
                let entry = state.absolute(-1)
                defer { state.setTop(entry) }
                state.pushField("size", of: entry)
                state.pushField("sha256", of: entry)
                state.pushField("id", of: entry)
                files[file] = RemoteFile(
                    id: state.integer(at: entry + 3), size: state.integer(at: entry + 1),
                    sha256: state.type(at: entry + 2) == .string ? state.string(at: entry + 2)?.lowercased() : nil)
            }
            return files
        }
    }

    func put(
        _ file: MeasuredFile, in name: PackageName, _ version: PackageVersion,
        progress: @escaping (HTTPProgress) -> Void
    ) throws -> Bool {
        let isConfirmed = try call(
            .put,
            { state in
                state.pushTable(fields: 4)
                state.push(file.name.text)
                state.setField("name", of: -2)
                state.push(file.size)
                state.setField("size", of: -2)
                state.push(file.sha256)
                state.setField("sha256", of: -2)
                switch file.content {
                case .path(let path):
                    state.push(path)
                    state.setField("path", of: -2)
                case .bytes(let bytes):
                    state.push(bytes: bytes)
                    state.setField("content", of: -2)
                }
                state.push(name.text)
                state.push(version.text)
            }, of: 3
        ) { state, index in state.isTruthy(at: index) }
        progress(HTTPProgress(done: file.size, total: file.size))
        return isConfirmed
    }

    func get(
        _ file: PackageFileName, of name: PackageName, _ version: PackageVersion,
        progress: @escaping (HTTPProgress) -> Void, sink: @escaping HTTPClient.Sink
    ) throws -> Bool {
        var (done, failure) = (0, (any Error)?.none)
        let write = PieceTaker(name: "write") { bytes in
            do { try sink(bytes) } catch {
                failure = error
                throw error
            }
            done += bytes.count
            progress(HTTPProgress(done: done, total: nil))
        }
        defer { write.take = nil }
        do {
            return try call(
                .get,
                {
                    $0.push(file.text)
                    $0.push(name.text)
                    $0.push(version.text)
                    $0.push(write)
                }, of: 4
            ) { state, index in state.isTruthy(at: index) }
        } catch {
            throw failure ?? error
        }
    }

    func location(of file: PackageFileName, in name: PackageName, _ version: PackageVersion) -> String {
        let plain = "\(name) \(version): \(file)"
        guard functions[.location] != nil else { return plain }
        let found: String?? = try? call(
            .location,
            {
                $0.push(file.text)
                $0.push(name.text)
                $0.push(version.text)
            }, of: 3
        ) { state, index in state.type(at: index) == .string ? state.string(at: index) : nil }
        return found.flatMap { $0 }.map { printable($0, limit: 1000) } ?? plain
    }

    /// Calls one of the script's functions and reads its first result, which is nil where it gave none.
    private func call<R>(
        _ function: Function, _ push: (LuaState) -> Void, of count: Int32, read: (LuaState, Int32) throws -> R
    ) throws -> R {
        guard pthread_equal(thread, pthread_self()) != 0, let called = functions[function] else {
            throw RegistryError(.configuration, "\(name): its functions are called from another thread")
        }
        refusals.last = nil
        do {
            return try called(
                { state in
                    push(state)
                    return count
                },
                read: { state, results in
                    if results == 0 { state.pushNil() }
                    return try read(state, results == 0 ? state.top : state.top - results + 1)
                })
        } catch let error as LuaError {
            throw registryError(error)
        }
    }

    /// What may pass is told from what will not, by the status that the script would end with; the place stays in it.
    private func registryError(_ error: LuaError) -> any Error {
        guard !error.isInterrupt, let value = error.value, value.kind == "registry" || value.kind == "network" else {
            return error
        }
        if let refusal = refusals.last, value.message.hasSuffix(refusal.message) {
            return refusal.with(message: error.message)
        }
        let isTransient = value.exitStatus == 75
        return RegistryError(isTransient ? .noAnswer : .configuration, error.message, isTransient: isTransient)
    }

    private static func wrong(_ function: String, _ expected: String, _ state: LuaState, _ index: Int32) -> PlainError {
        PlainError("'\(function)' of the registry is to return \(expected), got \(state.typeName(at: index))")
    }
}

/// Gives a function of the script the means to hand on bytes, for as long as it runs.
private final class PieceTaker: LuaCallable {
    var take: ((UnsafeRawBufferPointer) throws -> Void)?

    init(name: String, take: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        self.take = take
        super.init(name: name)
    }

    override func invoke(_ state: LuaState) throws -> Int32 {
        guard let take else { throw PlainError("write: the file is closed") }
        guard state.type(at: 1) == .string else {
            throw PlainError("write: bad argument 'bytes' (string expected, got \(state.typeName(at: 1)))")
        }
        try state.withBytes(at: 1) { try take($0) }
        return 0
    }
}

/// The last refusal that a script raised with `registry.refuse`: the pause that a server asks for is lost in Lua's
/// error.
final class RefusalNote {
    var last: RegistryError?
}
