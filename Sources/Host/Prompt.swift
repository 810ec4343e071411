import Lua

/// Reads lines, runs them, prints what they give. Globals are not strict here: `local` ends with its line.
struct Prompt {
    private let host: Host

    init(_ host: Host) { self.host = host }

    /// Runs until the end of the input. - Returns: the exit status.
    func run(_ arguments: [String]) -> Int32 {
        _ = host.guarded { state in
            state.pushGlobals()
            state.pushNil()
            state.setMetatable(-2)
        }
        write("nightjar \(version) (Lua \(luaVersion)); Ctrl-D ends\n")
        while let line = read("> ") {
            let status = host.guarded { state in
                let base = state.top
                guard try load(line, on: state) else { return }
                let count = try state.call(arguments: 0)
                if count > 0 { try show(from: base + 1, on: state) }
            }
            if status == Host.Status.terminated { return status }
        }
        write("\n")
        return Host.Status.success
    }

    /// Compiles a line, as an expression where it is one; asks for more lines where it ends too early.
    private func load(_ line: String, on state: LuaState) throws -> Bool {
        let expression = line.hasPrefix("=") ? String(line.dropFirst()) : line
        if (try? state.load("return \(expression)".utf8, name: "=stdin")) != nil { return true }
        var text = line
        while true {
            do {
                try state.load(text.utf8, name: "=stdin")
                return true
            } catch let error as LuaError where error.message.hasSuffix("near <eof>") {
                guard let more = read(">> ") else { throw error }
                text += "\n" + more
            }
        }
    }

    private func show(from index: Int32, on state: LuaState) throws {
        let texts = try (index...state.top).map { try state.describe(at: $0) }
        write(texts.joined(separator: "\t") + "\n")
    }

    private func read(_ prompt: String) -> String? {
        write(prompt)
        return readLine()
    }

    private func write(_ text: String) {
        StandardStreams.writeOutput(text)
    }
}
