import TestSupport
import Testing

@Suite("Networks that scripts share", .enabled(if: Nightjar.executable != nil, "the command has not been built"))
struct ModelsTests {
    /// The file is of `Tests/Reference/make_resnet.py`; `compare_files.py` does the same at full size, both ways.
    @Test("ResNet-18 takes torchvision's state dict, and predicts what it predicted there")
    func resnet() throws {
        let scratch = try ScratchDirectory()
        let script = try scratch.write(
            "resnet.lua",
            """
            package.path = "\(Nightjar.root)/scripts/?.lua;" .. package.path
            local nj = require "nightjar"
            local Net = require("models.resnet18").Net
            local net = nj.checkpoint.load(arg[1], Net { width = 2, classes = 3 }):eval()
            local saved = nj.load(arg[1])
            local out = net(saved.input)
            assert((out - saved.expected):abs():max():item() < 1e-5 * saved.expected:abs():max():item())
            nj.checkpoint.save("back.pth", { model = net })
            for name, tensor in pairs(nj.load "back.pth") do assert(tensor:equal(saved.state_dict[name]), name) end
            local full = Net()
            print(#full:parameters(), full:state_dict()["layer4.1.bn2.num_batches_tracked"]:dtype())
            """)
        let run = try Nightjar.run(script, [referencePath("resnet.pth")], in: scratch.path)
        #expect(run == .init(output: "62\tint64\n"))
    }
}
