import Tensors

/// The largest element of each window.
public final class MaxPool2d: Module {
    private let kernel: [Int], stride: [Int], padding: [Int], dilation: [Int]

    /// - Parameter stride: default: the kernel's size.
    public init(kernel: [Int], stride: [Int]? = nil, padding: [Int] = [0, 0], dilation: [Int] = [1, 1]) {
        self.kernel = kernel
        self.stride = stride ?? kernel
        self.padding = padding
        self.dilation = dilation
        super.init(kind: "MaxPool2d")
    }

    public override var details: String { describeWindow(kernel, stride, padding, dilation) }

    public override func forward(_ input: Tensor) throws -> Tensor {
        try input.maxPool2d(kernel: kernel, stride: stride, padding: padding, dilation: dilation)
    }
}

/// The mean of each window.
public final class AvgPool2d: Module {
    private let kernel: [Int], stride: [Int], padding: [Int]

    /// - Parameter stride: default: the kernel's size.
    public init(kernel: [Int], stride: [Int]? = nil, padding: [Int] = [0, 0]) {
        self.kernel = kernel
        self.stride = stride ?? kernel
        self.padding = padding
        super.init(kind: "AvgPool2d")
    }

    public override var details: String { describeWindow(kernel, stride, padding) }

    public override func forward(_ input: Tensor) throws -> Tensor {
        try input.avgPool2d(kernel: kernel, stride: stride, padding: padding)
    }
}

private func describeWindow(_ kernel: [Int], _ stride: [Int], _ padding: [Int], _ dilation: [Int] = [1, 1]) -> String {
    func size(_ pair: [Int]) -> String { pair.map(String.init).joined(separator: "x") }
    var text = size(kernel)
    if stride != kernel { text += ", stride \(size(stride))" }
    if padding != [0, 0] { text += ", padding \(size(padding))" }
    if dilation != [1, 1] { text += ", dilation \(size(dilation))" }
    return text
}
