extension Image {
    /// The image with light and dark exchanged: 255 minus each sample.
    public func inverted() -> Image {
        Image(width: width, height: height, channels: channels, checked: pixels.map { 255 - $0 })
    }
}
