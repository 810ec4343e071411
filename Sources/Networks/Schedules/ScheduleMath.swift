#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The functions of the C library that Python's `math` and `**` call.
enum ScheduleMath {
    static func cos(_ x: Double) -> Double {
        #if canImport(Glibc)
            Glibc.cos(x)
        #elseif canImport(Musl)
            Musl.cos(x)
        #else
            Darwin.cos(x)
        #endif
    }

    static func pow(_ x: Double, _ y: Double) -> Double {
        #if canImport(Glibc)
            Glibc.pow(x, y)
        #elseif canImport(Musl)
            Musl.pow(x, y)
        #else
            Darwin.pow(x, y)
        #endif
    }

    /// `math.log(x, base)`.
    static func log(_ x: Double, base: Double) -> Double {
        #if canImport(Glibc)
            Glibc.log(x) / Glibc.log(base)
        #elseif canImport(Musl)
            Musl.log(x) / Musl.log(base)
        #else
            Darwin.log(x) / Darwin.log(base)
        #endif
    }
}
