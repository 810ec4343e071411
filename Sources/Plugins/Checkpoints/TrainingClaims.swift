import Checkpoints

/// The files that a script trains into, which no other process may until the script's state is gone.
final class TrainingClaims {
    private var claimed: [TrainingFiles] = []

    /// - Returns: whether they were not claimed before.
    func claim(_ files: TrainingFiles, isWriting: Bool = true) throws -> Bool {
        guard try files.lock(isWriting: isWriting) else { return false }
        claimed.append(files)
        return true
    }

    deinit { for files in claimed { files.unlock() } }
}
