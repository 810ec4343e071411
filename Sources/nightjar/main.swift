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
    return Command.run(arguments, modules: builtInModules, commands: [bundleCommand, runsCommand], check: check)
}

do {
    let status = try run()
    if Interrupt.isTermination {
        // All is tidied up: the signal ends the process after all, so that its parent sees what it expects.
        FileLock.releaseAll()
        signal(SIGTERM, SIG_DFL)
        raise(SIGTERM)
    }
    exit(status)
} catch {
    StandardStreams.writeError("nightjar: \(error)\n")
    exit(1)
}
