"""Acceptance tests for the document "Token bucket rate limiter" after one edit, written from it alone: asking `acquire`
for more than `capacity` returns `False` at once, without waiting; it raised `ValueError`.
"""
import time
import unittest

from test_rate_limiter import *
from test_rate_limiter import Acquire as Before
from test_rate_limiter import RealClock


class Acquire(Before):
    def test_more_than_capacity(self):
        """asking for more than `capacity` returns `False` at once, without waiting"""
        bucket, _ = self.bucket(1, 5)
        self.assertIs(bucket.acquire(6), False)
        self.assertIs(bucket.acquire(n=1000, timeout=None), False)
        bucket, _ = self.drained(1, 5)
        self.assertIs(bucket.acquire(6), False)

    def test_more_than_capacity_with_a_timeout(self):
        """asking for more than `capacity` returns `False` at once, without waiting (for the timeout)"""
        for seconds in (0, 0.01, 1000):
            bucket, _ = self.bucket(1 / 1024, 5, RealClock())
            start = time.monotonic()
            self.assertIs(bucket.acquire(6, timeout=seconds), False)
            self.assertLess(time.monotonic() - start, 1)

    def test_more_than_capacity_takes_none(self):
        """asking for more than `capacity` returns `False` at once (and takes none)"""
        bucket, _ = self.bucket(1, 5)
        self.assertIs(bucket.acquire(6), False)
        self.assertIs(bucket.try_acquire(5), True)


del Before

if __name__ == "__main__":
    unittest.main()
