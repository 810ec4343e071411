import Kernels
import Tensors
import Transforms

/// Makes batches of samples whose first value is a picture.
///
/// Threads read the pictures of coming batches. When a batch is asked for, its pictures are taken in order, the numbers
/// that their changes need are drawn in the calling thread, and the changes are then made by several threads at once.
final class PictureBatches {
    private let source: any PictureSource
    private let generator: Generator
    private let ahead: Ahead<Picture>
    /// The batches whose pictures are being read, and a ticket for each of these.
    private var begun: [Int: [Int]] = [:]
    private var tickets = 0

    /// - Parameter room: how many bytes of pictures may wait for their batches.
    init(_ source: any PictureSource, _ generator: Generator, workers: Int, room: Int) {
        (self.source, self.generator) = (source, generator)
        ahead = Ahead(workers: workers, room: room) { picture in
            let shape = picture.shape
            return shape.channels * shape.height * shape.width * (shape.kind == .floats ? 4 : 1)
        }
    }

    deinit { ahead.stop() }

    /// Has the pictures of a batch read by threads, unless they are already.
    ///
    /// - Throws: `DatasetError.invalid` for an index outside the set.
    func begin(_ batch: Int, _ indices: () throws -> [Int]) throws {
        guard begun[batch] == nil else { return }
        begun[batch] = add(try indices())
    }

    private func add(_ indices: [Int]) -> [Int] {
        indices.map { index in
            tickets += 1
            // An index outside the set fails where its batch would have come.
            let reader = Result { try source.reader(at: index) }
            ahead.add(tickets) { try reader.get()() }
            return tickets
        }
    }

    /// The batch itself.
    func batch(_ batch: Int, _ indices: [Int]) throws -> [Element] {
        let values = try finished(batch, indices)
        let rest = try Collation.collate(indices.map { try source.rest(at: $0) }, at: indices)
        let pictures = values.compactMap { if case .picture(let picture) = $0 { picture } else { nil } }
        if pictures.count == values.count, let stacked = try stack(pictures) { return [.tensor(stacked)] + rest }
        return try Collation.collate(values.map { [try $0.element()] }, at: indices) + rest
    }

    /// Its samples one by one.
    func samples(_ batch: Int, _ indices: [Int]) throws -> [[Element]] {
        try zip(finished(batch, indices), indices).map { [try $0.element()] + (try source.rest(at: $1)) }
    }

    private enum Finished {
        case picture(Picture)
        case value(Element)

        func element() throws -> Element {
            switch self {
            case .picture(let picture): .tensor(try picture.tensor())
            case .value(let value): value
            }
        }
    }

    /// What becomes of the batch's pictures.
    private func finished(_ batch: Int, _ indices: [Int]) throws -> [Finished] {
        let tickets = begun.removeValue(forKey: batch) ?? add(indices)
        var taken = 0
        defer { for ticket in tickets[taken...] { ahead.drop(ticket) } }
        var (values, works): ([Finished], [(place: Int, picture: Picture, work: PictureWork)]) = ([], [])
        for (index, ticket) in zip(indices, tickets) {
            taken += 1
            let picture = try ahead.take(ticket)
            switch try source.finish(picture, at: index, generator) {
            case .value(let value): values.append(.value(value))
            case .work(let work):
                works.append((values.count, picture, work))
                values.append(.picture(picture))
            }
        }
        for (job, picture) in zip(works, try inThreads(works)) { values[job.place] = .picture(picture) }
        return values
    }

    /// Makes the changes, several at a time; the first in order that fails is the one that is told of.
    private func inThreads(_ works: [(place: Int, picture: Picture, work: PictureWork)]) throws -> [Picture] {
        var results = [Result<Picture, any Error>?](repeating: nil, count: works.count)
        results.withUnsafeMutableBufferPointer { results in
            ThreadPool.shared.run(works.count) { place in
                results[place] = Result { try works[place].work(works[place].picture) }
            }
        }
        return try results.compactMap { try $0?.get() }
    }

    /// Pictures of one shape as one tensor `[n, channels, height, width]`; nil for others.
    private func stack(_ pictures: [Picture]) throws -> Tensor? {
        guard let shape = pictures.first?.shape, shape.kind == .floats, pictures.allSatisfy({ $0.shape == shape })
        else {
            return nil
        }
        let tensor = try Tensor(uninitialized: [pictures.count, shape.channels, shape.height, shape.width])
        let size = shape.channels * shape.height * shape.width
        try tensor.withUnsafeMutableBytes { bytes in
            let target = bytes.bindMemory(to: Float.self)
            inParts(of: pictures.count, size: max(1, elementsAPart / max(1, size))) { part in
                for place in part {
                    guard case .floats(let floats) = pictures[place] else { continue }
                    _ = UnsafeMutableBufferPointer(rebasing: target[place * size..<(place + 1) * size])
                        .update(from: floats.values)
                }
            }
        }
        return tensor
    }
}
