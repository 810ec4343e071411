import Host

/// `nn.functional`: layers without parameters, losses.
let functionalModule = HostModule(
    "nn.functional", doc: "Functions that networks are made of, with PyTorch's names.", prefix: "",
    late: OperatorFaces.functionals)
