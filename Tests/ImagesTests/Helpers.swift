import Files

/// A file of the folder Reference beside this one.
func referencePath(_ name: String, here: String = #filePath) -> String {
    joinPath(directoryName(here), "Reference/\(name)")
}

/// The message of the error that `body` throws; "no error" where it throws none.
func text<T>(_ body: () throws -> T) -> String {
    do {
        _ = try body()
        return "no error"
    } catch {
        return "\(error)"
    }
}
