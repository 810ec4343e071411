import CLibrary

/// Which operation waits for the next. Each thread has one at the most: that of the last which can, until the next such
/// begins, its elements are looked at, or the time is asked for. So a loop that measures an operation measures it.
package enum Deferral {
    /// A thread's own.
    private final class State {
        var waiting: PendingValues?
        /// They are worked out also where nobody holds them any more.
        var outputs: [Storage] = []

        func wait(for values: PendingValues?, _ outputs: [Tensor]) {
            waiting = values
            self.outputs = outputs.map(\.storage)
        }
    }

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key) { state in
            let state: UnsafeMutableRawPointer? = state
            if let state { Unmanaged<State>.fromOpaque(state).release() }
        }
        return key
    }()

    private static var known: State? {
        pthread_getspecific(key).map { Unmanaged<State>.fromOpaque($0).takeUnretainedValue() }
    }

    private static var state: State {
        if let known { return known }
        let state = State()
        pthread_setspecific(key, Unmanaged.passRetained(state).toOpaque())
        return state
    }

    /// Works out what waits.
    package static func settle() {
        guard let state = known, let waiting = state.waiting else { return }
        waiting.fill()
        state.wait(for: nil, [])
    }

    /// Says that values which may have waited are there.
    package static func filled(_ values: PendingValues) {
        if let state = known, state.waiting === values { state.wait(for: nil, []) }
    }

    /// Lets an operation wait whose outputs are new, alone or together with what it is an operation on.
    ///
    /// - Returns: whether it does; if not, it is to be run, and the elements of its inputs are there.
    static func takes(_ operation: some Operation, _ inputs: [Tensor], _ outputs: [Tensor]) throws -> Bool {
        if let pending = inputs.first?.storage.pending, let state = known, state.waiting === pending {
            // Several threads will read the others.
            for input in inputs.dropFirst() { input.storage.settle() }
            if let next = pending.continued(by: operation, inputs, outputs) {
                state.wait(for: next, outputs)
                return true
            }
        }
        for input in inputs { input.storage.settle() }
        if let next = try operation.deferred(inputs, into: outputs) {
            settle()
            state.wait(for: next, outputs)
            return true
        }
        return false
    }
}
