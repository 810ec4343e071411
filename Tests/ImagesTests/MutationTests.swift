import Files
import Images
import Testing

/// Damaged copies of the reference files, the same ones in every run.
private struct Mutations {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// A number below `limit`, from SplitMix64.
    private mutating func random(_ limit: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return Int((z ^ z >> 31) % UInt64(max(1, limit)))
    }

    /// One to three changes: bytes set, flipped or made extreme, pieces taken out or doubled, the end cut.
    mutating func mutated(_ whole: [UInt8]) -> [UInt8] {
        var bytes = whole
        for _ in 0...random(3) {
            guard !bytes.isEmpty else { break }
            let place = random(bytes.count)
            let end = min(place + 1 + random(12), bytes.count)
            switch random(8) {
            case 0: bytes[place] = UInt8(random(256))
            case 1: bytes[place] ^= 1 << random(8)
            case 2: bytes[place] = [0, 0xff, 0x7f, 0x80][random(4)]
            case 3: bytes.removeSubrange(place..<end)
            case 4: bytes.insert(contentsOf: bytes[place..<end], at: random(bytes.count))
            case 5: for i in place..<end { bytes[i] = 0xff }
            case 6: bytes.removeLast(bytes.count - place)
            default: bytes[place] &+= 1
            }
        }
        return bytes
    }

    /// A PNG in which one chunk has other content, with a checksum that fits it.
    mutating func mutatedInside(_ png: [UInt8]) -> [UInt8] {
        var chunks: [Range<Int>] = []
        var place = 8
        while place + 12 <= png.count {
            let end = place + 12 + png[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
            chunks.append(place..<end)
            place = end
        }
        let chunk = chunks[random(chunks.count)]
        let content = mutated(Array(png[chunk.lowerBound + 8..<chunk.upperBound - 4]))
        var changed = Array(png)
        let kind = Array(png[chunk.lowerBound + 4..<chunk.lowerBound + 8])
        changed.replaceSubrange(chunk, with: pngChunk(kind, content))
        return changed
    }
}

private func referenceFiles(_ folder: String, _ ending: String) throws -> [(name: String, bytes: [UInt8])] {
    try directoryEntries(referencePath(folder)).filter { $0.hasSuffix(ending) }.sorted().map {
        ($0, try readFile(referencePath(joinPath(folder, $0))))
    }
}

@Test("damaged PNG files are refused, or are the sound picture: checksums cover every byte")
func damagedPNG() throws {
    var mutations = Mutations(seed: 1)
    for (name, bytes) in try referenceFiles("", ".png") {
        let sound = try decodePNG(bytes, name: name)
        for _ in 0..<60 {
            let damaged = mutations.mutated(bytes)
            guard let image = try? decodePNG(damaged, name: name) else { continue }
            #expect(image == sound, "\(name): another picture")
        }
    }
}

@Test("PNG files whose checksums fit damaged content are refused, or have the size of their header")
func damagedInsideChunks() throws {
    var mutations = Mutations(seed: 2)
    var taken = 0
    for (name, bytes) in try referenceFiles("", ".png") {
        for _ in 0..<60 {
            let damaged = mutations.mutatedInside(bytes)
            guard let image = try? decodePNG(damaged, name: name) else { continue }
            taken += 1
            let header = damaged[16..<24]
            #expect(header.prefix(4).reduce(0) { $0 << 8 | Int($1) } == image.width)
            #expect(header.suffix(4).reduce(0) { $0 << 8 | Int($1) } == image.height)
            #expect(image.pixels.count == image.width * image.height * image.channels)
        }
    }
    // Palettes and transparency may hold anything; pixels have a checksum of their own.
    #expect(taken > 50 && taken < 1200)
}

@Test("damaged JPEG files are refused, or have the size of their header")
func damagedJPEG() throws {
    var mutations = Mutations(seed: 3)
    var refused = 0
    for (name, bytes) in try referenceFiles("jpeg", ".jpg") {
        for _ in 0..<200 {
            let damaged = mutations.mutated(bytes)
            guard let image = try? decodeJPEG(damaged, name: name) else {
                refused += 1
                continue
            }
            #expect(image.pixels.count == image.width * image.height * image.channels)
        }
    }
    #expect(refused > 1300)
}
