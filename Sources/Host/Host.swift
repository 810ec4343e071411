import Files
import Lua

/// Runs Lua scripts over modules written in Swift.
///
///     let status = try Host(modules: builtInModules).run(script: "train.lua", arguments: ["--epochs", "3"])
public final class Host {
    let machine: LuaMachine
    private let loader: ModuleLoader

    /// Exit statuses, as the shell sees them.
    enum Status {
        static let success: Int32 = 0
        static let failure: Int32 = 1
        static let usage: Int32 = 2
        static let interrupted: Int32 = 130
        /// As the shell sees a process that SIGTERM ended, which this one lets it do.
        static let terminated: Int32 = 143
    }

    public init(modules: [HostModule]) throws {
        machine = try LuaMachine()
        loader = ModuleLoader([coreModule] + modules)
        try loader.install(on: machine.state())
    }

    deinit { close() }

    /// Lets modules be found that lie beside a script which is to run later.
    func searchBeside(script: String) throws { SearchPaths.add(directoryName(script), on: try machine.state()) }

    /// Ends the Lua state: finalizers run, objects are released.
    public func close() { machine.close() }

    /// Runs a script file as the `lua` command does, with strict globals.
    ///
    /// - Returns: the exit status; what went wrong has been written to standard error.
    public func run(script: String, arguments: [String] = []) -> Int32 {
        run(.file(script), arguments: ["nightjar", script] + arguments, scriptIndex: 1)
    }

    /// Runs a chunk and gives what it returns as text, for tests: values as `tostring` gives them, spaces between.
    ///
    /// - Throws: `LuaError`, the chunk's own.
    public func evaluate(_ source: String, chunk: String = "@test.lua") throws -> String {
        let state = try machine.state()
        let base = state.top
        defer { state.setTop(base) }
        try state.load(Array(source.utf8), name: chunk)
        let count = try state.call(arguments: 0)
        return try (0..<count).map { try state.describe(at: base + 1 + $0) }.joined(separator: " ")
    }

    // MARK: What the command runs

    enum Source {
        case file(String)
        case standardInput
        case code(String)
        case command(HostCommand)

        var chunk: String {
            switch self {
            case .file(let path): "@\(path)"
            case .standardInput: "=stdin"
            case .code: "=(command line)"
            // As a file, so that its comment and its options' order can be read.
            case .command(let command): String(decoding: command.source(), as: UTF8.self)
            }
        }

        /// Where the modules beside it are; nil for what is no file, or one in the executable, which has its modules in
        /// itself.
        var directory: String? {
            if case .file(let path) = self, !BundledFiles.covers(path) { return directoryName(path) }
            return nil
        }
    }

    /// Runs a source with all the arguments of the command line, of which `scriptIndex` is the script's.
    func run(_ source: Source, arguments: [String], scriptIndex: Int) -> Int32 {
        guarded { state in
            if let directory = source.directory { SearchPaths.add(directory, on: state) }
            setArguments(arguments, scriptIndex: scriptIndex, on: state)
            StrictGlobals.install(.init(script: source.chunk, directory: source.directory), on: state)
            let text: [UInt8]
            switch source {
            case .file(let path): text = try readFile(path)
            case .standardInput: text = try readFile("/dev/stdin")
            case .code(let code): text = Array(code.utf8)
            case .command(let command): text = command.source()
            }
            try state.load(Self.withoutShebang(text), name: source.chunk)
            let rest = arguments.dropFirst(scriptIndex + 1)
            try state.reserve(rest.count)
            for argument in rest { state.push(argument) }
            try state.call(arguments: Int32(rest.count), results: 0)
        }
    }

    /// Runs something with Ctrl-C in force, and reports how it failed.
    func guarded(_ body: (LuaState) throws -> Void) -> Int32 {
        do {
            let state = try machine.state()
            let base = state.top
            Interrupt.installSignals(state)
            defer {
                Interrupt.removeSignals()
                state.setTop(base)
            }
            do {
                try body(state)
            } catch  where Interrupt.isRequested {
                Interrupt.clear(state)
                let note = state.runtime.attachment { InterruptNote() }.text
                report((Interrupt.isTermination ? "terminated" : "interrupted") + (note.map { "\n\($0)" } ?? ""))
                return Interrupt.isTermination ? Status.terminated : Status.interrupted
            }
            StandardStreams.flush()
            return Status.success
        } catch let error as LuaError {
            let hasPosition = error.line != nil
            report((hasPosition ? "" : "nightjar: ") + error.message + trimmed(error.traceback))
            return error.exitStatus ?? Status.failure
        } catch {
            report("nightjar: \(error)")
        }
        return Status.failure
    }

    private func report(_ text: String) {
        StandardStreams.flush()
        StandardStreams.writeError(text + "\n")
    }

    /// A traceback without the frames that are not the script's: those of modules' Lua parts, of the command.
    private func trimmed(_ traceback: String) -> String {
        let lines = traceback.split(separator: "\n").filter { line in
            !(line.hasPrefix("\t[C]: in ?") || line.hasPrefix("\tnightjar")
                || line.hasPrefix("\t[C]: in function 'nightjar"))
        }
        return lines.count > 1 ? "\n" + lines.joined(separator: "\n") : ""
    }

    // MARK: Setting up

    /// A first line that begins with # is for the shell; its end stays, so that lines keep their numbers.
    static func withoutShebang(_ source: [UInt8]) -> [UInt8] {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = source.starts(with: mark) ? Array(source.dropFirst(3)) : source
        guard text.first == UInt8(ascii: "#") else { return text }
        return Array(text.drop { $0 != UInt8(ascii: "\n") })
    }

    /// `arg`: the script at 0, its arguments from 1, the command and its options before 0.
    private func setArguments(_ arguments: [String], scriptIndex: Int, on state: LuaState) {
        state.pushGlobals()
        state.pushTable(items: arguments.count)
        for (index, argument) in arguments.enumerated() {
            state.push(argument)
            state.setItem(index - scriptIndex, of: -2)
        }
        state.setField("arg", of: -2)
        state.pop()
    }
}

/// What the host itself puts into `nightjar`.
let coreModule = HostModule(
    "", doc: "Everything: `local nj = require \"nightjar\"`. Modules are its fields, loaded on first use.",
    functions: [
        .function(
            "type", doc: "What a value is: an object's type, else what Lua's type says.",
            arguments: [.rest(values: "value")], returns: .string()
        ) { call in
            guard let index = try call.rest("value").first else { return .string("nil") }
            return .string(call.state.luaClass(at: index)?.name ?? call.state.type(at: index).name)
        }
    ],
    constants: [HostConstant("version", .string(version), doc: "The program's version.")])
