import Files
import Host
import Lua
import TensorFiles
import Tensors

/// `nj.save` and `nj.load`: values and tensors in files of other programs' kinds.
let tensorFileModule = HostModule(
    "", doc: "Tensors, and what concerns all of them.",
    functions: [
        .function(
            "save",
            doc: "Writes tensors as the end of the path says: one to .npy, those of a table by name to .safetensors or "
                + ".npz, and tables of any values, state dicts among them, to .pth or .pt, which torch.load takes with "
                + "weights_only=True. Optimizers' state_dict() gets PyTorch's form. The file appears whole or not at all.",
            arguments: [
                .any("obj", "a tensor or a table; an empty table becomes a dict, json.null None"),
                .string("path", "where it goes"),
            ],
            options: [
                .table("metadata", "strings and numbers to be kept beside the tensors of a .safetensors file").optional,
                .boolean("durable", "waits until the disk has it", default: false),
            ]
        ) { call in
            let value: StoredValue
            do {
                value = try StoredValue(call.value("obj"))
            } catch let error as Unstorable {
                throw call.badArgument(
                    "obj", expected: "tensor, or table of tensors, tables, strings, numbers and booleans",
                    got: error.kind)
            }
            try TensorFile.write(
                value, metadata: metadataTexts(call.value("metadata"), call), to: call.string("path"),
                durable: call.boolean("durable"))
            return .none
        },
        .function(
            "load",
            doc:
                "What a file of tensors holds, whatever it is called: of .npy a tensor, of .safetensors and .npz a table "
                + "of tensors by name, of PyTorch's .pth and .pt what was saved, tables in tables. Nothing in the file is "
                + "run. Lists count from 1, keys stay as they are; None is absent, and json.null in a list. float16, "
                + "bfloat16 and 8-bit numbers become float32, unsigned integers above 8 bits int64. What a .safetensors file keeps "
                + "beside its tensors, checkpoint.metadata tells.",
            arguments: [.string("path", "the file")],
            returns: .custom("any", "a tensor or a table")
        ) { call in
            .value(try LuaValue(TensorFile(call.string("path")).content))
        },
    ])
