import CLibrary
import Files
import Lua

/// The command line: `nightjar [options] [script [arguments]]`.
public enum Command {
    /// What --help prints.
    static func help(_ commands: [HostCommand]) -> String {
        let width = (commands.map(\.usage.count).max() ?? 0) + 2
        let lines = commands.map { $0.usage.padded(to: width) + $0.doc }
        return head + lines.map { "  nightjar \($0)\n" }.joined() + (lines.isEmpty ? "" : "\n") + options
    }

    private static let head = """
        usage: nightjar [options] [script.lua [arguments]]


        """

    private static let options = """
        Runs a Lua 5.4 script; `require "nightjar"` gives it tensors, networks and the rest.
        What follows the script belongs to the script. Without a script: a prompt on a terminal,
        else the program on standard input.

          -e CODE          run CODE
          -i               a prompt after the script
          -                the script is on standard input
          -v, --version    print the version
          -h, --help       print this
          --               no options after this

        Modules are looked for beside the script and in plugins/ there, then in the places that LUA_PATH_5_4
        or LUA_PATH names, which are the system's by default. The directory one stands in is none of them:
        code of -e, standard input and the prompt, which have no script, find what lies there with
        LUA_PATH='./?.lua;;'.

        Variables:
          NIGHTJAR_NUM_THREADS  how many threads work on large operations (default: one for each processor that
                                this process may use); in a script, nj.set_num_threads(n)
          NIGHTJAR_ISA          the instruction set to use, x86-64-v2, -v3 or -v4, or v2, v3, v4 for short
                                (default: the highest that the processor has)

        For developers:
          --stubs DIR      write declarations for editors (LuaLS) to DIR
          --reference      print the reference of all modules, as Markdown
          --examples       print the examples of all operators, as JSON

        """

    /// What the options before the script ask for.
    struct Options: Equatable {
        var code: [String] = []
        var isInteractive = false
        var showsVersion = false
        var showsHelp = false
        var showsReference = false
        var stubs: String?
        /// Where the script is among the arguments.
        var script: Int?
    }

    struct UsageError: Error, Equatable { let message: String }

    /// Reads the arguments, of which the first is the command itself.
    static func parse(_ arguments: [String]) throws(UsageError) -> Options {
        var options = Options()
        var index = 1
        func value(of option: String) throws(UsageError) -> String {
            index += 1
            guard index < arguments.count else { throw UsageError(message: "'\(option)' needs an argument") }
            return arguments[index]
        }
        scan: while index < arguments.count {
            let argument = arguments[index]
            switch argument {
            case "-e": options.code.append(try value(of: argument))
            case "-i": options.isInteractive = true
            case "-v", "--version": options.showsVersion = true
            case "-h", "--help": options.showsHelp = true
            case "--stubs": options.stubs = try value(of: argument)
            case "--reference": options.showsReference = true
            case "--":
                index += 1
                break scan
            case "-": break scan
            case _ where argument.hasPrefix("-"): throw UsageError(message: "unknown option '\(argument)'")
            default: break scan
            }
            index += 1
        }
        if index < arguments.count { options.script = index }
        return options
    }

    /// Does what the command line asks for.
    ///
    /// - Parameter commands: those that are built in; a script of such a name is run as `./name`.
    /// - Parameter script: the path of a script that is part of the program. All arguments are its own.
    /// - Parameter check: looks, before anything runs, whether the environment asks for what cannot be had; what it
    ///   throws ends the command as a wrong option does.
    /// - Returns: the exit status.
    public static func run(
        _ arguments: [String], modules: [HostModule], commands: [HostCommand] = [], script: String? = nil,
        check: () throws -> Void = {}
    ) -> Int32 {
        // A long run's lines are to be seen as they come, in a pipe too.
        StandardStreams.bufferLines()
        do {
            let options = script == nil ? try parse(arguments) : Options()
            if options.showsHelp { return show(help(commands)) }
            if options.showsVersion { return show("nightjar \(version) (Lua \(luaVersion))\n") }
            let documented = [coreModule] + modules
            if options.showsReference { return show(Reference(documented).text) }
            if let directory = options.stubs {
                try Stubs(documented).write(to: directory)
                return Host.Status.success
            }
            do {
                try check()
            } catch {
                StandardStreams.writeError("nightjar: \(error)\n")
                return Host.Status.usage
            }
            if let script { return try run(.file(script), arguments, modules) }
            if let index = options.script, let command = commands.first(where: { $0.name == arguments[index] }) {
                let all = ["nightjar \(command.name)"] + arguments.dropFirst(index + 1)
                return try run(.command(command), all, modules)
            }
            return try run(options, arguments, modules)
        } catch let error as UsageError {
            StandardStreams.writeError(
                "nightjar: \(error.message)\nusage: nightjar [options] [script.lua [arguments]]; see nightjar --help\n")
            return Host.Status.usage
        } catch {
            StandardStreams.writeError("nightjar: \(error)\n")
            return Host.Status.failure
        }
    }

    /// Runs what is part of the program.
    private static func run(_ source: Host.Source, _ arguments: [String], _ modules: [HostModule]) throws -> Int32 {
        let host = try Host(modules: modules)
        defer { close(host) }
        return host.run(source, arguments: arguments, scriptIndex: 0)
    }

    private static func close(_ host: Host) {
        host.close()
        // The process ends now: to free hundreds of declarations one by one would be work for nothing.
        _ = Unmanaged.passRetained(host)
    }

    private static func run(_ options: Options, _ arguments: [String], _ modules: [HostModule]) throws -> Int32 {
        let host = try Host(modules: modules)
        defer { close(host) }
        let script = options.script.flatMap { isInput($0, arguments) ? nil : arguments[$0] }
        // The code before a script may use what lies beside it.
        if let script { try host.searchBeside(script: script) }
        for code in options.code {
            let status = host.run(.code(code), arguments: arguments, scriptIndex: options.script ?? arguments.count)
            if status != Host.Status.success { return status }
        }
        if let index = options.script {
            let source = script.map { Host.Source.file($0) } ?? .standardInput
            let status = host.run(source, arguments: arguments, scriptIndex: index)
            if status != Host.Status.success || !options.isInteractive { return status }
        } else if !options.isInteractive {
            if !options.code.isEmpty { return Host.Status.success }
            if isatty(STDIN_FILENO) == 0 { return host.run(.standardInput, arguments: arguments, scriptIndex: 0) }
        }
        return Prompt(host).run(arguments)
    }

    /// Whether the script is to be read from standard input.
    private static func isInput(_ index: Int, _ arguments: [String]) -> Bool {
        arguments[index] == "-" && arguments[index - 1] != "--"
    }

    private static func show(_ text: String) -> Int32 {
        StandardStreams.writeOutput(text) ? Host.Status.success : Host.Status.failure
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
