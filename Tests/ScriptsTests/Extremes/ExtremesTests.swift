#if os(Linux)
    import Files
    import Foundation
    import TestSupport
    import Testing

    extension Declared {
        /// What is not called, and why.
        static let leftOut = [
            "Package:publish": "waits between its attempts to reach a server",
            "nj.data.mnist": "downloads, or reads the real set for minutes",
            "nj.data.generated_digits": "draws 60,000 digits where 'limit' lets it",
        ]

        /// What a parameter usually is where its kind alone does not tell, so that the other parameters are looked at.
        static let usual = [
            "nj.nn.functional.conv2d input": ["nj.ones(1, 1, 4, 4)"],
            "nj.nn.functional.conv2d weight": ["nj.ones(1, 1, 3, 3)"],
            "nj.nn.functional.max_pool2d input": ["nj.ones(1, 1, 4, 4)"],
            "nj.nn.functional.avg_pool2d input": ["nj.ones(1, 1, 4, 4)"],
            "nj.nn.functional.linear weight": ["nj.ones(2, 3)"],
            "nj.nn.functional.nll_loss target": ["nj.tensor { 0, 1 }"],
            "nj.nn.functional.cross_entropy target": ["nj.tensor { 0, 1 }"],
            "nj.nn.functional.mse_loss target": ["nj.ones(2, 3)"],
            "nj.no_grad body": ["print", "error"],
            "nj.sha256 path": ["arg[1]", "'none'", "'.'"],
            "nj.bundle path": ["arg[1]", "'none'", "'.'"],
            "nj.onnx.export path": ["'net.onnx'"],
            "nj.onnx.export input": ["{ 2, 3 }", "nj.zeros(2, 3)", "{ { 2, 3 }, nj.ones(2) }"],
            "nj.json.decode text": ["'[1, {\"a\": null}]'", "('['):rep(10000)"],
            "nj.registry.gitlab url": ["'http://127.0.0.1:1'"],
            "nj.registry.package files": ["{ x = registry.text 'y' }"],
            "nj.registry.custom functions": ["{ versions = print, files = print, put = print, get = print }"],
            "nj.registry.open spec": ["'directory:here'"],
            "nj.http.request url": ["'http://127.0.0.1:1'"],
            "nj.http.get url": ["'http://127.0.0.1:1'"],
            "nj.http.put url": ["'http://127.0.0.1:1'"],
            "nj.http.post url": ["nj.secret 'http://127.0.0.1:1'"],
            "nj.metrics.percentile p": ["50"],
            "Module:forward input": ["nj.ones(2, 2)"],
        ]

        /// Parameters that get nothing but what they usually are: more would be many threads, or files outside.
        static let bounded: Set = [
            "nj.set_num_threads threads"
        ]
    }

    /// Every function and method that scripts can call, with numbers, lists, objects and tensors of all kinds in the place
    /// of each parameter: none may crash, hang or keep memory. `NIGHTJAR_EXTREMES=SECONDS` lets random calls follow, so
    /// long for each group.
    @Suite("Extreme values", .enabled(if: Nightjar.executable != nil, "the command is not built"))
    struct ExtremesTests {
        private static let seconds = ProcessInfo.processInfo.environment["NIGHTJAR_EXTREMES"].flatMap { Int($0) } ?? 0
        private static let seed = seconds == 0 ? 1 : Int.random(in: 1...1_000_000)

        /// KiB of address space.
        private static let memory = 2 << 20

        @Test("are refused or used, and nothing worse", arguments: Declared.groups)
        func group(_ group: Declared.Group) throws {
            let scratch = try ScratchDirectory()
            let functions = group.functions.map(\.lua).joined(separator: ",\n")
            let declared = try scratch.write("declared.lua", "return {\n\(functions)\n}\n")
            let driver = joinPath(directoryName(#filePath), "driver.lua")
            let log = scratch.file("log")
            try makeDirectory(scratch.file("work"))
            var first = 1
            // A call that ends the process is reported, and the next ones are made.
            for _ in 0..<20 {
                let command =
                    "ulimit -c 0; ulimit -v \(Self.memory); "
                    + "exec timeout -s KILL \(60 + Self.seconds) '\(Nightjar.executable ?? "")' "
                    + "'\(driver)' '\(declared)' '\(log)' \(first) \(Self.seconds) \(Self.seed) > /dev/null"
                let run = try Nightjar.run(
                    program: "/bin/sh", ["-c", command], in: scratch.file("work"),
                    environment: ["NIGHTJAR_NUM_THREADS": "2", "SWIFT_BACKTRACE": "enable=no"])
                let lines = ((try? readText(log, limit: 1 << 30)) ?? "").split(separator: "\n").map(String.init)
                if lines.last == "done", run.status == 0 { break }
                let last = lines.last { !$0.hasPrefix("!") } ?? "nothing"
                let words = run.errors.split(separator: "\n").filter { $0.contains("Fatal") || $0.contains("memory") }
                    .suffix(2).joined(separator: " | ")
                let issue = "ended with status \(run.status) in call \(last) (seed \(Self.seed)): \(words)"
                Issue.record("\(issue)")
                guard let number = last.split(separator: " ").first.flatMap({ Int($0) }) else { break }
                first = number + 1
            }
            let text = (try? readText(log, limit: 1 << 30)) ?? ""
            for line in text.split(separator: "\n") where line.hasPrefix("!") { Issue.record("\(line.dropFirst(2))") }
            #expect(text.hasSuffix("done\n"))
        }
    }
#endif
