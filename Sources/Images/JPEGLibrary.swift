import CJPEG

/// The libjpeg-turbo of this machine, opened on first use.
enum JPEGLibrary {
    #if canImport(Darwin)
        static let names = [
            "libjpeg.8.dylib", "/opt/homebrew/opt/jpeg-turbo/lib/libjpeg.8.dylib",
            "/usr/local/opt/jpeg-turbo/lib/libjpeg.8.dylib",
        ]
    #else
        static let names = ["libjpeg.so.62", "libjpeg.so.8"]
    #endif

    private static let failure = open(names)

    /// - Throws: `ImageError` of kind `.libraryMissing` where there is none.
    static func require() throws { if let failure { throw failure } }

    /// Opens the first of `names` that can be used; answers why none could.
    static func open(_ names: [String]) -> ImageError? {
        var reasons: [String] = []
        for name in names {
            guard let reason = cjpeg_open(name) else { return nil }
            reasons.append("\(name): \(String(cString: reason))")
        }
        return ImageError(
            .libraryMissing,
            "read or write JPEG files: libjpeg-turbo was not found (\(reasons.joined(separator: "; "))). "
                + "Install it: on Debian the package libjpeg62-turbo, on Ubuntu libjpeg-turbo8, on Fedora libjpeg-turbo, "
                + "with Homebrew jpeg-turbo")
    }
}
