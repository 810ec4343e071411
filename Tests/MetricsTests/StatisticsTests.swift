import Metrics
import Testing

@Suite("Means and percentiles")
struct StatisticsTests {
    @Test("Means")
    func means() throws {
        #expect(try mean([1, 2, 6]) == 3)
        #expect(throws: MetricsError("the list is empty")) { try mean([]) }
    }

    @Test("Percentiles are interpolated")
    func percentiles() throws {
        let list = [4.0, 1, 3, 2]
        #expect(try percentile(list, 0) == 1)
        #expect(try percentile(list, 50) == 2.5)
        #expect(try abs(percentile(list, 90) - 3.7) < 1e-12)
        #expect(try percentile(list, 100) == 4)
        #expect(try percentile([7], 50) == 7)
    }

    @Test("What has no percentile")
    func refusals() throws {
        #expect(throws: MetricsError("the list is empty")) { try percentile([], 50) }
        #expect(throws: MetricsError("a percentage from 0 to 100 expected, got 101.0")) { try percentile([1], 101) }
        #expect(try percentile([1, .nan], 50).isNaN)
        #expect(try percentile([1], .nan).isNaN)
    }
}
