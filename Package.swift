// swift-tools-version: 6.1
import PackageDescription

// The kernels are compiled once for each x86-64 level and chosen at start-up from what the processor has.
// Each level is a target whose sources are links to one folder; elsewhere one target without flags does.
// The linker is given them by name, so that it meets V2 first and takes its copies of what all of them have: see
// Tests/CI/check-instructions.
func kernels(_ name: String, _ flags: [String] = [], defines: [String] = []) -> Target {
    .target(
        name: "Kernels\(name)", dependencies: ["KernelInterface", "CVectors", "CLibrary"],
        path: "Sources/Kernels/\(name)",
        // Roots set no `errno`, so that there is one instruction for many of them.
        swiftSettings: [.unsafeFlags(["-Ounchecked"] + (flags + ["-fno-math-errno"]).flatMap { ["-Xcc", $0] })]
            + defines.map { .define($0) })
}

#if arch(x86_64)
    let kernelTargets = [
        kernels("V2", ["-march=x86-64-v2"], defines: ["KERNELS_V2"]),
        kernels("V3", ["-march=x86-64-v3"], defines: ["KERNELS_V3"]),
        kernels("V4", ["-march=x86-64-v4", "-mprefer-vector-width=512"], defines: ["KERNELS_V4"]),
    ]
#else
    let kernelTargets = [kernels("V2", [], defines: ["KERNELS_V2", "KERNELS_FMA"])]
#endif

let package = Package(
    name: "nightjar",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "nightjar", targets: ["nightjar"])
    ],
    targets: [
        // The command and the Lua face.
        .executableTarget(
            name: "nightjar",
            dependencies: ["Host", "Lua", "Plugins", "Bundles", "Files", "Kernels", "KernelInterface", "CLibrary"]),
        .target(
            name: "Plugins",
            dependencies: [
                "Host", "Lua", "Console", "Metrics", "Files", "JSON", "Kernels", "KernelInterface", "Tensors",
                "Operators", "Networks", "Plans", "ONNX",
                "Images", "Transforms", "Bundles",
                "Datasets", "Checkpoints", "TensorFiles", "Registry", "Signing", "HTTP",
                "Runs", "Plots", "Reports",
            ],
            resources: [
                .embedInCode("Networks/nn.lua"), .embedInCode("Options/options.lua"),
                .embedInCode("Options/more.lua"), .embedInCode("Bundle/bundle.lua"),
                .embedInCode("Bundle/command.lua"), .embedInCode("Runs/runs.lua"),
            ]),
        .target(name: "Host", dependencies: ["Lua", "Files", "Schema", "CLibrary"]),
        .target(name: "Lua", dependencies: ["CLua", "CLuaShim", "Files", "CLibrary"]),
        .target(name: "CLuaShim", dependencies: ["CLua"]),
        .systemLibrary(
            name: "CLua", pkgConfig: "lua5.4", providers: [.apt(["liblua5.4-dev"]), .brew(["lua@5.4"])]),

        // The core. Nothing below this line knows of Lua.
        .target(name: "Registry", dependencies: ["HTTP", "Files", "JSON", "CLibrary"]),
        .target(name: "Signing", dependencies: ["CCrypto", "Files", "HTTP", "JSON", "CLibrary"]),
        .target(name: "Checkpoints", dependencies: ["TensorFiles", "Tensors", "Files"]),
        .target(name: "TensorFiles", dependencies: ["Archives", "Tensors", "Files", "JSON"]),
        .target(
            name: "Datasets",
            dependencies: [
                "Transforms", "Images", "TensorFiles", "Operators", "Tensors", "Kernels", "HTTP", "Files", "CZlib",
                "CLibrary",
            ]),
        .target(name: "Transforms", dependencies: ["Images", "Tensors", "CLibrary"]),
        .target(name: "Images", dependencies: ["CPNGShim", "CJPEG", "Files"]),
        .target(name: "CJPEG"),
        .target(name: "CPNGShim", dependencies: ["CPNG"]),
        .systemLibrary(
            name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
        .systemLibrary(
            name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .target(name: "HTTP", dependencies: ["CCurl", "Files", "CLibrary"]),
        .target(name: "CCurl"),
        .target(
            name: "Plans",
            dependencies: [
                "Tracing", "Networks", "Operators", "Tensors", "Kernels", "KernelInterface", "CLibrary",
            ]),
        .target(
            name: "ONNX",
            dependencies: [
                "Tracing", "Networks", "Operators", "Tensors", "KernelInterface", "Files", "Protobuf", "CLibrary",
            ]),
        .target(name: "Tracing", dependencies: ["Tensors"]),
        .target(name: "Networks", dependencies: ["Operators", "Tensors", "Schema", "Files", "CLibrary"]),
        .target(name: "Operators", dependencies: ["Tensors", "Kernels", "KernelInterface", "Schema", "Files"]),
        .target(name: "Tensors", dependencies: ["Kernels", "KernelInterface", "CLibrary"]),
        .target(name: "Bundles", dependencies: ["Archives", "Files"]),
        .target(name: "Archives", dependencies: ["CZlib", "Files"]),
        .target(name: "Console", dependencies: ["CLibrary"]),
        .target(name: "Runs", dependencies: ["Images", "Files", "JSON", "Protobuf", "CLibrary"]),
        .target(name: "Reports", dependencies: ["Runs", "Plots", "Metrics", "Images", "Files", "JSON"]),
        .target(name: "Plots", dependencies: ["Images", "Files", "CLibrary"]),
        .target(name: "Metrics", dependencies: ["CLibrary"]),
        .target(name: "Files", dependencies: ["CCrypto", "CLibrary", "CMapping", "CProgram"]),
        .target(name: "CCrypto"),
        .target(name: "CProgram"),
        .target(name: "CMapping"),
        .target(name: "JSON"),
        .target(name: "Protobuf"),
        .target(name: "Schema"),
        .target(name: "CLibrary"),

        // Hot loops.
        .target(
            name: "Kernels",
            dependencies: ["KernelInterface", "CProcessor", "CLibrary"] + kernelTargets.map { .target(name: $0.name) },
            path: "Sources/Kernels/Dispatch"),
        .target(
            name: "KernelInterface", path: "Sources/Kernels/Interface", swiftSettings: [.unsafeFlags(["-Ounchecked"])]),
        .systemLibrary(name: "CVectors", path: "Sources/Kernels/CVectors"),
        .target(name: "CProcessor", path: "Sources/Kernels/CProcessor"),

        // Tests mirror the folders above.
        .testTarget(name: "KernelsTests", dependencies: ["Kernels", "KernelInterface", "TestSupport"]),
        .testTarget(name: "TensorsTests", dependencies: ["Tensors", "TensorSupport", "TestSupport"]),
        .testTarget(
            name: "OperatorsTests",
            dependencies: ["Operators", "Tensors", "Kernels", "KernelInterface", "TensorSupport", "TestSupport"]),
        .testTarget(
            name: "NetworksTests",
            dependencies: [
                "Networks", "Datasets", "Tensors", "Kernels", "KernelInterface", "TensorSupport", "TestSupport",
            ]),
        .testTarget(
            name: "PlansTests",
            dependencies: [
                "Plans", "Networks", "Tensors", "Kernels", "KernelInterface", "TensorSupport", "TestSupport",
            ]),
        .testTarget(
            name: "ONNXTests",
            dependencies: ["ONNX", "Networks", "Operators", "Tensors", "Files", "TensorSupport", "TestSupport"]),
        .testTarget(name: "JSONTests", dependencies: ["JSON"]),
        .testTarget(name: "ArchivesTests", dependencies: ["Archives", "Files", "TestSupport"]),
        .testTarget(name: "BundlesTests", dependencies: ["Bundles", "Archives", "Files", "TestSupport"]),
        .testTarget(name: "FilesTests", dependencies: ["Files", "TestSupport"]),
        .testTarget(name: "HTTPTests", dependencies: ["HTTP", "TestSupport"]),
        .testTarget(name: "RegistryTests", dependencies: ["Registry", "TestSupport"]),
        .testTarget(name: "SigningTests", dependencies: ["Signing", "HTTP", "JSON", "Files", "TestSupport"]),
        .testTarget(
            name: "ImagesTests", dependencies: ["Images", "Files", "CLibrary", "TestSupport"], exclude: ["Reference"]),
        .testTarget(
            name: "TransformsTests", dependencies: ["Transforms", "Images", "Tensors", "JSON", "Files", "TestSupport"]),
        .testTarget(
            name: "DatasetsTests",
            dependencies: ["Datasets", "HTTP", "Transforms", "Images", "Tensors", "Files", "TestSupport"]),
        .testTarget(
            name: "CheckpointsTests", dependencies: ["Checkpoints", "TensorFiles", "Files", "Tensors", "TestSupport"]),
        .testTarget(
            name: "TensorFilesTests",
            dependencies: ["TensorFiles", "Archives", "Files", "Tensors", "TensorSupport", "TestSupport"],
            exclude: ["Reference"]),
        .testTarget(name: "ConsoleTests", dependencies: ["Console"]),
        .testTarget(name: "MetricsTests", dependencies: ["Metrics", "Files", "JSON", "TestSupport"]),
        .testTarget(
            name: "ReportsTests",
            dependencies: ["Reports", "Runs", "Plots", "Metrics", "Images", "Files", "JSON", "TestSupport"]),
        .testTarget(name: "PlotsTests", dependencies: ["Plots", "Images", "Files", "TestSupport"]),
        .testTarget(name: "RunsTests", dependencies: ["Runs", "Images", "Files", "JSON", "TestSupport"]),
        .testTarget(name: "LuaTests", dependencies: ["Lua", "TestSupport"]),
        .testTarget(name: "HostTests", dependencies: ["Host", "Files", "TestSupport"]),
        .testTarget(
            name: "PluginsTests",
            dependencies: ["Plugins", "Host", "Lua", "Images", "Files", "Signing", "TestSupport"]),
        .testTarget(
            name: "ScriptsTests",
            dependencies: [
                "nightjar", "Host", "Plugins", "Images", "Tensors", "Files", "JSON", "Signing", "TensorSupport",
                "TestSupport",
            ],
            exclude: ["Extremes/driver.lua", "Host"]),
        .target(name: "TestSupport", dependencies: ["Files"], path: "Tests/TestSupport"),
        .target(
            name: "TensorSupport", dependencies: ["Operators", "Files", "TestSupport"], path: "Tests/TensorSupport"),
    ] + kernelTargets,
    swiftLanguageModes: [.v6]
)

// Neither regular expressions nor tasks are used. Without their modules, which are imported where nobody asks for them,
// the command is smaller by two megabytes and starts sooner.
let unused = ["string-processing", "concurrency"].flatMap {
    ["-Xfrontend", "-disable-implicit-\($0)-module-import"]
}
for target in package.targets where [.regular, .executable].contains(target.type) {
    if target.path?.hasPrefix("Tests/") == true { continue }
    target.swiftSettings = (target.swiftSettings ?? []) + [.unsafeFlags(unused)]
}

// What waits for files, a network or a reader is made small rather than fast: the command is a download.
let small: Set = [
    "Archives", "Bundles", "Checkpoints", "Console", "HTTP", "JSON", "Metrics", "ONNX", "Plots", "Plugins", "Registry",
    "Reports", "Runs", "Signing", "TensorFiles", "Tracing",
]
for target in package.targets where small.contains(target.name) {
    target.swiftSettings = (target.swiftSettings ?? []) + [.unsafeFlags(["-Osize"], .when(configuration: .release))]
}
