import Lua

/// Where `require` looks: beside the script, then in the places that the environment or the system names, of which the
/// Lua state has taken the directory one happens to stand in: what lies there may be anybody's.
enum SearchPaths {
    /// Puts a script's directory, and the plugins in it, before the other places.
    static func add(_ directory: String, on state: LuaState) {
        let plugins = "\(directory)/plugins"
        let places = [directory, plugins].flatMap { ["\($0)/?.lua", "\($0)/?/init.lua"] }
        change("path", on: state) { prepend(places, to: $0) }
        change("cpath", on: state) { prepend(["\(plugins)/?.so"], to: $0) }
    }

    /// Text alone, without taking the path apart: this is what every start pays for.
    private static func prepend(_ places: [String], to path: String) -> String {
        let added = places.joined(separator: ";") + ";"
        return path.hasPrefix(added) ? path : added + path
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
