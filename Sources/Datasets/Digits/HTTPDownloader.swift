import HTTP

extension HTTPClient {
    /// Fetches files for `MNIST.load` with this client, of at most `MNISTFile.mostBytes`.
    public var downloader: Downloader {
        { url, path, digest, progress in
            try withoutActuallyEscaping(progress) { progress in
                do {
                    try download(url, to: path, expectedSHA256: digest, sizeLimit: MNISTFile.mostBytes) {
                        progress($0.done, $0.total)
                    }
                } catch let error as DownloadError {
                    // Who tries the next mirror names the address.
                    let reason = error.failures.last ?? "\(error)"
                    throw DatasetError.invalid(
                        reason.hasPrefix(url + ": ") ? String(reason.dropFirst(url.count + 2)) : reason)
                }
            }
        }
    }
}
