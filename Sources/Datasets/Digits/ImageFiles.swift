import Files

extension ImageDataset {
    /// The images and labels of two IDX files.
    ///
    /// - Parameter classes: labels must be below it.
    /// - Throws: `DatasetError.unreadable` where the arrays are not bytes `[n, rows, columns]` and `[n]`, or do not fit
    ///   each other.
    convenience init(images: (path: String, idx: IDX), labels: (path: String, idx: IDX), classes: Int) throws {
        func text(_ idx: IDX) -> String { idx.shape.map { "\($0)" }.joined(separator: " x ") }
        let size = images.idx.shape
        for (path, idx) in [images, labels] where idx.dtype != .uint8 {
            throw DatasetError.unreadable(
                file: path, reason: "IDX elements of \(idx.dtype.rawValue), unsigned bytes expected; see data.idx_set")
        }
        guard size.count == 3, size[1] > 0, size[2] > 0 else {
            throw DatasetError.unreadable(
                file: images.path, reason: "a list of images expected, got an array of \(text(images.idx))")
        }
        guard labels.idx.shape.count == 1 else {
            throw DatasetError.unreadable(
                file: labels.path, reason: "a list of labels expected, got an array of \(text(labels.idx))")
        }
        guard size[0] == labels.idx.shape[0] else {
            throw DatasetError.unreadable(
                file: labels.path, reason: "\(size[0]) labels expected, as many as images, got \(labels.idx.shape[0])")
        }
        do {
            try self.init(
                images: images.idx.elements, rows: size[1], columns: size[2], labels: labels.idx.elements,
                classes: classes)
        } catch DatasetError.invalid(let reason) {
            throw DatasetError.unreadable(file: labels.path, reason: reason)
        }
    }
}
