import Archives
import Files
import Tensors

/// Writes values and tensors as `torch.save` does, so that `torch.load(path, weights_only=True)` takes them: tensors on
/// the CPU without gradients, those that share a storage sharing it again.
enum TorchWriter {
    private static let folder = "archive/"
    /// Where storages begin, so that `torch.load(mmap=True)` finds them aligned.
    private static let alignment = 64

    /// - Throws: `FileError`, after which the file that was there before is as it was.
    static func write(_ value: StoredValue, to path: String, durable: Bool) throws {
        do {
            var storages = try TorchStorages(value)
            var pickle = PickleWriter()
            try put(value, &pickle, &storages)
            pickle.put(.stop)
            let file = try AtomicFile(path, durable: durable)
            let archive = ZipWriter { try file.write($0) }
            try archive.add(folder + "data.pkl", pickle.bytes)
            try archive.add(folder + "byteorder", Array("little".utf8))
            for (key, piece) in storages.pieces.enumerated() {
                try piece.withUnsafeBytes {
                    try archive.add("\(folder)data/\(key)", stored: $0, alignment: alignment)
                }
            }
            try archive.add(folder + "version", Array("3\n".utf8))
            try archive.finish()
            try file.commit()
        } catch let error as Malformed {
            throw FileError(path: path, action: "write", reason: error.reason)
        } catch let error as TensorError {
            throw FileError(path: path, action: "write", reason: error.description)
        }
    }

    private static func put(
        _ value: StoredValue, _ pickle: inout PickleWriter, _ storages: inout TorchStorages
    ) throws {
        switch value {
        case .none: pickle.putNone()
        case .truth(let truth): pickle.put(truth)
        case .integer(let integer): pickle.put(integer)
        case .number(let number): pickle.put(number)
        case .text(let text): try pickle.put(text)
        case .bytes(let bytes):
            pickle.put(global: "_codecs", "encode")
            try pickle.putTuple {
                try $0.put(String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })))
                try $0.put("latin1")
            }
            pickle.put(.reduce)
        case .list(let items):
            pickle.put(.emptyList)
            pickle.put(.mark)
            for item in items { try put(item, &pickle, &storages) }
            pickle.put(.appends)
        case .dictionary(let pairs):
            pickle.put(.emptyDictionary)
            pickle.put(.mark)
            for (key, value) in pairs {
                switch key {
                case .text(let text): try pickle.put(text)
                case .integer(let integer): pickle.put(integer)
                }
                try put(value, &pickle, &storages)
            }
            pickle.put(.setItems)
        case .tensor(let tensor): try put(try storages.place(of: tensor.tensor()), &pickle)
        }
    }

    private static func put(_ view: TorchStorages.View, _ pickle: inout PickleWriter) throws {
        pickle.put(global: "torch._utils", "_rebuild_tensor_v2")
        try pickle.putTuple { pickle in
            try pickle.putTuple {
                try $0.put("storage")
                $0.put(global: "torch", TorchTypes.storageName(view.dtype))
                try $0.put(String(view.key))
                try $0.put("cpu")
                $0.put(view.count)
            }
            pickle.put(.binPersistentID)
            pickle.put(view.offset)
            pickle.putTuple { for size in view.shape { $0.put(size) } }
            pickle.putTuple { for stride in view.strides { $0.put(stride) } }
            pickle.put(false)
            pickle.put(global: "collections", "OrderedDict")
            pickle.put(.emptyTuple)
            pickle.put(.reduce)
        }
        pickle.put(.reduce)
    }
}

/// The storages that a file gets: of each that tensors look at, the piece that they look at.
struct TorchStorages {
    /// A tensor as a look at one of the pieces.
    struct View {
        let key: Int
        /// Elements of the piece.
        let count: Int
        let offset: Int
        let shape: Shape
        let strides: Shape
        let dtype: DType
    }

    private struct Key: Hashable {
        let storage: ObjectIdentifier
        let dtype: DType
    }

    /// A stretch of a storage, as a tensor of one dimension.
    private(set) var pieces: [Tensor] = []
    private var places: [Key: (key: Int, start: Int)] = [:]

    /// Finds out what the tensors of a value look at.
    init(_ value: StoredValue) throws {
        var stretches: [Key: (storage: Storage, range: Range<Int>)] = [:]
        var order: [Key] = []
        try value.forEachTensor { stored in
            let tensor = try stored.tensor()
            let (key, range) = (Self.key(tensor), Self.reach(tensor))
            if let known = stretches[key] {
                let joined =
                    min(known.range.lowerBound, range.lowerBound)..<max(known.range.upperBound, range.upperBound)
                stretches[key] = (tensor.storage, joined)
            } else {
                order.append(key)
                stretches[key] = (tensor.storage, range)
            }
        }
        for key in order {
            guard let (storage, range) = stretches[key] else { continue }
            places[key] = (pieces.count, range.lowerBound)
            pieces.append(
                Tensor(
                    storage: storage, offset: range.lowerBound, shape: [range.count], strides: [1], dtype: key.dtype))
        }
    }

    func place(of tensor: Tensor) throws -> View {
        guard let (key, start) = places[Self.key(tensor)] else {
            throw Malformed("a tensor changed while it was written")
        }
        return View(
            key: key, count: pieces[key].count, offset: tensor.count == 0 ? 0 : tensor.offset - start,
            shape: tensor.shape, strides: tensor.strides, dtype: tensor.dtype)
    }

    private static func key(_ tensor: Tensor) -> Key {
        Key(storage: ObjectIdentifier(tensor.storage), dtype: tensor.dtype)
    }

    /// The elements of its storage that a tensor reaches.
    private static func reach(_ tensor: Tensor) -> Range<Int> {
        if tensor.count == 0 { return tensor.offset..<tensor.offset }
        let last = zip(tensor.shape, tensor.strides).reduce(tensor.offset) { $0 + ($1.0 - 1) * $1.1 }
        return tensor.offset..<(last + 1)
    }
}

extension StoredValue {
    /// Goes through all tensors, in order.
    func forEachTensor(_ body: (StoredTensor) throws -> Void) rethrows {
        switch self {
        case .tensor(let tensor): try body(tensor)
        case .list(let items): for item in items { try item.forEachTensor(body) }
        case .dictionary(let pairs): for (_, value) in pairs { try value.forEachTensor(body) }
        default: break
        }
    }
}
