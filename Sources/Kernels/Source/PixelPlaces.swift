import KernelInterface

/// Where the runs of pixels of some rows read from and go to.
struct PixelPlaces {
    /// Integers that a run takes.
    static let size = 5

    let rows: Int, runs: Int
    let kind: PixelRuns.Kind
    private let table: UnsafeMutablePointer<Int>

    /// - Parameters:
    ///   - table: `size` integers for each run, which this writes.
    ///   - width: pixels of a row of the output.
    init(_ table: UnsafeMutablePointer<Int>, _ runs: PixelRuns, rows: Int, width: Int, _ frame: Frame) {
        (self.table, self.rows, kind) = (table, rows, runs.kind)
        self.runs = runs.count(rows: rows)
        var to = table
        if kind == .ends {
            runs.eachEnd(rows: rows) { y, x, first, count in
                (to[0], to[1], to[2]) = (frame.place(y, x), y * width + x, frame.place(y + 1, 0) - first)
                (to[3], to[4]) = (first, count)
                to += Self.size
            }
            return
        }
        for y in 0..<rows {
            for first in stride(from: 0, to: width, by: runs.length) {
                let x = min(first, width - runs.length)
                (to[0], to[1]) = (frame.place(y, x), y * width + x)
                to += Self.size
            }
        }
    }

    var vectors: Int { kind == .halves ? (runs + 1) / 2 : runs }
    /// Where a run reads from, and where it goes.
    func start(_ run: Int) -> Int { table[run * Self.size] }
    func end(_ run: Int) -> Int { table[run * Self.size + 1] }
    /// Of a run that ends in the next row, where that is read, how many pixels lie before it, and in all.
    func next(_ run: Int) -> (place: Int, first: Int, count: Int) {
        let at = table + run * Self.size
        return (at[2], at[3], at[4])
    }
}
