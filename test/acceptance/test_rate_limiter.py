"""Acceptance tests for the document "Token bucket rate limiter", written from the document alone.

The document names no module: the classes are found by their names in the project's sources.
Left untested, because the document does not decide it:
- how many tokens a new bucket has (only: never more than `capacity`; the tests let it fill up by the clock first);
- what try_acquire does for more than `capacity` (only: it takes none and does not return True);
- what acquire returns on success (only: not False); which clock measures a timeout when another one is injected;
  whether acquire may give up before the timeout when it sees that it cannot be met;
- n that is zero, negative or fractional, a rate or capacity that is not positive, a clock that goes back;
- fairness among waiting callers; the bound under 8 threads itself (these tests start no threads; the same
  bound is checked in one thread, step by step);
- MultiBucket's signature and methods: found by the names rate, capacity, idle, clock and by the usual ways to
  get at a key's bucket, the tests skip where that fails; exactly when a key is dropped (idle since when, at the
  very moment or on a later use of the object); whether a failed try_acquire counts as a use.
"""
import ast
import gc
import importlib
import inspect
import os
import random
import signal
import sys
import time
import unittest
import weakref

PROJECT = os.path.abspath(os.environ.get("PROJECT", os.getcwd()))
ROOTS = [p for p in (os.path.join(PROJECT, "src"), PROJECT) if os.path.isdir(p)]
for _p in reversed(ROOTS):
    if _p not in sys.path:
        sys.path.insert(0, _p)

SKIPPED = {"build", "dist", "node_modules", "venv", "env", "site-packages", "__pycache__"}


def find_class(name):
    """The class of that name, wherever the project defines it."""
    for root in ROOTS:
        for folder, folders, files in os.walk(root):
            folders[:] = sorted(f for f in folders if f not in SKIPPED and not f.startswith("."))
            for file in sorted(files):
                path = os.path.join(folder, file)
                if not file.endswith(".py") or file == "__main__.py" or os.path.abspath(__file__) == path:
                    continue
                with open(path, encoding="utf-8", errors="replace") as stream:
                    text = stream.read()
                if "class " + name not in text:
                    continue
                try:
                    tree = ast.parse(text)
                except SyntaxError:
                    continue
                if not any(isinstance(n, ast.ClassDef) and n.name == name for n in tree.body):
                    continue
                parts = os.path.relpath(path, root)[:-3].split(os.sep)
                if parts[-1] == "__init__":
                    parts.pop()
                if parts and all(p.isidentifier() for p in parts) and not (root != ROOTS[0] and parts[0] == "src"):
                    return getattr(importlib.import_module(".".join(parts)), name)
    raise AssertionError("no class %s in %s" % (name, PROJECT))


class Clock:
    """A clock that stands still until told otherwise."""

    def __init__(self, now=1024.0):
        self.now = now

    def __call__(self):
        return self.now

    def advance(self, seconds):
        self.now += seconds


class RealClock:
    """The real clock, with an offset that the tests can move forward."""

    def __init__(self):
        self.offset = 0.0

    def __call__(self):
        return time.monotonic() + self.offset

    def advance(self, seconds):
        self.offset += seconds


class Base(unittest.TestCase):
    def setUp(self):
        if hasattr(signal, "SIGALRM"):
            def late(signum, frame):
                raise AssertionError("still waiting after 5 seconds")
            old = signal.signal(signal.SIGALRM, late)
            signal.setitimer(signal.ITIMER_REAL, 5)
            self.addCleanup(signal.signal, signal.SIGALRM, old)
            self.addCleanup(signal.setitimer, signal.ITIMER_REAL, 0)

    def bucket(self, rate, capacity, clock=None):
        """A bucket that has had the time to be full, whatever it began with; and its clock."""
        clock = clock or Clock()
        bucket = find_class("TokenBucket")(rate, capacity, clock)
        clock.advance(16 * (1 + capacity / rate))
        return bucket, clock

    def drained(self, rate, capacity, clock=None):
        """A bucket with none left (with the real clock: with less than one token)."""
        bucket, clock = self.bucket(rate, capacity, clock)
        if isinstance(clock, RealClock):
            self.drain(bucket)
        else:
            self.assertIs(bucket.try_acquire(capacity), True)
        return bucket, clock

    def drain(self, bucket):
        """Take single tokens until there is none; how many there were."""
        handed = 0
        while bucket.try_acquire():
            handed += 1
            self.assertLess(handed, 10_000)
        return handed


class Signatures(Base):
    def test_constructor(self):
        """a class `TokenBucket(rate, capacity, clock=time.monotonic)`"""
        cls = find_class("TokenBucket")
        parameters = inspect.signature(cls).parameters
        self.assertEqual(list(parameters)[:3], ["rate", "capacity", "clock"])
        self.assertIs(parameters["clock"].default, time.monotonic)
        clock = Clock()
        bucket = cls(rate=2, capacity=4, clock=clock)
        clock.advance(64)
        self.assertIs(bucket.try_acquire(4), True)
        self.assertIs(bucket.try_acquire(1), False)

    def test_without_a_clock(self):
        """`TokenBucket(rate, capacity, clock=time.monotonic)`: the clock may be left out"""
        bucket = find_class("TokenBucket")(1024, 4)
        time.sleep(0.02)
        self.assertIs(bucket.try_acquire(3), True)

    def test_names_and_defaults_of_n(self):
        """`try_acquire(n=1)` ... `acquire(n=1, timeout=None)`"""
        bucket, _ = self.bucket(1, 8)
        self.assertIs(bucket.try_acquire(n=2), True)
        self.assertIs(bucket.try_acquire(), True)
        self.assertIsNot(bucket.acquire(n=2, timeout=None), False)
        self.assertIsNot(bucket.acquire(), False)
        self.assertIsNot(bucket.acquire(1, 0.5), False)
        self.assertIs(bucket.try_acquire(2), False)
        self.assertIs(bucket.try_acquire(1), True)


class TryAcquire(Base):
    def test_true_and_takes_n(self):
        """`try_acquire(n=1)` returns `True` and takes `n` tokens"""
        bucket, _ = self.bucket(1, 10)
        for n in (4, 3, 2, 1):
            self.assertIs(bucket.try_acquire(n), True)
        self.assertIs(bucket.try_acquire(1), False)

    def test_false_and_takes_none(self):
        """or returns `False` and takes none"""
        bucket, _ = self.bucket(1, 5)
        self.assertIs(bucket.try_acquire(3), True)
        for n in (3, 4, 5, 3):
            self.assertIs(bucket.try_acquire(n), False)
        self.assertIs(bucket.try_acquire(2), True)
        self.assertIs(bucket.try_acquire(1), False)

    def test_whole_capacity(self):
        """tokens refill ... up to `capacity`: all of it may be taken at once"""
        bucket, _ = self.bucket(1, 7)
        self.assertIs(bucket.try_acquire(7), True)
        self.assertIs(bucket.try_acquire(), False)

    def test_more_than_capacity_takes_none(self):
        """returns `True` and takes `n` tokens, or ... takes none (more than `capacity` are never there)"""
        bucket, _ = self.bucket(1, 5)
        try:
            got = bucket.try_acquire(6)
        except ValueError:
            got = False
        self.assertIs(got, False)
        self.assertIs(bucket.try_acquire(5), True)

    def test_new_bucket(self):
        """never more than `capacity + rate * elapsed` are handed out (a new bucket, no time elapsed)"""
        bucket = find_class("TokenBucket")(1, 5, Clock())
        self.assertLessEqual(sum(bucket.try_acquire() for _ in range(50)), 5)

    def test_buckets_are_apart(self):
        """a class `TokenBucket`: one object's tokens are not another's"""
        clock = Clock()
        a, _ = self.bucket(1, 3, clock)
        b, _ = self.bucket(1, 3, clock)
        self.assertIs(a.try_acquire(3), True)
        self.assertIs(b.try_acquire(3), True)
        self.assertIs(a.try_acquire(), False)


class Refill(Base):
    def test_at_the_rate(self):
        """tokens refill continuously at `rate` per second"""
        bucket, clock = self.drained(4, 100)
        clock.advance(3)
        self.assertIs(bucket.try_acquire(13), False)
        self.assertIs(bucket.try_acquire(12), True)
        self.assertIs(bucket.try_acquire(1), False)

    def test_parts_of_a_second(self):
        """tokens refill continuously at `rate` per second (not by the whole second)"""
        bucket, clock = self.drained(8, 10)
        clock.advance(0.0625)
        self.assertIs(bucket.try_acquire(), False)
        clock.advance(0.0625)
        self.assertIs(bucket.try_acquire(), True)
        self.assertIs(bucket.try_acquire(), False)

    def test_slow_rate(self):
        """tokens refill continuously at `rate` per second (a rate below one)"""
        bucket, clock = self.drained(0.25, 2)
        clock.advance(3.75)
        self.assertIs(bucket.try_acquire(), False)
        clock.advance(0.25)
        self.assertIs(bucket.try_acquire(), True)
        clock.advance(3.75)
        self.assertIs(bucket.try_acquire(), False)

    def test_frequent_failures_lose_nothing(self):
        """or returns `False` and takes none; tokens refill continuously"""
        bucket, clock = self.drained(1, 5)
        for _ in range(63):
            clock.advance(1 / 64)
            self.assertIs(bucket.try_acquire(), False)
        clock.advance(1 / 64)
        self.assertIs(bucket.try_acquire(), True)
        self.assertIs(bucket.try_acquire(), False)

    def test_remainder_stays_after_taking(self):
        """takes `n` tokens; tokens refill continuously (what is left over of a token stays)"""
        bucket, clock = self.drained(1, 5)
        clock.advance(1.75)
        self.assertIs(bucket.try_acquire(), True)
        clock.advance(0.25)
        self.assertIs(bucket.try_acquire(), True)
        self.assertIs(bucket.try_acquire(), False)

    def test_up_to_capacity(self):
        """tokens refill ... up to `capacity`"""
        bucket, clock = self.drained(4, 6)
        clock.advance(1_000_000)
        self.assertIs(bucket.try_acquire(6), True)
        self.assertIs(bucket.try_acquire(), False)

    def test_partly_full_up_to_capacity(self):
        """tokens refill ... up to `capacity` (what would run over is lost, not kept for later)"""
        bucket, clock = self.bucket(2, 6)
        self.assertIs(bucket.try_acquire(2), True)
        clock.advance(50)
        self.assertIs(bucket.try_acquire(6), True)
        self.assertIs(bucket.try_acquire(), False)
        clock.advance(0.5)
        self.assertIs(bucket.try_acquire(), True)
        self.assertIs(bucket.try_acquire(), False)

    def test_only_the_injected_clock(self):
        """the clock is injectable, so tests never sleep: while it stands, nothing refills"""
        bucket, clock = self.drained(2**20, 4)
        time.sleep(0.01)
        self.assertIs(bucket.try_acquire(), False)
        clock.advance(0.5)
        self.assertIs(bucket.try_acquire(4), True)

    def test_clock_that_begins_at_zero(self):
        """the clock is injectable (a test's clock may begin at zero)"""
        bucket, clock = self.drained(2, 4, Clock(0.0))
        clock.advance(1)
        self.assertIs(bucket.try_acquire(3), False)
        self.assertIs(bucket.try_acquire(2), True)


class Bound(Base):
    def test_greedy_single_tokens(self):
        """with 8 threads taking single tokens, never more than `capacity + rate * elapsed` are handed out"""
        bucket, clock = self.bucket(4, 6)
        start, handed = clock.now, 0
        for step in range(400):
            while bucket.try_acquire():
                handed += 1
                self.assertLessEqual(handed, 6 + 4 * (clock.now - start))
            self.assertEqual(handed, 6 + int(4 * (clock.now - start)))
            clock.advance(1 / 16)

    def test_against_a_model(self):
        """`True` and takes `n` tokens, or `False` and takes none; refill continuously at `rate` ... up to `capacity`"""
        rnd = random.Random(99)
        for rate, capacity in ((1, 4), (0.5, 3), (8, 5), (2, 16)):
            bucket, clock = self.bucket(rate, capacity)
            there = float(capacity)
            for _ in range(500):
                n = rnd.randrange(1, capacity + 1)
                self.assertIs(bucket.try_acquire(n), there >= n)
                there -= n if there >= n else 0
                seconds = rnd.randrange(0, 48) / 16
                clock.advance(seconds)
                there = min(float(capacity), there + rate * seconds)

    def test_acquire_and_try_acquire_share(self):
        """`acquire` ... `try_acquire`: never more than `capacity + rate * elapsed` are handed out"""
        bucket, clock = self.bucket(2, 6)
        self.assertIsNot(bucket.acquire(4), False)
        self.assertIs(bucket.try_acquire(3), False)
        self.assertIs(bucket.try_acquire(2), True)
        clock.advance(1)
        self.assertIsNot(bucket.acquire(2, timeout=1), False)
        self.assertIs(bucket.try_acquire(), False)


class Acquire(Base):
    def test_tokens_are_there(self):
        """`acquire(n=1, timeout=None)` waits until `n` tokens are there (now: the clock need not move)"""
        bucket, _ = self.bucket(1, 5)
        self.assertIsNot(bucket.acquire(3), False)
        self.assertIsNot(bucket.acquire(2, timeout=0), False)
        self.assertIs(bucket.try_acquire(), False)

    def test_waits_for_a_token(self):
        """`acquire(n=1, timeout=None)` waits until `n` tokens are there"""
        bucket, clock = self.bucket(128, 2, RealClock())
        start = clock()
        handed = self.drain(bucket)
        self.assertIsNot(bucket.acquire(1), False)
        self.assertLessEqual(handed + 1, 2 + 128 * (clock() - start) + 1e-4, "handed out before it was there")

    def test_waits_for_several_within_the_timeout(self):
        """waits until `n` tokens are there or the timeout runs out; never more than `capacity + rate * elapsed`"""
        bucket, clock = self.bucket(256, 4, RealClock())
        start = clock()
        handed = self.drain(bucket)
        self.assertIsNot(bucket.acquire(3, timeout=3), False)
        self.assertLessEqual(handed + 3, 4 + 256 * (clock() - start) + 1e-4, "handed out before they were there")

    def test_timeout_runs_out(self):
        """waits until ... the timeout runs out (returns `False`)"""
        bucket, _ = self.drained(1 / 1024, 2, RealClock())
        start = time.monotonic()
        self.assertIs(bucket.acquire(1, timeout=0.02), False)
        self.assertLess(time.monotonic() - start, 2)

    def test_timeout_of_zero(self):
        """waits until ... the timeout runs out (returns `False`): at once, if it is zero"""
        bucket, _ = self.drained(1 / 1024, 2, RealClock())
        self.assertIs(bucket.acquire(1, timeout=0), False)
        self.assertIs(bucket.acquire(timeout=0), False)

    def test_timed_out_takes_none(self):
        """returns `False` (of a timeout): the tokens that are there stay"""
        bucket, _ = self.bucket(1 / 1024, 4, RealClock())
        self.assertIs(bucket.try_acquire(1), True)
        self.assertIs(bucket.acquire(4, timeout=0.01), False)
        self.assertIs(bucket.try_acquire(2), True)

    def test_more_than_capacity(self):
        """asking for more than `capacity` raises `ValueError` at once"""
        bucket, _ = self.bucket(1, 5)
        with self.assertRaises(ValueError):
            bucket.acquire(6)
        with self.assertRaises(ValueError):
            bucket.acquire(n=1000, timeout=None)
        bucket, _ = self.drained(1, 5)
        with self.assertRaises(ValueError):
            bucket.acquire(6)

    def test_more_than_capacity_with_a_timeout(self):
        """asking for more than `capacity` raises `ValueError` at once (no waiting, no `False`)"""
        for seconds in (0, 0.01, 1000):
            bucket, _ = self.bucket(1 / 1024, 5, RealClock())
            start = time.monotonic()
            with self.assertRaises(ValueError):
                bucket.acquire(6, timeout=seconds)
            self.assertLess(time.monotonic() - start, 1)

    def test_more_than_capacity_takes_none(self):
        """asking for more than `capacity` raises `ValueError` at once (and takes none)"""
        bucket, _ = self.bucket(1, 5)
        with self.assertRaises(ValueError):
            bucket.acquire(6)
        self.assertIs(bucket.try_acquire(5), True)

    def test_exactly_capacity(self):
        """asking for more than `capacity` raises (exactly `capacity` is not more)"""
        bucket, _ = self.bucket(1, 5)
        self.assertIsNot(bucket.acquire(5), False)
        bucket, _ = self.drained(1 / 1024, 5, RealClock())
        self.assertIs(bucket.acquire(5, timeout=0.01), False)
        bucket, _ = self.drained(512, 4, RealClock())
        self.assertIsNot(bucket.acquire(4, timeout=3), False)


class Key:
    """A key that is seen to be forgotten."""


class Multi(Base):
    def multi(self, rate, capacity, idle):
        cls, clock = find_class("MultiBucket"), Clock()
        given, positional = {}, []
        for name, p in inspect.signature(cls).parameters.items():
            if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD):
                continue
            value = (rate if name == "rate" else capacity if name == "capacity" else clock if name == "clock"
                     else idle if name.startswith("idle") else None)
            if value is None:
                if p.default is p.empty:
                    self.skipTest("MultiBucket needs %r, of which the document says nothing" % name)
                continue
            given[name.split("_")[0]] = value
            if p.kind is p.POSITIONAL_ONLY:
                positional.append(value)
            else:
                given[name] = value
        if not {"rate", "capacity", "idle", "clock"} <= set(given):
            self.skipTest("MultiBucket does not take rate, capacity, idle and clock by these names")
        names = inspect.signature(cls).parameters
        multi = cls(*positional, **{k: v for k, v in given.items()
                                    if k in names and names[k].kind is not inspect.Parameter.POSITIONAL_ONLY})
        return multi, clock

    def take(self, multi, key, n=1):
        if hasattr(multi, "try_acquire"):
            if {"key", "n"} <= set(inspect.signature(multi.try_acquire).parameters):
                return multi.try_acquire(key=key, n=n)
            return multi.try_acquire(key, n)
        for name in ("get", "bucket", "get_bucket", "bucket_for", "for_key", "__getitem__", "__call__"):
            if hasattr(multi, name):
                return getattr(multi, name)(key).try_acquire(n)
        self.skipTest("no usual way to get at the bucket of a key")

    def filled(self, multi, clock, *keys):
        """Use each key for the first time, then let its bucket fill up."""
        for key in keys:
            self.take(multi, key)
        clock.advance(64)

    def stir(self, multi, clock, seconds):
        """Let time pass while one other key is used, and ask to tidy up if that is offered."""
        for _ in range(2000):
            clock.advance(seconds)
            self.take(multi, "another")
        for name in dir(multi):
            if not name.startswith("_") and any(w in name for w in (
                    "purge", "prune", "sweep", "evict", "forget", "clean", "expire", "collect", "drop", "trim",
                    "tidy", "idle")):
                try:
                    getattr(multi, name)()
                except Exception:
                    pass
        gc.collect()

    def test_keys_are_apart(self):
        """a `MultiBucket` that holds one bucket for each key"""
        multi, clock = self.multi(1, 4, 10**6)
        self.filled(multi, clock, "a", "b")
        self.assertIs(self.take(multi, "a", 4), True)
        self.assertIs(self.take(multi, "a"), False)
        self.assertIs(self.take(multi, "b", 4), True)
        self.assertIs(self.take(multi, "b"), False)

    def test_equal_keys_are_one(self):
        """one bucket for each key (equal keys are the same key)"""
        multi, clock = self.multi(1, 4, 10**6)
        self.filled(multi, clock, "api-1")
        self.assertIs(self.take(multi, "api-1", 3), True)
        self.assertIs(self.take(multi, "".join(["api", "-", "1"]), 2), False)
        self.assertIs(self.take(multi, "".join(["api", "-", "1"]), 1), True)

    def test_refill_of_a_key(self):
        """holds one bucket for each key; tokens refill continuously at `rate` per second up to `capacity`"""
        multi, clock = self.multi(2, 4, 10**6)
        self.filled(multi, clock, "a")
        self.assertIs(self.take(multi, "a", 4), True)
        clock.advance(1)
        self.assertIs(self.take(multi, "a", 3), False)
        self.assertIs(self.take(multi, "a", 2), True)
        clock.advance(100)
        self.assertIs(self.take(multi, "a", 4), True)
        self.assertIs(self.take(multi, "a"), False)

    def test_created_on_first_use(self):
        """created on first use: any key will do, and gets no more than `capacity`"""
        multi, _ = self.multi(1, 3, 10**6)
        for key in ("a", 7, ("host", 443)):
            self.assertLessEqual(sum(self.take(multi, key) for _ in range(20)), 3)

    def used_key(self, multi, clock):
        key = Key()
        self.take(multi, key)
        return weakref.ref(key)

    def test_forgets(self):
        """forgets keys that have been full and unused for `idle` seconds"""
        multi, clock = self.multi(8, 4, 32)
        key = self.used_key(multi, clock)
        self.stir(multi, clock, 16)
        self.assertIsNone(key(), "still held after 32000 seconds without use")

    def test_forgets_many(self):
        """forgets keys that have been full and unused for `idle` seconds (each of them)"""
        multi, clock = self.multi(8, 4, 32)
        keys = [self.used_key(multi, clock) for _ in range(200)]
        self.stir(multi, clock, 16)
        self.assertEqual([k() for k in keys if k() is not None], [])

    def test_keeps_what_is_not_full(self):
        """forgets keys that have been full and unused for `idle` seconds: one that is not full stays"""
        multi, clock = self.multi(1 / 1024, 4, 2)
        self.take(multi, "a")
        for _ in range(20):        # whatever it began with, now less than one token is there
            self.take(multi, "a")
        for _ in range(40):
            clock.advance(8)
            self.take(multi, "another")
        self.assertIs(self.take(multi, "a"), False, "320 seconds at 1/1024 give no token")

    def test_keeps_what_is_used(self):
        """forgets keys that have been full and unused for `idle` seconds: one in use stays"""
        multi, clock = self.multi(8, 4, 32)
        holder = [Key()]
        key = weakref.ref(holder[0])
        for _ in range(20):
            self.take(multi, holder[0])
            clock.advance(8)
            self.take(multi, "another")
        holder.clear()
        gc.collect()
        self.assertIsNotNone(key(), "forgotten 8 seconds after its last use, though `idle` is 32")

    def test_forgotten_key_comes_back(self):
        """created on first use: a key that was forgotten may be used again, within `capacity`"""
        multi, clock = self.multi(8, 4, 32)
        self.filled(multi, clock, "a")
        self.stir(multi, clock, 16)
        self.assertLessEqual(sum(self.take(multi, "a") for _ in range(20)), 4)
        clock.advance(16)
        self.assertIs(self.take(multi, "a", 4), True)
        self.assertIs(self.take(multi, "a"), False)


if __name__ == "__main__":
    unittest.main()
