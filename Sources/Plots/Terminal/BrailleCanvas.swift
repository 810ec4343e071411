/// Characters of 2 x 4 dots each (Unicode's Braille patterns), on which lines are drawn.
struct BrailleCanvas {
    let columns: Int
    let rows: Int
    private var dots: [UInt8]
    /// Which curve was drawn last through each character, from 0; -1 for none.
    private var owners: [Int]

    init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
        dots = [UInt8](repeating: 0, count: columns * rows)
        owners = [Int](repeating: -1, count: columns * rows)
    }

    /// Draws a straight line between two dots.
    mutating func line(_ from: (x: Int, y: Int), _ to: (x: Int, y: Int), owner: Int) {
        let steps = max(abs(to.x - from.x), abs(to.y - from.y), 1)
        for step in 0...steps {
            let part = Double(step) / Double(steps)
            set(
                from.x + Int((Double(to.x - from.x) * part).rounded()),
                from.y + Int((Double(to.y - from.y) * part).rounded()), owner: owner)
        }
    }

    private mutating func set(_ x: Int, _ y: Int, owner: Int) {
        guard x >= 0, x < columns * 2, y >= 0, y < rows * 4 else { return }
        let place = y / 4 * columns + x / 2
        // The standard's numbering: three dots down, then those beside them, then the fourth row.
        let bits: [[UInt8]] = [[0, 3], [1, 4], [2, 5], [6, 7]]
        dots[place] |= 1 << bits[y % 4][x % 2]
        owners[place] = owner
    }

    /// A row of characters.
    func text(row: Int, paint: (String, Int) -> String) -> String {
        (0..<columns).map { column in
            let place = row * columns + column
            guard dots[place] > 0, let scalar = Unicode.Scalar(0x2800 + UInt32(dots[place])) else { return " " }
            return paint(String(Character(scalar)), owners[place])
        }.joined()
    }
}
