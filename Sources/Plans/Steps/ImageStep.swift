/// A step that treats every image by itself.
class ImageStep {
    /// What it does, as the plan prints it.
    let text: String
    /// The values that it reads, each with the floats of one image, and the one that it fills.
    let inputs: [Int]
    let output: Int
    let outputSize: Int
    /// Floats of room that it needs besides for so many images.
    func scratchSize(images: Int) -> Int { 0 }
    /// Multiplications, or what takes as long, for one image.
    let cost: Int

    init(_ text: String, inputs: [Int], output: Int, outputSize: Int, cost: Int) {
        (self.text, self.inputs, self.output, self.outputSize, self.cost) = (text, inputs, output, outputSize, cost)
    }

    /// Whether the result may stand where the only input, or the first of several, stood.
    var worksInPlace: Bool { false }

    /// Fills the output for some images.
    ///
    /// - Parameters:
    ///   - inputs: the first image of each input.
    ///   - output: where the first image goes.
    func run(
        _ inputs: UnsafePointer<UnsafeMutablePointer<Float>>, _ output: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>, images: Int
    ) {}
}
