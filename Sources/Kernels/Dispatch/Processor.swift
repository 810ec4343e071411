import CProcessor

/// What this processor is, and what it can do at most.
public enum Processor {
    /// What it calls itself: "AMD EPYC 9355"; empty where it does not say.
    public static var name: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
            guard let base = text.baseAddress else { return "" }
            base[0] = 0
            nightjar_processor_name(base, 64)
            var name = String(cString: base)
            while name.last == " " { name.removeLast() }
            return name
        }
    }

    /// The number by which its maker tells generations apart: 25 is AMD's Zen 3 and 4, 26 Zen 5; nil where there is none.
    public static var family: Int? {
        let family = Int(nightjar_processor_family())
        return family == 0 ? nil : family
    }

    /// How many processors this process may run on, and no more than a container's quota is worth.
    public static var count: Int { Int(nightjar_processor_count()) }

    /// The processors that the quota in a control group's folder is worth, rounded up; nil where there is none.
    static func quota(in folder: String) -> Int? {
        let quota = Int(nightjar_processor_quota(folder))
        return quota == 0 ? nil : quota
    }

    /// Floating-point operations a second, of float32, that the kernels' instruction set reaches where it only multiplies
    /// and adds, on the shared pool's threads together: the best of several tries, which take a twentieth of a second.
    public static func peakRate() -> Double {
        let (rounds, tries) = (1 << 20, 24)
        let threads = ThreadPool.shared.threads
        // The first goes to wake the processor.
        let operations = Double(kernels.multiplyAdd(rounds: rounds) * threads)
        var shortest = Double.infinity
        for _ in 0..<tries {
            let start = nanoseconds()
            ThreadPool.shared.run(threads) { _ in _ = kernels.multiplyAdd(rounds: rounds) }
            shortest = min(shortest, Double(nanoseconds() - start) * 1e-9)
        }
        return operations / shortest
    }
}
