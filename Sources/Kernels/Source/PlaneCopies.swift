#if KERNELS_V4
    extension PlaneTables {
        /// Copies the phases of a plane.
        ///
        /// - Parameter end: up to where floats may be read.
        @inline(never)
        func fill(
            _ space: UnsafeMutablePointer<Float>, _ plane: UnsafePointer<Float>, end: UnsafePointer<Float>
        ) {
            guard across == 2 else {
                for y in 0..<down {
                    for x in 0..<across {
                        gatherRows(
                            (height - y + down - 1) / down, (width - x + across - 1) / across,
                            from: plane + (y * width + x), fromRow: down * width,
                            step: across, end: end, to: space + (y * across + x) * phaseSize, toRow: pitch)
                    }
                }
                return
            }
            // What is written behind a row's end the next row writes over.
            var from = plane
            for y in 0..<height {
                let even = space + (y % down * 2 * phaseSize + y / down * pitch)
                let odd = even + phaseSize
                if width <= lanes {
                    let row = loadSome(from, firstLanes(width))
                    put(row.evenHalf, even)
                    put(row.oddHalf, odd)
                } else {
                    for x in stride(from: 0, to: width, by: 2 * lanes) {
                        let low = loadSome(from + x, firstLanes(width - x))
                        let high = width - x > lanes ? loadSome(from + x + lanes, firstLanes(width - x - lanes)) : .zero
                        store(Vector(lowHalf: low.evenHalf, highHalf: high.evenHalf), even + x / 2)
                        store(Vector(lowHalf: low.oddHalf, highHalf: high.oddHalf), odd + x / 2)
                    }
                }
                from += width
            }
        }
    }
#endif
