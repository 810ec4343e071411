import Host
import Plugins

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

if CommandLine.arguments.dropFirst().elementsEqual(["--examples"]) {
    exit(printOperatorExamples())
}
exit(Command.run(CommandLine.arguments, modules: builtInModules))
