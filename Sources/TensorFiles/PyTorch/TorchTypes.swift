import Tensors

/// The names by which PyTorch's files speak of types of elements.
enum TorchTypes {
    /// A storage class, "torch.FloatStorage"; nil where tensors have nothing for it.
    static func storage(_ name: String) -> StoredType? { storages[name] }

    /// A type of elements, "torch.float32".
    static func dtype(_ name: String) -> StoredType? { dtypes[name] }

    /// Classes of storages that are bytes: the type comes with the tensor.
    static let untyped: Set = ["torch.storage.UntypedStorage", "torch.storage._UntypedStorage", "torch.UntypedStorage"]

    /// Storage classes that are known and have no counterpart.
    static let foreign: [String: String] = [
        "torch.ComplexFloatStorage": "complex numbers", "torch.ComplexDoubleStorage": "complex numbers",
        "torch.QInt8Storage": "quantised numbers", "torch.QUInt8Storage": "quantised numbers",
        "torch.QInt32Storage": "quantised numbers", "torch.QUInt4x2Storage": "quantised numbers",
        "torch.QUInt2x4Storage": "quantised numbers",
    ]

    /// The storage class that a tensor of this type is written with.
    static func storageName(_ dtype: DType) -> String {
        let stored = StoredType(dtype)
        let name = storages.first { $0.value == stored }?.key ?? ""
        return String(name.dropFirst("torch.".count))
    }

    private static let storages: [String: StoredType] = [
        "torch.DoubleStorage": .f64, "torch.FloatStorage": .f32, "torch.HalfStorage": .f16,
        "torch.BFloat16Storage": .bf16, "torch.LongStorage": .i64, "torch.IntStorage": .i32,
        "torch.ShortStorage": .i16, "torch.CharStorage": .i8, "torch.ByteStorage": .u8, "torch.BoolStorage": .bool,
    ]

    private static let dtypes: [String: StoredType] = [
        "torch.float64": .f64, "torch.float32": .f32, "torch.float16": .f16, "torch.bfloat16": .bf16,
        "torch.int64": .i64, "torch.int32": .i32, "torch.int16": .i16, "torch.int8": .i8, "torch.uint8": .u8,
        "torch.uint16": .u16, "torch.uint32": .u32, "torch.uint64": .u64, "torch.bool": .bool,
        "torch.float8_e4m3fn": .f8e4m3, "torch.float8_e5m2": .f8e5m2, "torch.float8_e8m0fnu": .f8e8m0,
        "torch.float8_e4m3fnuz": .f8e4m3fnuz, "torch.float8_e5m2fnuz": .f8e5m2fnuz, "torch.complex64": .c64,
    ]
}
