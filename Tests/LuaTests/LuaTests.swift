import Lua
import Testing

/// How many blocks are held at once. (The process's own memory would be that of all tests that run at the same time.)
private final class Ledger {
    var held = 0 { didSet { most = max(most, held) } }
    private(set) var most = 0
}

/// 80 kB that Lua cannot see.
private final class Block {
    static let size = 80_000
    private let ledger: Ledger

    init(_ ledger: Ledger) {
        self.ledger = ledger
        ledger.held += 1
    }
    deinit { ledger.held -= 1 }
}

@discardableResult
private func declareBlocks(_ state: LuaState) throws -> Ledger {
    let ledger = Ledger()
    let declared = LuaClass(name: "Block", bytes: { _ in Block.size })
    state.runtime.register(declared, for: Block.self)
    try declared.pushNewMetatable(on: state, miss: LuaCallable(name: "Block"))
    state.pop()
    state.pushGlobals()
    state.push(named: "make") { state in
        try state.push(object: Block(ledger))
        return 1
    }
    state.setField("make", of: -2)
    state.pop()
    return ledger
}

private func run(_ source: String, on state: LuaState) throws {
    try state.load(source.utf8, name: "=test")
    try state.call(arguments: 0, results: 0)
}

@Test("100,000 objects of 80 kB each, dropped as they come, stay under a fixed size")
func memoryCeiling() throws {
    let machine = try LuaMachine()
    let state = try machine.state()
    let blocks = try declareBlocks(state)
    try run("for i = 1, 100000 do local block = make() end", on: state)
    #expect(blocks.most * Block.size < 64 << 20)
    #expect(machine.runtime.memory.fullCollections > 100)
    machine.close()
    #expect(machine.runtime.memory.alive == 0)
    #expect(blocks.held == 0)
}

@Test("What is dropped at once is collected soon, and without going through a large heap each time")
func youngCollections() throws {
    let machine = try LuaMachine()
    let state = try machine.state()
    let blocks = try declareBlocks(state)
    try run("heap = {} for i = 1, 100000 do heap[i] = { i } end", on: state)
    try run("for i = 1, 10000 do local block = make() end", on: state)
    let memory = machine.runtime.memory
    #expect(memory.youngCollections > 100 && memory.fullCollections < 100)
    #expect(blocks.most * Block.size < 12 << 20)
}

@Test("A large heap raises the threshold as far as what stays alive, so that a script does not collect all the time")
func adaptiveThreshold() throws {
    func collections(_ source: String) throws -> (count: Int, threshold: Int) {
        let machine = try LuaMachine()
        let state = try machine.state()
        try declareBlocks(state)
        try run(source + " kept = {} for i = 1, 2000 do kept[i] = make() end", on: state)
        let memory = machine.runtime.memory
        #expect(memory.alive == 2000 * Block.size)
        #expect(memory.threshold <= max(MemoryAccount.floor, memory.alive))
        return (memory.fullCollections, memory.threshold)
    }
    let small = try collections("")
    #expect(small.count >= 8 && small.threshold < 32 << 20)
    let large = try collections("heap = {} for i = 1, 100000 do heap[i] = { i } end")
    #expect(large.count <= 5 && large.threshold > 64 << 20)
}

@Test("A caught Lua error has its message, its place and a traceback")
func errors() throws {
    let state = try LuaMachine()
    let error = #expect(throws: LuaError.self) {
        let lua = try state.state()
        try lua.load("\n\nlocal function f() error('oh') end\nf()".utf8, name: "@a:b.lua")
        try lua.call(arguments: 0)
    }
    #expect(error?.message == "a:b.lua:3: oh")
    #expect(error?.chunk == "a:b.lua")
    #expect(error?.line == 3)
    #expect(error?.traceback.contains("a:b.lua:4: in main chunk") == true)
}

@Test("Strings keep any bytes; tables come and go whole")
func values() throws {
    let machine = try LuaMachine()
    let state = try machine.state()
    try state.load("return { 1, 2.5, 'a\\0b', '\\xff', { x = true } }".utf8, name: "=test")
    try state.call(arguments: 0)
    guard case .list(let items) = try state.value(at: -1), items.count == 5 else {
        Issue.record("no list of five")
        return
    }
    if case .integer(1) = items[0] {} else { Issue.record("not 1: \(items[0])") }
    if case .number(2.5) = items[1] {} else { Issue.record("not 2.5: \(items[1])") }
    if case .string("a\0b") = items[2] {} else { Issue.record("not a string: \(items[2])") }
    if case .bytes([0xFF]) = items[3] {} else { Issue.record("not bytes: \(items[3])") }
    try state.push(.list(items))
    #expect(try state.length(at: -1) == 5)
}

@Test("<close> and the collector release an object once")
func release() throws {
    let machine = try LuaMachine()
    let state = try machine.state()
    try declareBlocks(state)
    try run("do local block <close> = make() end", on: state)
    #expect(machine.runtime.memory.alive == 0)
    state.collectGarbage()
    #expect(machine.runtime.memory.alive == 0)
}

@Test("An object that nothing holds goes with the first collection, also one that Lua has put fields on")
func collection() throws {
    let machine = try LuaMachine()
    let state = try machine.state()
    let blocks = try declareBlocks(state)
    let declared = LuaClass(name: "Named", hasFields: true)
    state.runtime.register(declared, for: Named.self)
    try declared.pushNewMetatable(on: state, miss: LuaCallable(name: "Named"))
    weak var named: Named?
    state.pushGlobals()
    state.push(named: "name") { state in
        let made = Named()
        named = made
        try state.push(object: made)
        return 1
    }
    state.setField("name", of: -2)
    try run("local x = name() x.field = make() kept = make()", on: state)
    #expect(named != nil && blocks.held == 2)
    state.collectGarbage()
    #expect(named == nil && blocks.held == 1)
    #expect(machine.runtime.memory.alive == Block.size)
}

@Test("A finalizer finds what its table holds, also at the end", arguments: [true, false])
func finalizers(atEnd: Bool) throws {
    let machine = try LuaMachine()
    let state = try machine.state()
    let blocks = try declareBlocks(state)
    var found: [Bool] = []
    state.pushGlobals()
    state.push(named: "look") { state in
        found.append(state.object(at: 1, as: Block.self) != nil)
        return 0
    }
    state.setField("look", of: -2)
    try run(
        """
        for i = 1, 3 do
          local t = { block = make() }
          if i == 2 then t.other = t.block end
          setmetatable(t, { __gc = function(t) look(t.block) end })
        end
        """, on: state)
    if !atEnd {
        state.collectGarbage()
        state.collectGarbage()
        #expect(found == [true, true, true])
        #expect(blocks.held == 0)
    }
    machine.close()
    #expect(found == [true, true, true])
    #expect(blocks.held == 0)
}

@Test("Values of all sizes, growing and shrinking, keep what is in them")
func sizes() throws {
    let machine = try LuaMachine()
    try run(
        """
        local strings, lists = {}, {}
        for round = 1, 2 do
          for n = 0, 300 do
            local bytes = {}
            for i = 1, n do bytes[i] = string.char((i * n + round) % 256) end
            strings[n], lists[n] = table.concat(bytes), bytes
          end
          for n = 0, 300, 3 do lists[n] = nil end
          collectgarbage()
          for n = 0, 300 do
            assert(#strings[n] == n)
            for i = 1, n do
              assert(strings[n]:byte(i) == (i * n + round) % 256)
              assert(n % 3 == 0 or lists[n][i] == strings[n]:sub(i, i))
            end
          end
        end
        """, on: machine.state())
}

private final class Named {}

@Test("An object of a class with identity is one Lua value, also after a release", arguments: [true, false])
func identity(hasIdentity: Bool) throws {
    let machine = try LuaMachine()
    let state = try machine.state()
    let declared = LuaClass(name: "Named", hasIdentity: hasIdentity)
    state.runtime.register(declared, for: Named.self)
    try declared.pushNewMetatable(on: state, miss: LuaCallable(name: "Named"))
    let object = Named()
    state.pushGlobals()
    state.push(named: "get") { state in
        try state.push(object: object)
        return 1
    }
    state.setField("get", of: -2)
    try run("assert(get() == get() and rawequal(get(), get()) == \(hasIdentity))", on: state)
    try run("do local x <close> = get() end collectgarbage() assert(get() == get())", on: state)
}

@Test("An interrupt that Swift code noticed goes through coroutines unchanged")
func interrupt() throws {
    let machine = try LuaMachine()
    let state = try machine.state()
    state.pushGlobals()
    state.push(named: "stop") { _ in throw Interrupted() }
    state.setField("stop", of: -2)
    let error = #expect(throws: LuaError.self) { try run("coroutine.wrap(function() stop() end)()", on: state) }
    #expect(error?.isInterrupt == true)
    #expect(error?.message == "interrupted")
}
