import Host

/// `data`: data sets, samplers and the loader.
let dataModule = HostModule(
    "data", doc: "Data sets, and loaders that hand them out in batches.",
    types: [digitSetType] + pictureSetTypes + composedDatasetTypes + samplerTypes + [loaderType],
    functions: digitSetFunctions + pictureSetFunctions + arrayFunctions + tableFunctions + composedDatasetFunctions
        + samplerFunctions
        + [loaderFunction])
