import Files
import TestSupport
import Testing

@Test("a directory is listed in order, and one that is not there is an error")
func directoryListing() throws {
    let scratch = try ScratchDirectory()
    for name in ["b", "a", ".hidden"] { _ = try scratch.write(name, "") }
    try makeDirectory(scratch.file("c"))
    #expect(try directoryEntries(scratch.path) == [".hidden", "a", "b", "c"])
    do {
        _ = try directoryEntries("nowhere")
        Issue.record("no error")
    } catch let error as FileError {
        #expect(error.description == "cannot list 'nowhere': No such file or directory")
    }
}
