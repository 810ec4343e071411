import Host
import HTTP
import Lua
import Registry

/// What a script may ask a registry itself.
let registryReadingMethods: [HostMethod<ScriptRegistry>] = [
    .method(
        "versions", doc: "The versions of a package that are there, complete or not, in no order.",
        arguments: [.string("package")], returns: .custom("string[]")
    ) { registry, call in
        try call.withCallbacks {
            .strings(try registry.registry.versions(of: PackageName(call.string("package"))).map(\.text))
        }
    },
    .method(
        "files",
        doc:
            "The files of a version, by their names: { size = N, sha256 = TEXT }, of which one may be missing where "
            + "the registry does not tell. Nil where there is no such version. One with a manifest.json is complete.",
        arguments: [.string("package"), .string("version")],
        returns: .custom("table<string, { size: integer?, sha256: string? }>").orNil
    ) { registry, call in
        let found = try call.withCallbacks {
            try registry.registry.files(
                of: PackageName(call.string("package")), PackageVersion(call.string("version")), wanted: [])
        }
        guard let found else { return .nil }
        return .value(
            .table(
                found.map { name, file in
                    let fields = [
                        file.size.map { (LuaValue.string("size"), LuaValue.integer($0)) },
                        file.sha256.map { (LuaValue.string("sha256"), LuaValue.string($0)) },
                    ]
                    return (.string(name), .table(fields.compactMap { $0 }.map { (key: $0.0, value: $0.1) }))
                }))
    },
    .method(
        "read", doc: "The content of a small file, unverified; nil where there is no such file.",
        arguments: [.string("package"), .string("version"), .string("file")],
        options: [.integer("limit", "the most bytes; more are an error", min: 0, default: 16 << 20)],
        returns: .string().orNil
    ) { registry, call in
        let (limit, file) = (try call.integer("limit"), try call.string("file"))
        var content: [UInt8] = []
        let isThere = try call.withCallbacks {
            try registry.registry.get(
                PackageFileName(file), of: PackageName(call.string("package")),
                PackageVersion(call.string("version")), progress: { _ in },
                sink: { piece in
                    guard content.count + piece.count <= limit else {
                        throw RegistryError(.invalid, "'\(printable(file))' has more than \(limit) bytes")
                    }
                    content.append(contentsOf: piece)
                })
        }
        return isThere ? .bytes(content) : .nil
    },
]
