import TestSupport
import Testing

extension Nightjar {
    /// Saves a network that only looks at how light the picture is, 7 for a light one and 1 for a dark one, as
    /// model.safetensors, and the pictures light.png and dark.png.
    ///
    /// - Parameter metadata: what is kept with it, as a Lua table.
    static func makeKnownNetwork(in scratch: ScratchDirectory, metadata: String = "{}") throws {
        let make = try scratch.write(
            "make.lua",
            """
            package.path = "\(root)/scripts/?.lua;" .. package.path
            local nj = require "nightjar"
            local net = require("models.mnist").Net()
            for _, parameter in ipairs(net:parameters()) do parameter:detach():zero_() end
            local parameters = net:state_dict()
            parameters["conv1.weight"]:narrow(0, 0, 1):fill_(1 / 25)
            parameters["conv2.weight"]:narrow(0, 0, 1):narrow(1, 0, 1):fill_(1 / 25)
            parameters["fc1.weight"]:narrow(0, 0, 1):narrow(1, 0, 16):fill_(1 / 16)
            parameters["fc2.weight"]:narrow(0, 7, 1):narrow(1, 0, 1):fill_(4)
            parameters["fc2.bias"]:narrow(0, 1, 1):fill_(5)
            nj.checkpoint.save("model.safetensors", { model = net, epoch = 3, step = 2814, metadata = \(metadata) })
            for name, shade in pairs { light = 1.0, dark = 0.0 } do
              nj.images.from_tensor(nj.full({ 3, 40, 30 }, shade)):save(name .. ".png")
            end
            """)
        let made = try run(make, in: scratch.path)
        try #require(made == Run(), "\(made.errors)")
    }
}
