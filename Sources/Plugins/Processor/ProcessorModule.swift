import Host
import Kernels
import Lua

/// `nightjar.processor`: what figures of speed have to be read with.
let processorModule = HostModule(
    "processor", doc: "What this processor is and can do at most, to be said beside every figure of speed.",
    functions: [
        .function("name", doc: "What the processor calls itself: \"AMD EPYC 9355\".", returns: .string().orNil) { _ in
            Processor.name.isEmpty ? .nil : .string(Processor.name)
        },
        .function(
            "family",
            doc: "The number by which its maker tells generations apart (25 is AMD's Zen 3 and 4, 26 Zen 5); nil where "
                + "there is none.",
            returns: .integer().orNil
        ) { _ in Processor.family.map { .integer($0) } ?? .nil },
        .function("count", doc: "How many processors this process may run on.", returns: .integer()) { _ in
            .integer(Processor.count)
        },
        .function(
            "instruction_set",
            doc: "That of the kernels: the highest that the processor has, or a lower one that $NIGHTJAR_ISA names.",
            returns: .string("\"x86-64-v4\"")
        ) { _ in .string(kernels.name) },
        .function(
            "peak_flops",
            doc: "Floating-point operations a second, of float32, that the instruction set reaches where it only "
                + "multiplies and adds on registers, on all threads of nj.set_num_threads together. Measured anew each "
                + "time, which takes a twentieth of a second. What a program reaches of it is its share of the peak.",
            returns: .number()
        ) { _ in .number(Processor.peakRate()) },
    ])
