import CLibrary

/// Whether operations remember their history. Each thread has a mode of its own; in a new one they do.
public enum GradMode {
    /// Under which a thread keeps something where histories are off.
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    public static var isEnabled: Bool { pthread_getspecific(key) == nil }

    /// Switches histories on or off until something else is said.
    public static func setEnabled(_ enabled: Bool) {
        pthread_setspecific(key, enabled ? nil : UnsafeRawPointer(bitPattern: 1))
    }

    /// Runs `body` with histories switched on or off, and goes back to how it was.
    public static func set<R>(_ enabled: Bool, _ body: () throws -> R) rethrows -> R {
        let before = isEnabled
        setEnabled(enabled)
        defer { setEnabled(before) }
        return try body()
    }
}
