import CLua
import CLuaShim
import Files

/// How error values behave in scripts.
extension ErrorValue {
    /// The fields that a script may ask for.
    static let fields = ["kind", "message", "line", "chunk", "exit_status", "path"]

    /// The class in this state, made when the first error is.
    static func luaClass(on state: LuaState) throws -> LuaClass {
        if let known = state.runtime.luaClass(of: ErrorValue.self) { return known }
        let declared = LuaClass(name: "Error")
        state.runtime.register(declared, for: ErrorValue.self)
        try declared.pushNewMetatable(on: state, miss: LuaCallable(name: "Error"))
        nj_seterrortype(state.pointer, declared.key)
        let metamethods: [(StaticString, LuaCallable)] = [
            ("__index", ErrorIndex(name: "")), ("__tostring", ErrorText(name: "")), ("__len", ErrorLength(name: "")),
            ("__concat", ErrorJoin(name: "")),
        ]
        for (name, function) in metamethods {
            state.push(name)
            state.push(permanent: function)
            state.rawSet(-3)
        }
        state.pop()
        return declared
    }
}

/// `err.kind`, and `err:match(...)`: a string's methods work on the text.
private final class ErrorIndex: LuaCallable {
    override func invoke(_ state: LuaState) throws -> Int32 {
        guard let error = state.object(at: 1, as: ErrorValue.self) else { return 0 }
        let key = state.string(at: 2) ?? ""
        switch key {
        case "kind": state.push(error.kind)
        case "message": state.push(error.message)
        case "line": state.push(optional: error.line)
        case "chunk": state.push(optional: error.chunk)
        case "exit_status": state.push(optional: error.exitStatus.map { Int($0) })
        case "path": state.push(optional: error.modulePath)
        default:
            guard nj_pushstringmethod(state.pointer, 2) != 0 else {
                throw PlainError(
                    "Error has no field \(try state.quoted(at: 2)) (there are: "
                        + "\(ErrorValue.fields.joined(separator: ", ")), and a string's methods)", kind: "name")
            }
        }
        return 1
    }
}

private final class ErrorText: LuaCallable {
    override func invoke(_ state: LuaState) throws -> Int32 {
        state.push(state.object(at: 1, as: ErrorValue.self)?.text ?? "released Error")
        return 1
    }
}

private final class ErrorLength: LuaCallable {
    override func invoke(_ state: LuaState) throws -> Int32 {
        state.push(state.object(at: 1, as: ErrorValue.self)?.text.systemBytes.count ?? 0)
        return 1
    }
}

/// `err .. "text"`: a string. Only an error that asks for an exit status stays an error with more words, so that a
/// script that raises it again ends with that status.
private final class ErrorJoin: LuaCallable {
    override func invoke(_ state: LuaState) throws -> Int32 {
        func operand(_ index: Int32) throws -> (text: String, error: ErrorValue?) {
            if let error = state.object(at: index, as: ErrorValue.self) { return (error.text, error) }
            guard let text = state.text(at: index) else {
                throw PlainError("attempt to concatenate an Error and a \(state.typeName(at: index)) value")
            }
            return (text, nil)
        }
        let (left, right) = (try operand(1), try operand(2))
        let text = left.text + right.text
        if let error = [left.error, right.error].lazy.compactMap(\.self).first(where: { $0.exitStatus != nil }) {
            state.push(ErrorValue(error, text: text))
        } else {
            state.push(text)
        }
        return 1
    }
}

extension LuaState {
    /// A string, or a number as Lua writes it. Nothing is called for it: the stack is not to grow here.
    fileprivate func text(at index: Int32) -> String? {
        if type(at: index) == .string { return string(at: index) }
        guard type(at: index) == .number else { return nil }
        pushCopy(index)
        defer { pop() }
        lua_tolstring(pointer, -1, nil)
        return string(at: -1)
    }

    fileprivate func push(optional value: Int?) { value.map { push($0) } ?? pushNil() }
    fileprivate func push(optional value: String?) { value.map { push($0) } ?? pushNil() }

    /// A key for a message: a string in quotes, another value as it prints.
    fileprivate func quoted(at index: Int32) throws -> String {
        try string(at: index).map { "'\($0)'" } ?? describe(at: index)
    }

    /// Pushes what a Swift function threw, as an error value that names the script's line.
    func push(error: any Error, of function: LuaCallable) {
        let known = error as? any ScriptError
        let words = "\(error)"
        let value = ErrorValue(
            kind: known?.errorKind ?? ErrorValue.usualKind,
            message: known?.isComplete == true || function.name.isEmpty ? words : "\(function.name): \(words)",
            place: scriptPlace(), exitStatus: known?.exitStatus, modulePath: known?.modulePath)
        push(value)
    }

    /// Pushes an error; as its text where there is no room on the stack to make its class.
    fileprivate func push(_ error: ErrorValue) {
        if let declared = try? ErrorValue.luaClass(on: self) {
            push(object: error, as: declared)
        } else {
            push(error.text)
        }
    }

    // MARK: Caught errors

    /// The error on top of the stack, without a traceback.
    func popError() -> LuaError {
        defer { pop() }
        if let value = object(at: -1, as: ErrorValue.self) { return LuaError(value) }
        var error = LuaError(message: describeError(at: -1))
        error.isInterrupt = nj_isinterrupt(pointer, -1) != 0
        return error
    }

    /// The same, of a call that kept the traceback.
    func popTracedError() -> LuaError {
        var error = popError()
        nj_pushtrace(pointer)
        error.traceback = string(at: -1) ?? ""
        pop()
        error.serial = runtime.nextErrorSerial()
        return error
    }

    /// What an error value says: a string, or a table or object with __tostring; another value is described.
    private func describeError(at index: Int32) -> String {
        if nj_isinterrupt(pointer, index) != 0 { return "interrupted" }
        if let text = string(at: index) { return text }
        let kind = type(at: index)
        if kind == .table || kind == .userdata, luaL_getmetafield(pointer, index, "__tostring") != LUA_TNIL {
            pop()
            pushCopy(index)
            let status = nj_tostring(pointer)
            defer { pop() }
            if status == LUA_OK, let text = string(at: -1) { return text }
        }
        switch kind {
        case .number, .boolean:
            return "(error object is the \(kind.name) \((try? describe(at: index)) ?? "?"))"
        case .nil: return "(error object is nil)"
        default: return "(error object is a \(kind.name) value)"
        }
    }

    /// Pushes an error's value for raising: the original one where it is still known.
    func pushForRaising(_ error: LuaError) {
        if error.serial != 0, error.serial == runtime.errorSerial {
            nj_pusherror(pointer)
            nj_rethrowing(pointer)
        } else if let value = error.value {
            push(value)
        } else {
            push(error.message)
        }
    }
}
