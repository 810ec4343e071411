"""Times a function as scripts/bench/measuring.lua does."""

import statistics
import time


def burst(function, seconds, least=3):
    """The median time of calls that go on for so long, the first two left out."""
    function()
    function()
    times = []
    end = time.perf_counter() + seconds
    while len(times) < least or time.perf_counter() < end:
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)
