import Files

extension ImageDataset {
    /// What tells these data from others: the SHA-256 of the images and that of the labels, each as an IDX file has
    /// them, in hexadecimal. Those of MNIST are the digests of its unpacked files.
    public func digests() -> (images: String, labels: String) {
        knownDigests.withLock { known in
            let digests = known ?? (idxDigest([count, rows, columns], images), idxDigest([count], labels))
            known = digests
            return digests
        }
    }

    private func idxDigest(_ shape: [Int], _ elements: [UInt8]) -> String {
        var hash = SHA256()
        hash.update([0, 0, 8, UInt8(truncatingIfNeeded: shape.count)])
        for length in shape {
            hash.update(stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: length >> $0) })
        }
        hash.update(elements)
        return hash.hexDigest()
    }
}
