import CLibrary
import Synchronization

/// Hears of everything that is calculated on a thread, so that it can be done again without those who asked for it.
package protocol OperationListener: AnyObject {
    /// Whether a layer is to be one operation also where several are faster.
    var prefersLayers: Bool { get }
    /// An operation has filled `outputs`, which are new.
    func ran(_ operation: any Operation, _ inputs: [Tensor], _ outputs: [Tensor])
    /// The elements of a tensor were replaced by what an operation makes of `inputs`, of which the tensor may be one.
    func changed(_ tensor: Tensor, by operation: any Operation, _ inputs: [Tensor])
    /// The elements of a tensor are about to be read or written as numbers, by what is no operation.
    ///
    /// - Throws: where that may not be.
    func touches(_ tensor: Tensor) throws
    /// The elements of a tensor are about to be compared with the size of what they are places in.
    ///
    /// - Throws: where that may not be.
    func checksPlaces(_ tensor: Tensor) throws
    /// A module is called, until it `leaves`.
    func enters(_ place: ModulePlace)
    func leaves()
}

/// Which module an operation belongs to.
package struct ModulePlace: Sendable {
    /// Where the module is within the network: "features.3"; nil outside of one.
    package let path: String?
    /// As messages name it: "features.3 (Conv2d 1->32, 3x3)".
    package let label: String

    package init(path: String?, label: String) { (self.path, self.label) = (path, label) }
}

/// Who listens. Each thread has a listener of its own, or none.
package enum Listening {
    /// How many listeners there are on all threads: mostly none, which is found out without looking further.
    private static let count = Atomic<Int>(0)

    /// Under which a thread keeps its listener.
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    @inline(__always)
    package static var listener: (any OperationListener)? {
        count.load(ordering: .relaxed) == 0 ? nil : current?.listener
    }

    /// What the thread keeps: a reference to a box on the stack of who called `with`.
    private final class Box {
        let listener: (any OperationListener)?
        init(_ listener: (any OperationListener)?) { self.listener = listener }
    }

    private static var current: Box? {
        pthread_getspecific(key).map { Unmanaged<Box>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Runs `body` with a listener, or with none, in the place of the thread's own.
    package static func with<R>(_ listener: (any OperationListener)?, _ body: () throws -> R) rethrows -> R {
        let (box, before) = (Box(listener), current)
        count.wrappingAdd(1, ordering: .relaxed)
        pthread_setspecific(key, Unmanaged.passUnretained(box).toOpaque())
        defer {
            pthread_setspecific(key, before.map { UnsafeRawPointer(Unmanaged.passUnretained($0).toOpaque()) })
            count.wrappingSubtract(1, ordering: .relaxed)
            withExtendedLifetime((box, before)) {}
        }
        return try body()
    }
}
