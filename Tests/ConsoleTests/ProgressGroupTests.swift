import Testing

@testable import Console

@Suite("Several things at once")
struct ProgressGroupTests {
    private final class Screen {
        var text = ""
        var now = 0.0
    }

    private func group(_ screen: Screen, columns: Int?) -> ProgressGroup {
        ProgressGroup(columns: { columns }, clock: { screen.now }, write: { screen.text += $0 })
    }

    @Test("on a terminal each has a line, drawn in place")
    func lines() {
        let screen = Screen()
        var group = group(screen, columns: 60)
        group.update("a", 500_000, of: 1_000_000)
        screen.now = 1
        group.update("b", 1_000_000, of: 4_000_000)
        #expect(
            screen.text
                == "\ra  0.5/1.0 MB  [##########..........] 50%\u{1B}[K"
                + "\ra  0.5/1.0 MB  [##########..........] 50%  500.0 kB/s  0:01\u{1B}[K\n"
                + "b  1.0/4.0 MB  [#####...............] 25%\u{1B}[K")
        screen.text = ""
        group.update("b", 2_000_000, of: 4_000_000)
        #expect(screen.text == "", "drawn no more often than can be read")
        group.end("a")
        #expect(
            screen.text.hasPrefix("\r\u{1B}[1A\u{1B}[J\rb  2.0/4.0 MB  [##########..........] 50%"), "\(screen.text)")
        screen.text = ""
        group.clear()
        #expect(screen.text == "\r\u{1B}[J")
        group.clear()
        #expect(screen.text == "\r\u{1B}[J")
    }

    @Test("in a log what takes long says so every ten seconds, and no line is drawn in place")
    func log() {
        let screen = Screen()
        var group = group(screen, columns: nil)
        for second in 0...25 {
            screen.now = Double(second)
            group.update("a", second * 1_000_000, of: 100_000_000)
        }
        #expect(
            screen.text
                == "a  10.0/100.0 MB  [##..................] 10%  1.0 MB/s  1:30 left\n"
                + "a  20.0/100.0 MB  [####................] 20%  1.0 MB/s  1:20 left\n")
        group.clear()
        group.end("a")
        #expect(!screen.text.contains("\r"))
    }
}
