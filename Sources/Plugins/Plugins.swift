import Host

/// The modules that scripts find without installing anything.
public let builtInModules: [HostModule] = [
    tensorModule,
    linearAlgebraModule,
    networkModule,
    functionalModule,
    optimizerModule,
    dataModule,
    checkpointModule,
    optionsModule,
    optionModule,
    optionSourceModule,
    progressModule,
    metricsModule,
    jsonModule,
    imagesModule,
    bundleModule,
    registryModule,
    digestModule,
]
