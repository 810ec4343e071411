import CLibrary
import Files
import Host
import Kernels
import Plugins

if CommandLine.arguments.dropFirst().elementsEqual(["--examples"]) {
    exit(printOperatorExamples())
}
exit(Command.run(commandLineArguments(), modules: builtInModules, check: { try KernelSettings.check() }))
