import Files
import Tensors

/// A storage of a `.pth` file: the entry `data/KEY` of the archive.
final class TorchStorage {
    let key: String
    /// The type of its elements; nil where they are bytes whose type the tensor tells.
    let stored: StoredType?
    /// How many elements, or bytes.
    let count: Int

    init(key: String, stored: StoredType?, count: Int) {
        (self.key, self.stored, self.count) = (key, stored, count)
    }
}

/// A tensor of a `.pth` file: a look at a storage, in elements.
final class TorchTensor {
    let storage: TorchStorage
    let stored: StoredType
    let offset: Int
    let shape: [Int]
    let strides: [Int]

    /// - Throws: `Malformed` where it would reach beyond its storage.
    init(_ storage: TorchStorage, _ stored: StoredType, offset: Int, shape: [Int], strides: [Int]) throws {
        (self.storage, self.stored, self.offset, self.shape, self.strides) = (storage, stored, offset, shape, strides)
        let bytes = stored.bits / 8
        let available = storage.stored == nil ? storage.count / bytes : storage.count
        guard shape.count == strides.count, shape.count <= mostDimensions else {
            throw Malformed("a tensor with \(shape.count) sizes and \(strides.count) strides is in it")
        }
        guard offset >= 0, (shape + strides).allSatisfy({ $0 >= 0 }), Self.fits(shape, strides, available - offset)
        else {
            throw Malformed(
                "a tensor of shape \(shape) with strides \(strides) reaches beyond its storage of \(available) elements"
            )
        }
    }

    /// Whether the last element lies within `room`, and the number of all can be counted.
    private static func fits(_ shape: [Int], _ strides: [Int], _ room: Int) -> Bool {
        var (last, count) = (0, 1)
        for (size, stride) in zip(shape, strides) {
            let (reach, tooFar) = max(0, size - 1).multipliedReportingOverflow(by: stride)
            let (sum, tooFarToo) = last.addingReportingOverflow(reach)
            let (product, tooMany) = count.multipliedReportingOverflow(by: max(1, size))
            guard !tooFar, !tooFarToo, !tooMany, product <= 1 << 43 else { return false }
            (last, count) = (sum, product)
        }
        return shape.contains(0) ? room >= 0 : last < room
    }
}

/// What the pickle of a `.pth` file may speak of: storages, tensors, parameters, sizes, devices, types of elements and
/// ordered dictionaries.
struct TorchObjects: PickleObjects {
    private static let orderedDictionary = "collections.OrderedDict"
    private static let functions: Set = [
        orderedDictionary, "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2",
        "torch._utils._rebuild_tensor_v3", "torch._utils._rebuild_parameter", "torch.Size", "torch.device",
        "_codecs.encode",
    ]

    func global(_ name: String) throws -> PickleValue {
        let isKnown =
            Self.functions.contains(name) || TorchTypes.untyped.contains(name) || TorchTypes.storage(name) != nil
            || TorchTypes.dtype(name) != nil || TorchTypes.foreign[name] != nil
        guard isKnown else { throw Self.refusal(name) }
        return .global(PickleGlobal(name: name))
    }

    /// Says of a name what to do, where that is known.
    private static func refusal(_ name: String) -> Malformed {
        let way: String
        if name.utf8.starts(with: "torch.nn.".utf8) || name.utf8.starts(with: "__main__.".utf8) {
            way = "; it is of a whole module: save module.state_dict()"
        } else if name.utf8.starts(with: "numpy.".utf8) {
            way = "; save NumPy's numbers as float(x) or int(x), its arrays as torch.from_numpy(x)"
        } else if name.isSame(as: "argparse.Namespace") {
            way = "; save vars(args)"
        } else if name.utf8.starts(with: "torch._utils._rebuild_".utf8) {
            way = "; it is of tensors that are sparse, quantised or otherwise not plain: save plain ones"
        } else {
            way = ""
        }
        return Malformed(
            "it holds \(quoted(name)), which state dicts, optimizers' included, do not need: nothing in the file is run"
                + way)
    }

    func call(_ global: PickleGlobal, _ arguments: [PickleValue]) throws -> PickleValue {
        switch global.name {
        case Self.orderedDictionary where arguments.isEmpty: return .dictionary(PickleDictionary())
        case "torch._utils._rebuild_tensor" where arguments.count == 4: return try tensor(arguments)
        case "torch._utils._rebuild_tensor_v2" where arguments.count == 6 || arguments.count == 7:
            try checkPlain(arguments.dropFirst(6))
            return try tensor(arguments)
        case "torch._utils._rebuild_tensor_v3" where arguments.count == 7 || arguments.count == 8:
            try checkPlain(arguments.dropFirst(7))
            return try tensor(arguments, type: arguments[6])
        case "torch._utils._rebuild_parameter" where arguments.count == 3:
            guard case .object(is TorchTensor) = arguments[0] else { break }
            return arguments[0]
        case "torch.Size" where arguments.count == 1:
            guard let sizes = arguments[0].tuple, sizes.allSatisfy({ $0.integer != nil }) else { break }
            return arguments[0]
        case "torch.device":
            guard let type = arguments.first?.text, arguments.count <= 2 else { break }
            return .text(arguments.count == 2 ? "\(type):\(arguments[1].integer ?? 0)" : type)
        case "_codecs.encode" where arguments.count == 2:
            guard let text = arguments[0].text, arguments[1].text == "latin1" else { break }
            return .bytes(
                try text.unicodeScalars.map {
                    guard let byte = UInt8(exactly: $0.value) else { throw Malformed("bytes in it are damaged") }
                    return byte
                })
        default: break
        }
        throw Malformed("it calls \(quoted(global.name)) with other arguments than PyTorch does")
    }

    /// Marks such as "conj" would change what the elements mean.
    private func checkPlain(_ metadata: ArraySlice<PickleValue>) throws {
        switch metadata.first {
        case nil, .some(.none): return
        case .dictionary(let marks) where marks.pairs.isEmpty: return
        default:
            throw Malformed(
                "a tensor in it is marked as conjugate or negative: save its resolve_conj() or resolve_neg()")
        }
    }

    /// `(storage, offset, size, stride, ...)`.
    private func tensor(_ arguments: [PickleValue], type: PickleValue? = nil) throws -> PickleValue {
        guard case .object(let object) = arguments[0], let storage = object as? TorchStorage,
            let offset = arguments[1].integer, let shape = integers(arguments[2]), let strides = integers(arguments[3])
        else { throw Malformed("a tensor in it is described otherwise than PyTorch does") }
        let stored: StoredType
        switch (type, storage.stored) {
        case (.global(let name), nil):
            guard let named = TorchTypes.dtype(name.name) else {
                throw Malformed("a tensor in it is of the unknown type \(quoted(name.name))")
            }
            stored = named
        case (nil, let known?): stored = known
        default: throw Malformed("a tensor in it is described otherwise than PyTorch does")
        }
        return .object(try TorchTensor(storage, stored, offset: offset, shape: shape, strides: strides))
    }

    private func integers(_ value: PickleValue) -> [Int]? {
        guard let items = value.tuple else { return nil }
        let integers = items.compactMap(\.integer)
        return integers.count == items.count ? integers : nil
    }

    /// `("storage", class, key, location, count)`; the location, such as "cuda:0", is of no concern here.
    func persistent(_ id: PickleValue) throws -> PickleValue {
        guard let parts = id.tuple, parts.count == 5, parts[0].text == "storage", case .global(let type) = parts[1],
            let key = parts[2].text, parts[3].text != nil, let count = parts[4].integer, count >= 0
        else { throw Malformed("a storage in it is described otherwise than PyTorch does") }
        if let foreign = TorchTypes.foreign[type.name] {
            throw Malformed("it holds \(foreign) (\(quoted(type.name))), which tensors do not have")
        }
        let stored = TorchTypes.storage(type.name)
        guard stored != nil || TorchTypes.untyped.contains(type.name) else {
            throw Malformed("a storage in it is of the class \(quoted(type.name)), which is none of storages")
        }
        return .object(TorchStorage(key: key, stored: stored, count: count))
    }
}
