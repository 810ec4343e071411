import Lua

/// A declared function in one Lua state: what the trampoline calls. Checks the arguments, runs the body, pushes
/// its results.
@usableFromInline final class BoundFunction: LuaCallable {
    /// The class whose method it is, or whose operator.
    let luaClass: LuaClass?
    /// The table of the module whose function it is, for finding `module:function()`.
    let moduleKey: UnsafeRawPointer?
    let takesReceiver: Bool
    /// How many parameters may be given by position; options follow.
    @exclusivity(unchecked) private(set) var positional = 0
    /// The index of the first argument.
    let first: Int32
    @exclusivity(unchecked) private(set) var parameters: [Argument] = []
    /// The same with the object that a method is called on, where that is declared.
    @exclusivity(unchecked) private(set) var declared: [Argument] = []
    /// The parameters' names once more: comparing them touches nothing else. Made, with the checks, at the first call:
    /// of the hundreds of functions that a module has a script calls a few.
    @exclusivity(unchecked) private(set) var names: [StaticString] = []
    @exclusivity(unchecked) private var checks: [Check] = []
    @exclusivity(unchecked) private var optionals: [Bool] = []
    @exclusivity(unchecked) private var isPrepared = false
    unowned let loader: ModuleLoader
    @exclusivity(unchecked) private(set) var isVariadic = false
    private let declaration: HostFunction
    private let limitsCount: Bool
    private let body: HostFunction.Body
    /// As scripts call a Swift class, for messages.
    var className: (ClassReference) -> String { { [unowned loader] in loader.className($0) } }

    /// The usual checks, without looking into a declaration.
    private enum Check {
        case any
        case integer
        case boolean
        case number
        case string
        case object(Unmanaged<LuaClass>)
        /// An object or a number.
        case operand(Unmanaged<LuaClass>)
        case other
    }

    init(
        _ declaration: HostFunction, body: @escaping HostFunction.Body, label: String, luaClass: LuaClass?,
        moduleKey: UnsafeRawPointer?, loader: ModuleLoader
    ) {
        self.luaClass = luaClass
        self.moduleKey = moduleKey
        self.body = body
        self.loader = loader
        self.declaration = declaration
        takesReceiver = declaration.isReceiverFirst
        if case .metamethod(let event) = declaration.role {
            limitsCount = event == .call  // Lua gives the operand of - and # twice
        } else {
            limitsCount = true
        }
        first = takesReceiver ? 2 : 1
        super.init(name: label)
    }

    private func prepare(_ state: LuaState) {
        let schema = declaration.makeDeclared()
        let receivers = declaration.declaresReceiver ? 1 : 0
        declared = schema.parameters
        positional = schema.arguments.count - receivers
        parameters = Array(declared.dropFirst(receivers))
        isVariadic = schema.arguments.dropFirst(receivers).last?.isVariadic ?? false
        names = parameters.map(\.name)
        checks = parameters.map { parameter in
            switch parameter.kind {
            case .any: return .any
            case .integer(.min ... .max): return .integer
            case .boolean: return .boolean
            case .number(-.infinity ... .infinity): return .number
            case .string: return .string
            case .object(let type):
                // The class lives as long as the state, and so longer than this.
                guard let found = loader.luaClass(type, on: state) else { return .other }
                return .object(Unmanaged.passUnretained(found))
            case .anyOf(let kinds):
                guard case .object(let type)? = kinds.first, let found = loader.luaClass(type, on: state),
                    kinds.count > 1,
                    case .number(-.infinity ... .infinity) = kinds[1]
                else { return .other }
                return .operand(Unmanaged.passUnretained(found))
            default: return .other
            }
        }
        optionals = parameters.map(\.isOptional)
        isPrepared = true
    }

    override func invoke(_ state: LuaState) throws -> Int32 { try body(checkedCall(state)).push(on: state) }

    /// What stands on the stack, found to fit the declaration.
    func checkedCall(_ state: LuaState) throws -> Call {
        if !isPrepared { prepare(state) }
        if takesReceiver, let luaClass, !state.isObject(at: 1, of: luaClass) { throw receiverError(state) }
        let count = state.top
        let call: Call
        let given = Int(count - first) + 1
        if given > 0, state.isTable(at: count) {
            call = try callWithTable(state, count)
        } else {
            call = Call(state: state, function: self, given: Int32(max(given, 0)), named: 0)
        }
        try check(call)
        return call
    }

    // MARK: Checks

    private func check(_ call: Call) throws {
        let state = call.state
        var position = 0
        while position < checks.count {
            let index = call.index(position)
            let isMissing = index == 0 || state.isNil(at: index)
            if isMissing, optionals[position] {
                position += 1
                continue
            }
            let fits: Bool
            switch checks[position] {
            case _ where isMissing: fits = false
            case .any: fits = true
            case .boolean: fits = state.boolean(at: index) != nil
            case .number: fits = state.number(at: index) != nil
            case .string: fits = state.isString(at: index)
            case .integer: fits = state.integer(at: index) != nil
            case .object(let luaClass):
                fits = luaClass._withUnsafeGuaranteedRef { state.isObject(at: index, of: $0) }
            case .operand(let luaClass):
                fits =
                    luaClass._withUnsafeGuaranteedRef { state.isObject(at: index, of: $0) }
                    || state.number(at: index) != nil || parameters[position].kind.accepts(index, state)
            case .other:
                // What a variadic parameter got by position is looked at below.
                fits =
                    parameters[position].isVariadic && position < call.given
                    || parameters[position].kind.accepts(index, state)
            }
            if !fits { try reject(position, index, state) }
            position += 1
        }
        if isVariadic { return try checkRest(call) }
        if limitsCount, Int(call.given) > positional { throw surplus(call) }
    }

    /// The error for an argument that does not fit.
    private func reject(_ position: Int, _ index: Int32, _ state: LuaState) throws {
        let parameter = parameters[position]
        if isOwnModule(state) { throw colonError }
        throw badArgument(
            parameter, got: index == 0 ? "nothing" : parameter.kind.got(index, state), state)
    }

    func badArgument(_ parameter: Argument, got: String, _ state: LuaState) -> PlainError {
        PlainError.argument(
            "\(name): bad argument '\(parameter.name)' (\(parameter.kind.expected(className)) expected, got \(got))")
    }

    /// The arguments that a variadic parameter takes: each alone, or one list.
    private func checkRest(_ call: Call) throws {
        let parameter = parameters[positional - 1]
        let state = call.state
        let range = call.restIndices
        if range.count == 1, parameter.kind.tableUse == .list, state.type(at: range.lowerBound) == .table {
            guard !parameter.kind.accepts(range.lowerBound, state) else { return }
            throw badArgument(parameter, got: parameter.kind.got(range.lowerBound, state), state)
        }
        let item: ArgumentKind
        switch parameter.kind {
        case .integers: item = .integer
        case .objects(let type): item = .object(type)
        default: return
        }
        for index in range where !item.accepts(index, state) {
            if isOwnModule(state) { throw colonError }
            // Among modules or tensors the number says which; a size is seen.
            let place =
                if case .object = item, range.count > 1 { " as item \(index - range.lowerBound + 1)" } else { "" }
            throw PlainError.argument(
                "\(name): bad argument '\(parameter.name)' (\(item.expected(className)) expected, "
                    + "got \(item.got(index, state))\(place))")
        }
    }

    private func surplus(_ call: Call) -> PlainError {
        if moduleKey != nil, isOwnModule(call.state) { return colonError }
        let most = positional == 0 ? "no arguments" : "at most \(positional) argument\(positional == 1 ? "" : "s")"
        let options = parameters.count > positional ? " and an options table" : ""
        return PlainError.argument("\(name): \(most)\(options) expected, got \(call.given)")
    }

    // MARK: Dots and colons

    private func receiverError(_ state: LuaState) -> PlainError {
        let typeName = luaClass?.name ?? "object"
        if state.luaClass(at: 1).map({ luaClass.map($0.isKind) ?? false }) ?? false, state.isReleased(at: 1) {
            return PlainError.argument("\(name): this \(typeName) was released")
        }
        let method = name.split(separator: ":").last ?? ""
        return PlainError.argument("\(name): called with a dot; use object:\(method)(...), with a colon")
    }

    private var colonError: PlainError {
        PlainError.argument("\(name): called with a colon; use \(name)(...), with a dot")
    }

    private func isOwnModule(_ state: LuaState) -> Bool {
        guard let moduleKey, state.top >= 1, state.type(at: 1) == .table else { return false }
        return state.isRegistryValue(at: 1, key: moduleKey)
    }

    // MARK: The trailing table

    /// A call whose last argument is a table: named arguments and options, or itself an argument.
    private func callWithTable(_ state: LuaState, _ count: Int32) throws -> Call {
        if isOwnModule(state) { throw colonError }
        let given = Int(count - first) + 1
        guard isNamedTable(at: count, position: given - 1, state) else {
            return Call(state: state, function: self, given: Int32(given), named: 0)
        }
        try state.reserve(parameters.count + 8)
        state.setTop(count + Int32(parameters.count))
        let call = Call(state: state, function: self, given: Int32(given - 1), named: count + 1)
        try state.forEachPair(at: count) {
            guard let position = parameter(named: -2, state) else { throw unknownOption(state) }
            // However many values a variadic parameter took, they are one parameter's.
            if position < min(given - 1, positional) {
                throw PlainError.argument("\(name): '\(names[position])' is given twice, by position and by name")
            }
            state.copy(-1, to: call.named + Int32(position))
        }
        return call
    }

    /// Whether the table in the place of a parameter holds named arguments.
    private func isNamedTable(at index: Int32, position: Int, _ state: LuaState) -> Bool {
        if parameters.isEmpty { return false }
        if position >= positional {
            return !isVariadic || parameters.count > positional && state.rawCount(at: index) == 0
        }
        switch parameters[position].kind.tableUse {
        case .none: return true
        // {5, 5} is a value; {stride = 2} has names.
        case .list: return state.rawCount(at: index) == 0 && state.hasPairs(at: index)
        case .any:
            return parameters[position].isVariadic && parameters.count > positional && state.hasOnlyNames(at: index)
        }
    }

    private func parameter(named index: Int32, _ state: LuaState) -> Int? {
        state.withBytes(at: index) { bytes in
            names.firstIndex { name in
                name.utf8CodeUnitCount == bytes.count
                    && bytes.elementsEqual(UnsafeRawBufferPointer(start: name.utf8Start, count: bytes.count))
            }
        } ?? nil
    }

    private func unknownOption(_ state: LuaState) -> PlainError {
        let known = parameters.map { "\($0.name)" }
        guard let given = state.string(at: -2) else {
            return PlainError.argument(
                "\(name): options are given by name, but the table has the key \((try? state.describe(at: -2)) ?? "?")")
        }
        if let near = suggestion(for: given, among: known) {
            return PlainError.argument("\(name): unknown option '\(shortened(given))'\(near)")
        }
        let options = parameters.dropFirst(positional).map { "\($0.name)" }
        let listed = (options.isEmpty ? known : options).joined(separator: ", ")
        return PlainError.argument("\(name): unknown option '\(shortened(given))' (there are: \(listed))")
    }
}
