import Kernels

/// Where the maxima of windows of two by two stood, in a byte for each instead of four: see `KernelSet.codedMaxima`.
final class MaximaCorners {
    let pooling: Pooling
    /// What a rectifier made of the maxima, where the codes say which it made 0.
    let rectified: WeakStorage?
    private let bytes: Tensor

    /// - Parameter shape: of the maxima, `[n, c, rows, columns]`.
    /// - Throws: `TensorError` where the memory cannot be had.
    init(_ pooling: Pooling, _ shape: Shape, rectified: Storage? = nil) throws {
        self.pooling = pooling
        self.rectified = rectified.map { WeakStorage($0) }
        bytes = try Tensor(uninitialized: shape, dtype: .uint8)
    }

    var codes: UnsafeMutablePointer<UInt8> { bytes.address(as: UInt8.self) }

    /// Writes the maxima's places in their planes.
    func write(_ places: UnsafeMutablePointer<Int32>) {
        let (windows, codes) = (pooling.outHeight * pooling.outWidth, codes)
        inParts(of: bytes.count / max(1, windows), size: max(1, elementsAPart / max(1, windows))) { planes in
            for plane in planes {
                for row in 0..<pooling.outHeight {
                    let first = plane * windows + row * pooling.outWidth
                    for column in 0..<pooling.outWidth {
                        let corner = Int(codes[first + column] & 3)
                        let place = (2 * row + corner / 2) * pooling.width + 2 * column + corner % 2
                        places[first + column] = Int32(truncatingIfNeeded: place)
                    }
                }
            }
        }
    }
}

/// The places of maxima whose corners are known.
final class PendingPlaces: PendingValues {
    let corners: MaximaCorners
    private weak var places: Storage?

    init(_ corners: MaximaCorners, _ places: Storage) {
        self.corners = corners
        self.places = places
    }

    override func fill() {
        guard let places, places.pending === self else { return }
        places.pending = nil
        corners.write(places.place.assumingMemoryBound(to: Int32.self))
    }
}
