import Kernels
import Operators
import Tracing

/// A part of a plan before it is made a step: what is calculated of which values.
struct Task {
    var work: Work
    /// What the work reads, in its order, for work on images.
    var inputs: [Input]
    /// The number of the value that it makes.
    var output: Int
    /// How it looks at that; nil for `general`.
    var layout: ImageLayout?

    struct Input {
        var value: Int
        var layout: ImageLayout
    }

    enum Work {
        case convolution(ConvolutionTask)
        /// A convolution over the whole batch.
        case batchConvolution(ConvolutionTask)
        case linear(LinearTask)
        case pointwise(PointwiseTask)
        /// Pooling of so many planes an image.
        case pooling(Pooling, isMaximum: Bool, planes: Int)
        case softmax(Slices, isLog: Bool)
        case sum(Slices)
        /// An operation over the whole batch, as it is.
        case general(Graph.Node)
    }

    var isGeneral: Bool {
        if case .general = work { return true }
        return false
    }

    /// Whether every image is treated by itself, so that it can go through this and what follows before the next does.
    var isByImage: Bool {
        switch work {
        case .general, .batchConvolution: false
        default: true
        }
    }
}

/// A convolution of images with constant weights.
struct ConvolutionTask {
    var shape: Convolution
    /// How many images of the convolution there are for one of the batch.
    var repeats: Int
    var weight: [Float], bias: [Float]
    /// Whether the largest of each 2×2 pixels follows.
    var isPooled = false
    /// Whether a rectifier follows.
    var isRectified = false
}

/// A linear layer with constant weights.
struct LinearTask {
    /// How many rows there are for one image.
    var rows: Int
    var inputs: Int, outputs: Int
    /// `[outputs, inputs]`.
    var weight: [Float]
    var bias: [Float]
    var isRectified = false
}

/// A formula over corresponding elements.
struct PointwiseTask {
    var formula: Expression
    /// What the formula's variables are, in order: inputs of the task, by their places, and constants.
    var operands: [Operand]
    /// What the steps of the plan call it.
    var name: String

    enum Operand {
        case input(Int)
        case constant(Constant)
    }

    /// A constant repeated to one image of the result: for each dimension the distance to the next element.
    struct Constant {
        let tensor: Tensor
        let strides: Shape
    }
}
