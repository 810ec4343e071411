/// What a format's reader makes of what only it knows. Nothing else can be made: there is no way from a name in a file to
/// code.
protocol PickleObjects {
    /// A class or function by its full name, "collections.OrderedDict".
    ///
    /// - Throws: `Malformed` where the format has none of that name.
    func global(_ name: String) throws -> PickleValue
    /// What calling one of these gives.
    func call(_ global: PickleGlobal, _ arguments: [PickleValue]) throws -> PickleValue
    /// What stands outside the pickle.
    func persistent(_ id: PickleValue) throws -> PickleValue
}

/// Reads a pickle that may come from anywhere.
///
/// It knows the instructions that plain values, tensors and OrderedDicts need, and runs nothing: `REDUCE` and the like
/// reach only the `PickleObjects` it is given. What is made is counted, values may lie only so deep in one another, and
/// none may hold itself.
struct PickleReader {
    /// The most bytes that a pickle may have: enough for 200,000 tensors.
    static let limit = 32 << 20
    /// The most lists, tuples and dictionaries.
    private static let containerLimit = 1 << 21
    /// The most values that wait, and that are remembered.
    private static let valueLimit = 1 << 21

    private let bytes: [UInt8]
    private let objects: any PickleObjects
    private var place = 0
    private var stack: [PickleValue] = []
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    private var containers = 0

    private init(_ bytes: [UInt8], _ objects: any PickleObjects) {
        self.bytes = bytes
        self.objects = objects
    }

    /// - Throws: `Malformed` for anything that is not known.
    static func read(_ bytes: [UInt8], _ objects: any PickleObjects) throws -> PickleValue {
        guard bytes.count <= limit else {
            throw Malformed("its pickle has \(bytes.count) bytes, at most \(limit) are taken")
        }
        var reader = PickleReader(bytes, objects)
        return try reader.read()
    }

    private mutating func read() throws -> PickleValue {
        guard try byte() == PickleOpcode.proto.rawValue, try (2...5).contains(byte()) else {
            throw Malformed("its pickle does not begin as protocols 2 to 5 do")
        }
        while true {
            let code = try byte()
            guard let opcode = PickleOpcode(rawValue: code) else {
                throw Malformed(
                    PickleOpcode.refusedName(code).map {
                        "its pickle has the instruction \($0), which no file of tensors needs: nothing in the file is run"
                    } ?? "its pickle is damaged at byte \(place - 1)")
            }
            if opcode == .stop { break }
            try run(opcode)
            guard stack.count <= Self.valueLimit else {
                throw Malformed("its pickle holds more than \(Self.valueLimit) values at once")
            }
        }
        guard stack.count == 1, marks.isEmpty, place == bytes.count else {
            throw Malformed("its pickle does not end where it should")
        }
        return stack[0]
    }

    private mutating func run(_ opcode: PickleOpcode) throws {
        switch opcode {
        case .none: stack.append(.none)
        case .newTrue: stack.append(.truth(true))
        case .newFalse: stack.append(.truth(false))
        case .binInt: stack.append(.integer(Int(Int32(truncatingIfNeeded: try little(4)))))
        case .binInt1: stack.append(.integer(try little(1)))
        case .binInt2: stack.append(.integer(try little(2)))
        case .long1: stack.append(try long(count: little(1)))
        case .binFloat: stack.append(.number(Double(bitPattern: UInt64(bitPattern: Int64(try big(8))))))
        case .binUnicode: stack.append(.text(try text(count: little(4))))
        case .shortBinUnicode: stack.append(.text(try text(count: little(1))))
        case .mark: marks.append(stack.count)
        case .emptyTuple: try push(sequence: [], isTuple: true)
        case .tuple: try push(sequence: Array(poppedToMark()), isTuple: true)
        case .tuple1: try push(sequence: popped(1), isTuple: true)
        case .tuple2: try push(sequence: popped(2), isTuple: true)
        case .tuple3: try push(sequence: popped(3), isTuple: true)
        case .emptyList: try push(sequence: [], isTuple: false)
        case .append: try append(popped(1)[...])
        case .appends: try append(poppedToMark())
        case .emptyDictionary:
            try countContainer()
            stack.append(.dictionary(PickleDictionary()))
        case .setItem: try set(popped(2)[...])
        case .setItems: try set(poppedToMark())
        case .global: stack.append(try objects.global("\(line()).\(line())"))
        case .stackGlobal:
            let names = try popped(2).map(\.text)
            guard let module = names[0], let name = names[1] else { throw damaged }
            stack.append(try objects.global("\(module).\(name)"))
        case .reduce: try reduce()
        case .build: try build()
        case .binPersistentID: stack.append(try objects.persistent(popped(1)[0]))
        case .binPut: try put(little(1))
        case .longBinPut: try put(little(4))
        case .memoize: try put(memo.count)
        case .binGet: try get(little(1))
        case .longBinGet: try get(little(4))
        case .frame: _ = try take(8)
        case .proto, .stop: throw damaged
        }
    }

    // MARK: Containers and objects

    private mutating func countContainer() throws {
        containers += 1
        guard containers <= Self.containerLimit else {
            throw Malformed("its pickle has more than \(Self.containerLimit) lists and dictionaries")
        }
    }

    private mutating func push(sequence items: [PickleValue], isTuple: Bool) throws {
        try countContainer()
        stack.append(.sequence(try PickleSequence(items, isTuple: isTuple)))
    }

    private mutating func append(_ items: ArraySlice<PickleValue>) throws {
        guard case .sequence(let list)? = stack.last else { throw damaged }
        try list.append(items)
    }

    private mutating func set(_ items: ArraySlice<PickleValue>) throws {
        guard case .dictionary(let dictionary)? = stack.last, items.count % 2 == 0 else { throw damaged }
        for place in stride(from: items.startIndex, to: items.endIndex, by: 2) {
            try dictionary.set(items[place], items[place + 1])
        }
    }

    private mutating func reduce() throws {
        let parts = try popped(2)
        guard case .global(let global) = parts[0], let arguments = parts[1].tuple else {
            throw Malformed("its pickle calls \(parts[0].kind) with \(parts[1].kind): nothing in the file is run")
        }
        try countContainer()
        stack.append(try objects.call(global, arguments))
    }

    /// Attributes of an OrderedDict: `state_dict()` notes the versions of modules there, which nobody here needs.
    private mutating func build() throws {
        let attributes = try popped(1)[0]
        guard case .dictionary? = stack.last, case .dictionary(let named) = attributes,
            named.pairs.allSatisfy({ $0.key == .text(.init("_metadata")) })
        else {
            throw Malformed(
                "its pickle gives attributes to \(stack.last?.kind ?? "nothing"): nothing in the file is run")
        }
    }

    // MARK: The memo

    private mutating func put(_ place: Int) throws {
        guard let value = stack.last, marks.last ?? 0 < stack.count else { throw damaged }
        guard memo.count < Self.valueLimit else {
            throw Malformed("its pickle remembers more than \(Self.valueLimit) values")
        }
        memo[place] = value
    }

    private mutating func get(_ place: Int) throws {
        guard let value = memo[place] else { throw damaged }
        stack.append(value)
    }

    // MARK: The stack

    private mutating func popped(_ count: Int) throws -> [PickleValue] {
        guard stack.count - count >= marks.last ?? 0 else { throw damaged }
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    private mutating func poppedToMark() throws -> ArraySlice<PickleValue> {
        guard let mark = marks.popLast() else { throw damaged }
        return try popped(stack.count - mark)[...]
    }

    // MARK: Bytes

    private var damaged: Malformed { Malformed("its pickle is damaged before byte \(place)") }

    private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
        guard count <= bytes.count - place else { throw Malformed("its pickle ends too early") }
        defer { place += count }
        return bytes[place..<place + count]
    }

    private mutating func byte() throws -> UInt8 {
        guard place < bytes.count else { throw Malformed("its pickle ends too early") }
        defer { place += 1 }
        return bytes[place]
    }

    private mutating func little(_ count: Int) throws -> Int {
        try take(count).reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    private mutating func big(_ count: Int) throws -> Int { try take(count).reduce(0) { $0 << 8 | Int($1) } }

    /// An integer in two's complement, its lowest byte first. One of more than 64 bits becomes a floating-point number, as
    /// it does in Lua.
    private mutating func long(count: Int) throws -> PickleValue {
        let digits = try take(count)
        let sign = (digits.last ?? 0) & 0x80 == 0 ? 0 : -1
        guard digits.count > 8 else { return .integer(digits.reversed().reduce(sign) { $0 << 8 | Int($1) }) }
        return .number(digits.reversed().reduce(Double(sign)) { $0 * 256 + Double($1) })
    }

    private mutating func text(count: Int) throws -> String {
        guard let text = String(validating: try take(count), as: UTF8.self) else {
            throw Malformed("its pickle has a text that is not UTF-8")
        }
        return text
    }

    /// Bytes up to the end of the line.
    private mutating func line() throws -> String {
        guard let end = bytes[place...].prefix(256).firstIndex(of: 0x0a),
            let text = String(validating: bytes[place..<end], as: UTF8.self)
        else { throw damaged }
        place = end + 1
        return text
    }
}
