import Files
import Plots

/// An HTML page that holds all it needs: it asks for nothing, works without a network, and suits light and dark screens
/// of any width. Its policy (CSP) forbids whatever else, so that a name that got through unescaped could do nothing.
struct Page {
    private let title: String
    private var body = ""

    init(title: String) { self.title = title }

    /// Appends markup, in which texts of others have to be escaped already.
    mutating func add(_ markup: String) { body += markup + "\n" }

    /// A heading and what belongs to it.
    mutating func section(_ heading: String, _ markup: String) {
        add("<section>\n<h2>\(escapedMarkup(heading))</h2>\n\(markup)\n</section>")
    }

    var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; \
        style-src 'unsafe-inline'; script-src 'sha256-\(Self.scriptDigest)'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(escapedMarkup(title))</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        <main>
        \(body)</main>
        <script>\(Self.script)</script>
        </body>
        </html>

        """
    }

    // MARK: Parts

    /// A table with a head; the cells are texts of others.
    static func table(_ head: [String], _ rows: [[String]], numbersFrom: Int = 1, marked: Set<Int> = []) -> String {
        func cells(_ row: [String], _ kind: String) -> String {
            row.enumerated().map { place, text in
                let style = place >= numbersFrom ? " class=\"n\"" : ""
                return "<\(kind)\(style)>\(escapedMarkup(text))</\(kind)>"
            }.joined()
        }
        let lines = rows.enumerated().map { number, row in
            "<tr\(marked.contains(number) ? " class=\"marked\"" : "")>\(cells(row, "td"))</tr>"
        }
        let top = head.isEmpty ? "" : "<thead><tr>\(cells(head, "th"))</tr></thead>"
        return "<div class=\"scroll\"><table>\(top)<tbody>\n\(lines.joined(separator: "\n"))\n</tbody></table></div>"
    }

    /// A few figures, large.
    static func cards(_ figures: [(name: String, value: String, remark: String)]) -> String {
        let cards = figures.map { figure in
            "<div class=\"card\"><b>\(escapedMarkup(figure.value))</b><span>\(escapedMarkup(figure.name))</span>"
                + (figure.remark.isEmpty ? "" : "<small>\(escapedMarkup(figure.remark))</small>") + "</div>"
        }
        return "<div class=\"cards\">\(cards.joined())</div>"
    }

    /// A chart as it is.
    static func chart(_ chart: any Chart, width: Double, height: Double) -> String {
        SVGDrawing(chart.scene(width: width, height: height), isPart: true).text
    }

    private static let style = """
        :root{--paper:#fff;--ink:#202124;--muted:#5f6368;--grid:#e2e4e7;--card:#f6f7f9;--mark:#fff4d6;\
        --s0:#0072b2;--s1:#d55e00;--s2:#009e73;--s3:#cc79a7;--s4:#e69f00;--s5:#56b4e9;--s6:#6e6e6e}
        @media (prefers-color-scheme:dark){:root{--paper:#16181c;--ink:#e8eaed;--muted:#a3a9b0;--grid:#33373d;\
        --card:#1f2227;--mark:#3b3319;--s0:#5ab0ea;--s1:#f28e4e;--s2:#33c79e;--s3:#e2a3c5;--s4:#f0b840;--s5:#a3d7f7;\
        --s6:#b4b8bd}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
        main{max-width:1000px;margin:0 auto;padding:20px 16px 48px}
        h1{font-size:22px;line-height:1.3;margin:0 0 4px;overflow-wrap:anywhere}
        h2{font-size:17px;margin:32px 0 10px}
        p{margin:4px 0 10px}.muted,small,figcaption{color:var(--muted)}
        .cards{display:flex;flex-wrap:wrap;gap:10px;margin:16px 0}
        .card{background:var(--card);border-radius:8px;padding:10px 14px;min-width:120px;display:flex;\
        flex-direction:column}.card b{font-size:20px}.card span{font-size:13px}
        .charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,420px),1fr));gap:12px}
        figure{margin:0;background:var(--card);border-radius:8px;padding:6px;position:relative}
        svg{display:block;width:100%;height:auto}.wide svg{min-width:460px}
        .scroll{overflow-x:auto}
        table{border-collapse:collapse;font-size:14px}th,td{padding:4px 12px 4px 0;text-align:left;\
        border-bottom:1px solid var(--grid);vertical-align:top}th{color:var(--muted);font-weight:500}
        td{overflow-wrap:anywhere;max-width:480px}\
        .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        td:first-child{min-width:96px}
        tr.marked td{background:var(--mark)}
        .images{display:flex;flex-wrap:wrap;gap:10px}.images figure{padding:6px;text-align:center}
        .images img{width:84px;height:84px;object-fit:contain}.images figcaption{font-size:12px;line-height:1.3;margin-top:4px;\
        max-width:96px;overflow-wrap:anywhere}.weights{gap:4px}.weights img{width:52px;height:52px}
        img{image-rendering:pixelated;display:block;margin:0 auto}.weights figure{padding:2px}
        .matrix{max-width:620px}.matrix img{width:100%}
        .tip{position:absolute;pointer-events:none;background:var(--paper);border:1px solid var(--muted);\
        border-radius:6px;padding:4px 8px;font-size:12px;line-height:1.4;white-space:nowrap;max-width:100%;overflow:hidden;\
        text-overflow:ellipsis;display:none;z-index:1}
        .legend{display:flex;flex-wrap:wrap;gap:4px 18px;margin:0 0 10px;padding:0;list-style:none;overflow-wrap:anywhere}
        .legend i,.tip i{display:inline-block;width:10px;height:3px;margin-right:6px;vertical-align:middle}
        """

    /// Shows the numbers of all curves at the step under the pointer. What it writes is text, never markup.
    private static let script = """

        for (const figure of document.querySelectorAll('figure[data-chart]')) {
          const chart = JSON.parse(figure.dataset.chart), svg = figure.querySelector('svg');
          const tip = figure.appendChild(document.createElement('div'));
          tip.className = 'tip';
          const line = document.createElementNS('http://www.w3.org/2000/svg', 'line');
          line.setAttribute('stroke', 'var(--muted)');
          line.setAttribute('y1', chart.top);
          line.setAttribute('y2', chart.bottom);
          line.style.display = 'none';
          svg.appendChild(line);
          svg.addEventListener('pointermove', event => {
            const box = svg.getBoundingClientRect(), scale = chart.width / box.width;
            const x = (event.clientX - box.left) * scale;
            let step = null, near = Infinity;
            const nearest = chart.curves.map(curve => {
              let best = null;
              for (const point of curve.points)
                if (!best || Math.abs(point[0] - x) < Math.abs(best[0] - x)) best = point;
              if (best && Math.abs(best[0] - x) < near) { near = Math.abs(best[0] - x); step = best; }
              return best;
            });
            if (!step) return;
            line.setAttribute('x1', step[0]);
            line.setAttribute('x2', step[0]);
            line.style.display = tip.style.display = 'block';
            tip.textContent = 'step ' + step[1];
            chart.curves.forEach((curve, number) => {
              const best = nearest[number];
              if (!best || Math.abs(best[0] - step[0]) > 12) return;
              const row = tip.appendChild(document.createElement('div'));
              row.appendChild(document.createElement('i')).style.background = 'var(--s' + number % 7 + ')';
              row.append(curve.name + ': ' + best[2]);
            });
            const left = step[0] / scale, room = figure.clientWidth - tip.offsetWidth - 8;
            tip.style.left = Math.max(0, left > figure.clientWidth / 2 ? left - tip.offsetWidth - 8
              : Math.min(left + 16, room)) + 'px';
            tip.style.top = '40px';
          });
          svg.addEventListener('pointerleave', () => { line.style.display = tip.style.display = 'none'; });
        }

        """

    /// The script's SHA-256 in Base64, by which the policy knows it.
    private static var scriptDigest: String {
        let digits = Array(SHA256.hexDigest(of: Array(script.utf8)))
        return base64(
            stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) })
    }
}
