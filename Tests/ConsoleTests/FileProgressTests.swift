import Console
import Testing

@Suite("Files that come one after the other")
struct FileProgressTests {
    @Test("Each has a line that stays when the next begins")
    func lines() {
        var (output, time) = ("", 0.0)
        var progress = FileProgress { label in
            ProgressLine(label: label, columns: { 60 }, clock: { time }, write: { output += $0 })
        }
        progress.update("a", 500, of: 1000)
        time = 1
        progress.update("a", 1000, of: 1000)
        progress.update("b", 10, of: nil)
        progress.finish()
        let lines = output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.contains("\ra  1.0/1.0 kB  100%") == true)
        #expect(lines.last?.hasPrefix("\rb  10 B") == true)
        progress.finish()
        #expect(output.split(separator: "\n").count == 2)
    }
}
