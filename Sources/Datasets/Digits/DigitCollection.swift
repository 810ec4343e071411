import Files

/// Collections of small grey images in MNIST's format, read from files that the user has.
public enum DigitCollection: Sendable {
    /// Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017): ten kinds of clothing.
    case fashionMNIST
    /// Kuzushiji-MNIST (Clanuwat et al., 2018): ten cursive hiragana.
    case kmnist
    /// EMNIST (Cohen et al., 2017): letters and digits, whose images are transposed in the files, and stay so.
    case emnist(Kind)

    /// EMNIST's splits of classes.
    public enum Kind: String, Sendable, CaseIterable {
        case byclass, bymerge, balanced, letters, digits, mnist
    }

    /// What to call it.
    public var name: String {
        switch self {
        case .fashionMNIST: "Fashion-MNIST"
        case .kmnist: "Kuzushiji-MNIST"
        case .emnist(let kind): "EMNIST \(kind.rawValue)"
        }
    }

    /// What the classes are called, as torchvision has them.
    public var classes: [String] {
        switch self {
        case .fashionMNIST:
            return [
                "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
                "Ankle boot",
            ]
        case .kmnist: return ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"]
        case .emnist(let kind):
            let digits = (0...9).map { "\($0)" }
            func letters(_ text: String) -> [String] { text.map { String($0) } }
            let capitals = letters("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
            switch kind {
            case .digits, .mnist: return digits
            case .letters: return ["N/A"] + capitals.map { $0.lowercased() }
            case .byclass: return digits + capitals + capitals.map { $0.lowercased() }
            case .bymerge, .balanced: return digits + capitals + letters("abdefghnqrt")
            }
        }
    }

    /// Reads a split from a directory or from the folders in it where torchvision and archives put its files.
    ///
    /// - Parameter origin: who named the directory, for messages.
    /// - Throws: `DatasetError.missing`, `DatasetError.unreadable`, `FileError`.
    public func load(_ split: MNIST.Split, directory: String, origin: String = "") throws -> ImageDataset {
        let (prefix, folders): (String, [String]) =
            switch self {
            case .fashionMNIST: (split == .train ? "train" : "t10k", ["fashion-mnist", "FashionMNIST/raw"])
            case .kmnist: (split == .train ? "train" : "t10k", ["kmnist", "KMNIST/raw"])
            case .emnist(let kind): ("emnist-\(kind.rawValue)-\(split)", ["emnist", "EMNIST/raw", "gzip"])
            }
        func find(_ part: String, _ rank: Int) throws -> String {
            try FileSearch(
                name: "\(prefix)-\(part)-idx\(rank)-ubyte",
                what: "\(name)'s \(split == .train ? "training" : "test") \(part)", folders: folders
            ).find(in: directory, origin: origin)
        }
        let (images, labels) = (try find("images", 3), try find("labels", 1))
        return try ImageDataset(
            images: (images, IDX(path: images)), labels: (labels, IDX(path: labels)), classes: classes.count)
    }
}
