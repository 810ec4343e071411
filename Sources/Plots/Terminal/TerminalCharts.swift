import Images

// Charts in characters.

extension TerminalStyle {
    /// A text in a curve's colour, where there are colours.
    func paint(_ text: String, _ number: Int) -> String {
        guard hasColours, number >= 0 else { return text }
        return "\u{1b}[38;5;\([33, 208, 36, 175, 214, 117, 245][number % 7])m\(text)\u{1b}[0m"
    }
}

/// A text at the right of so many characters.
private func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
}

private func left(_ text: String, _ width: Int) -> String {
    let cut = text.count > width ? text.prefix(max(0, width - 1)) + "…" : text
    return cut + String(repeating: " ", count: max(0, width - cut.count))
}

/// What a terminal shows of a text of others: no control characters, which could move its cursor.
func printable(_ text: String) -> String {
    String(
        String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 32 || (127..<160).contains($0.value) ? "?" : $0 })
    )
}

extension LineChart {
    public func terminal(_ style: TerminalStyle) -> String {
        let (x, y) = axes(width: Double(style.columns) * 9, height: Double(style.rows) * 20)
        let margin = (y.ticks.map { $0.label.count }.max() ?? 0) + 1
        let columns = max(8, style.columns - margin - 1)
        var canvas = BrailleCanvas(columns: columns, rows: style.rows)
        for (number, series) in series.enumerated() {
            var last: (x: Int, y: Int)?
            for (x, y) in zip(zip(series.x, series.y).map { x.part($0.0) }, series.y.map { y.part($0) }) {
                guard let x, let y else {
                    last = nil
                    continue
                }
                let dot = (
                    x: Int((x * Double(columns * 2 - 1)).rounded()),
                    y: Int(((1 - y) * Double(style.rows * 4 - 1)).rounded())
                )
                canvas.line(last ?? dot, dot, owner: number)
                last = dot
            }
        }
        var names = [String](repeating: "", count: style.rows)
        for tick in y.ticks {
            guard let part = y.part(tick.value) else { continue }
            let row = Int(((1 - part) * Double(style.rows - 1)).rounded())
            if names.indices.contains(row) { names[row] = tick.label }
        }
        var lines = labels.title.isEmpty ? [] : [left(printable(labels.title), style.columns)]
        for row in 0..<style.rows {
            lines.append(right(names[row], margin) + "│" + canvas.text(row: row, paint: style.paint))
        }
        lines.append(right("", margin) + "└" + String(repeating: "─", count: columns))
        lines.append(right("", margin) + scaleLine(x, columns))
        if series.count > 1 || !(series.first?.name.isEmpty ?? true) {
            lines.append(
                series.enumerated().map { style.paint("──", $0.offset) + " " + printable($0.element.name) }
                    .joined(separator: "  "))
        }
        return lines.map(trimmed).joined(separator: "\n")
    }

    /// The labels below the horizontal axis.
    private func scaleLine(_ axis: Axis, _ columns: Int) -> String {
        var line = [Character](repeating: " ", count: columns + 1)
        var free = 0
        for tick in axis.ticks {
            guard let part = axis.part(tick.value) else { continue }
            let middle = 1 + Int((part * Double(columns - 1)).rounded())
            let start = max(0, min(middle - tick.label.count / 2, line.count - tick.label.count))
            guard start >= free, start + tick.label.count <= line.count else { continue }
            line.replaceSubrange(start..<start + tick.label.count, with: tick.label)
            free = start + tick.label.count + 1
        }
        return String(line)
    }
}

private func trimmed(_ line: String) -> String {
    var line = line
    while line.last == " " { line.removeLast() }
    return line
}

extension Histogram {
    public func terminal(_ style: TerminalStyle) -> String {
        let names = (0..<counts.count).map { "\(shortNumber(edges[$0])) … \(shortNumber(edges[$0 + 1]))" }
        let margin = names.map(\.count).max() ?? 0
        let numbers = (counts.max() ?? 0).description.count
        let room = max(4, style.columns - margin - numbers - 4)
        let most = Double(max(1, counts.max() ?? 1))
        var lines = labels.title.isEmpty ? [] : [left(printable(labels.title), style.columns)]
        for (name, count) in zip(names, counts) {
            // Eighths of a character.
            let eighths = Int((Double(count) / most * Double(room * 8)).rounded())
            let part = eighths % 8 == 0 ? "" : String([" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8])
            let bar = String(repeating: "█", count: eighths / 8) + part
            lines.append("\(right(name, margin)) \(style.paint(bar, 0)) \(count)")
        }
        return lines.map(trimmed).joined(separator: "\n")
    }
}

extension MatrixChart {
    public func terminal(_ style: TerminalStyle) -> String {
        let names = rowNames.map { left(printable($0), min(16, rowNames.map(\.count).max() ?? 0)) }
        let texts = rows.map { $0.map { shortNumber($0) } }
        let margin = names.first?.count ?? 0
        let widest = max(texts.joined().map(\.count).max() ?? 1, min(8, columnNames.map(\.count).max() ?? 1)) + 1
        let shown = min(columnNames.count, max(1, (style.columns - margin) / widest))
        var lines = labels.title.isEmpty ? [] : [left(printable(labels.title), style.columns)]
        lines.append(
            right("", margin)
                + columnNames.prefix(shown).map { right(left(printable($0), min($0.count, widest - 1)), widest) }
                .joined())
        for (row, name) in names.enumerated().prefix(shown == columnNames.count ? names.count : shown) {
            lines.append(
                name
                    + texts[row].prefix(shown).enumerated().map { column, text in
                        style.paint(right(text, widest), row == column && rows.count == columnNames.count ? 0 : -1)
                    }.joined())
        }
        if shown < columnNames.count { lines.append("(\(columnNames.count) columns, of which the first are shown)") }
        return lines.map(trimmed).joined(separator: "\n")
    }
}

extension ImageGrid {
    public func terminal(_ style: TerminalStyle) -> String {
        let shown = min(images.count, columns)
        guard shown > 0 else { return printable(labels.title) }
        let side = max(4, min(28, style.columns / shown - 1))
        var lines = labels.title.isEmpty ? [] : [left(printable(labels.title), style.columns)]
        for start in stride(from: 0, to: images.count, by: shown) {
            let row = Array(images[start..<min(start + shown, images.count)])
            let blocks = row.map { Self.block($0, side: side) }
            for line in 0..<(blocks.first?.count ?? 0) {
                lines.append(blocks.map { line < $0.count ? $0[line] : "" }.joined(separator: " "))
            }
            let words = (start..<start + row.count).map { $0 < captions.count ? captions[$0] : "" }
            if words.contains(where: { !$0.isEmpty }) {
                lines.append(
                    words.map { left(printable($0.split(separator: "\n").joined(separator: " ")), side) }
                        .joined(separator: " "))
            }
        }
        return lines.map(trimmed).joined(separator: "\n")
    }

    /// A picture in characters that are the darker the brighter a place is: on a terminal light is drawn.
    private static func block(_ image: Image, side: Int) -> [String] {
        let shades = Array(" .:-=+*#%@")
        let rows = max(1, side / 2)
        return (0..<rows).map { row in
            String(
                (0..<side).map { column in
                    let (x, y) = (column * image.width / side, (row * 2 + 1) * image.height / (rows * 2))
                    let place = (min(y, image.height - 1) * image.width + min(x, image.width - 1)) * image.channels
                    let sum = (0..<image.channels).reduce(0) { $0 + Int(image.pixels[place + $1]) }
                    return shades[min(shades.count - 1, sum / image.channels * shades.count / 256)]
                })
        }
    }
}
