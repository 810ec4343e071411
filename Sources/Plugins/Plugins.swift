import Host

/// The modules that scripts find without installing anything.
public let builtInModules: [HostModule] = [
    tensorModule,
    autogradModule,
    linearAlgebraModule,
    networkModule,
    copyModule,
    functionalModule,
    utilitiesModule,
    initializationModule,
    optimizerModule,
    scheduleModule,
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
    signingModule,
    pullModule,
    digestModule,
]
