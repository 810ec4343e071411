import CLibrary
import CLua
import CLuaShim
import Files

/// Who called: for rules that hold for some chunks only.
extension LuaState {
    /// The chunk that a level of the call stack runs: "@train.lua", "=stdin"; nil for a C function and past the
    /// end. Level 0 is the function that runs now, 1 its caller.
    public func chunk(level: Int32) -> String? {
        var frame = lua_Debug()
        guard lua_getstack(pointer, level, &frame) != 0, lua_getinfo(pointer, "S", &frame) != 0,
            let source = frame.source
        else { return nil }
        // "=[C]" is what Lua names the chunk of C functions.
        let name = String(systemText: source)
        return name == "=[C]" ? nil : name
    }

    /// Where the script is: the innermost frame that is neither C nor a Lua part of a module, whose chunks are named
    /// "=nightjar...". Nil where there is none.
    func scriptPlace() -> (chunk: String, line: Int)? {
        var frame = lua_Debug()
        var level: Int32 = 1
        while lua_getstack(pointer, level, &frame) != 0 {
            level += 1
            guard lua_getinfo(pointer, "Sl", &frame) != 0, frame.currentline > 0, let source = frame.source,
                strncmp(source, "=nightjar", 9) != 0
            else { continue }
            let chunk = withUnsafeBytes(of: frame.short_src) { String(systemBytes: Array($0.prefix { $0 != 0 })) }
            return (chunk, Int(frame.currentline))
        }
        return nil
    }

    /// The names of the local variables and upvalues that a level of the call stack can see.
    public func visibleNames(level: Int32) -> [String] {
        var frame = lua_Debug()
        guard lua_getstack(pointer, level, &frame) != 0 else { return [] }
        var names: [String] = []
        var position: Int32 = 1
        while let name = lua_getlocal(pointer, &frame, position) {
            pop()
            names.append(String(systemText: name))
            position += 1
        }
        guard lua_getinfo(pointer, "f", &frame) != 0 else { return names }
        position = 1
        while let name = lua_getupvalue(pointer, -1, position) {
            pop()
            names.append(String(systemText: name))
            position += 1
        }
        pop()
        return names.filter { !$0.hasPrefix("(") && $0 != "_ENV" }
    }
}
