import Host
import Lua
import Runs

// A run's position as a plain table, to be kept with a training's state.

extension RunPosition {
    func lua(folder: String) -> LuaValue {
        .table([
            (key: .string("folder"), value: .string(folder)),
            (key: .string("columns"), value: .list(columns.map { .string($0) })),
            (key: .string("rows"), value: .integer(rows)),
            (key: .string("metrics_bytes"), value: .integer(metricsBytes)),
            (key: .string("metrics_crc32c"), value: .integer(Int(metricsDigest))),
            (key: .string("events"), value: .string(events)),
            (key: .string("events_bytes"), value: .integer(eventsBytes)),
        ])
    }

    /// The position and the folder of `resume`.
    static func read(_ call: Call) throws -> (RunPosition, folder: String) {
        let (state, index) = (call.state, try call.index("resume"))
        func refusal(_ name: String) -> any Error {
            call.badArgument("resume", expected: "what run:state() gave", got: "a table without a proper '\(name)'")
        }
        func number(_ name: String, _ most: Int) throws -> Int {
            defer { state.pop() }
            state.pushField(name, of: index)
            guard let value = state.integer(at: -1), (0...most).contains(value) else { throw refusal(name) }
            return value
        }
        func text(_ name: String) throws -> String {
            defer { state.pop() }
            state.pushField(name, of: index)
            guard state.type(at: -1) == .string, let value = state.string(at: -1) else { throw refusal(name) }
            return value
        }
        state.pushField("columns", of: index)
        guard state.isTable(at: -1), state.rawCount(at: -1) <= mostColumns else { throw refusal("columns") }
        var columns: [String] = []
        for position in 0..<state.rawCount(at: -1) {
            defer { state.pop() }
            guard state.pushItem(position + 1, of: -1) == .string, let name = state.string(at: -1) else {
                throw refusal("columns")
            }
            columns.append(name)
        }
        state.pop()
        let most = 1 << 40
        return (
            RunPosition(
                columns: columns, rows: try number("rows", most), metricsBytes: try number("metrics_bytes", most),
                metricsDigest: UInt32(try number("metrics_crc32c", Int(UInt32.max))), events: try text("events"),
                eventsBytes: try number("events_bytes", most)),
            try text("folder")
        )
    }
}
