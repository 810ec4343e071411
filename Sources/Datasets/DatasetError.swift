/// A data set that cannot be had or used.
public enum DatasetError: Error, CustomStringConvertible, Equatable {
    /// A file that breaks its format, or does not fit the files beside it.
    case unreadable(file: String, reason: String)
    /// A directory without a file of the data set.
    case missing(what: String, directory: String, reason: String)
    /// Neither cached nor to be downloaded; one reason for each thing that was tried.
    case unavailable(reasons: [String])
    /// Arguments that do not fit each other or the data.
    case invalid(String)

    public var description: String {
        switch self {
        case .unreadable(let file, let reason): "cannot read '\(file)': \(reason)"
        case .missing(let what, let directory, let reason): "cannot find \(what) in '\(directory)': \(reason)"
        case .unavailable(let reasons): "cannot get MNIST's files: " + reasons.joined(separator: "; ")
        case .invalid(let reason): reason
        }
    }
}
