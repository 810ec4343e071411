import Lua

/// Where `require` looks: beside the script, then in the places that the environment or the system names. Never in
/// whatever directory one happens to stand in, for what lies there may be anybody's.
enum SearchPaths {
    /// Takes the relative places out of Lua's usual ones. Those that LUA_PATH and LUA_CPATH name stay.
    static func removeCurrentDirectory(on state: LuaState) {
        let usual = luaDefaultPaths
        change("path", on: state) { $0.replacing(usual.path, with: absolute(usual.path)) }
        change("cpath", on: state) { $0.replacing(usual.cpath, with: absolute(usual.cpath)) }
    }

    /// Puts a script's directory, and the plugins in it, before the other places.
    static func add(_ directory: String, on state: LuaState) {
        let plugins = "\(directory)/plugins"
        let places = [directory, plugins].flatMap { ["\($0)/?.lua", "\($0)/?/init.lua"] }
        change("path", on: state) { prepend(places, to: $0) }
        change("cpath", on: state) { prepend(["\(plugins)/?.so"], to: $0) }
    }

    private static func absolute(_ path: String) -> String {
        path.split(separator: ";").filter { $0.hasPrefix("/") }.joined(separator: ";")
    }

    private static func prepend(_ places: [String], to path: String) -> String {
        let known = path.split(separator: ";").prefix(places.count).map(String.init)
        return (places.filter { !known.contains($0) } + [path]).joined(separator: ";")
    }

    private static func change(_ field: String, on state: LuaState, _ change: (String) -> String) {
        let base = state.top
        defer { state.setTop(base) }
        state.pushLoaded()
        guard state.pushField("package", of: -1) == .table else { return }
        state.pushField(field, of: -1)
        state.push(change(state.string(at: -1) ?? ""))
        state.setField(field, of: -3)
    }
}
