import CLibrary

/// A file operation that failed: which file, what was wanted of it and why it could not be had.
public struct FileError: Error, CustomStringConvertible, Equatable {
    /// The file, as the caller named it.
    public let path: String
    /// What was attempted, as it reads after "cannot": "open", "write", "rename".
    public let action: String
    /// Why it failed, in words.
    public let reason: String
    /// The system's error number, where the system gave one.
    public let code: Int32?

    public init(path: String, action: String, reason: String, code: Int32? = nil) {
        self.path = path
        self.action = action
        self.reason = reason
        self.code = code
    }

    /// The failure that `errno` tells of. Read it before anything else can change it.
    public init(path: String, action: String, errno code: Int32) {
        self.init(path: path, action: action, reason: describeErrno(code), code: code)
    }

    public var description: String { "cannot \(action) '\(path)': \(reason)" }
}

/// The system's words for an error number: "No such file or directory".
public func describeErrno(_ code: Int32) -> String {
    guard let text = strerror(code) else { return "error \(code)" }
    return String(cString: text)
}
