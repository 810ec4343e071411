import Files

/// Where MNIST's own files are: the directory that NIGHTJAR_TEST_MNIST names, or the one beside the package where it
/// is developed. Nil: there are none, and the tests that need them are left out.
public let realMNIST: String? = {
    let root = directoryName(directoryName(directoryName(#filePath)))
    let candidates = [environmentVariable("NIGHTJAR_TEST_MNIST"), joinPath(directoryName(root), "shared/data/mnist")]
    return candidates.compactMap { $0 }.first { FileStatus(of: joinPath($0, "t10k-labels-idx1-ubyte.gz")) != nil }
}()
