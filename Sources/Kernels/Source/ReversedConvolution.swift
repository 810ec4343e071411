import KernelInterface

extension Convolution {
    /// The gradient of the input as a convolution of the gradient of the output, with the weight's channels exchanged and
    /// its taps in reverse (Dumoulin and Visin, 2016); nil where there is a stride.
    var reversed: Convolution? {
        guard rows.stride == 1, columns.stride == 1 else { return nil }
        func reversed(_ window: Window) -> Window {
            // Negative where the padding is beyond the window: what lies there is left out.
            Window(
                size: window.size, padding: window.dilation * (window.size - 1) - window.padding,
                dilation: window.dilation)
        }
        return Convolution(
            inChannels: outChannels, height: outHeight, width: outWidth, outChannels: inChannels, rows: reversed(rows),
            columns: reversed(columns), groups: groups)
    }
    /// The same with images of one row, where each output sees one input.
    var flattened: Convolution {
        guard rows == Window(size: 1), columns == Window(size: 1) else { return self }
        return Convolution(
            inChannels: inChannels, height: 1, width: height * width, outChannels: outChannels, rows: rows,
            columns: columns, groups: groups)
    }
}
