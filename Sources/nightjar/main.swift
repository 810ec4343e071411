import Bundles
import CLibrary
import Files
import Host
import Kernels
import Lua
import Plugins

/// Runs the script in this executable where there is one, else what the command line asks for.
func run() throws -> Int32 {
    let check = { try KernelSettings.check() }
    let arguments = commandLineArguments()
    if let bundle = try ExecutableBundle.ofRunningProgram() {
        bundle.install()
        let script = BundledFiles.prefix + bundle.script
        return Command.run(arguments, modules: builtInModules, script: script, check: check)
    }
    if arguments.dropFirst().elementsEqual(["--examples"]) { return printOperatorExamples() }
    return Command.run(arguments, modules: builtInModules, commands: [bundleCommand], check: check)
}

do {
    exit(try run())
} catch {
    StandardStreams.writeError("nightjar: \(error)\n")
    exit(1)
}
