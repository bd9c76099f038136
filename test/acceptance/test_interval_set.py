"""Acceptance tests for the document "Interval set", written from the document alone.

Left untested, because the document does not decide it (or decides it two ways):
- IntervalSet() without an argument; whether a "pair" may be other than a tuple;
- the class of what iteration yields (a tuple, a named tuple, an object with start and end: all accepted);
- which exception operators raise for an operand that is not an IntervalSet; equality with other types;
- the type and text of errors of parse for malformed text, white space in the text, non-integer ends;
- whether "1,2" is a text of its own ("inverses" can hold only for one of "1,2" and "1-2"; only texts in
  the shape of the example, with runs of three or more or single numbers, are checked str(parse(t)) == t);
- the text form of negative numbers and of the empty set (only that parse(str(s)) == s);
- len() beyond sys.maxsize (Python itself cannot).
"""
import importlib
import os
import random
import signal
import sys
import time
import unittest

PROJECT = os.path.abspath(os.environ.get("PROJECT", os.getcwd()))
for _p in (PROJECT, os.path.join(PROJECT, "src")):
    if os.path.isdir(_p) and _p not in sys.path:
        sys.path.insert(0, _p)


def iset(pairs):
    return importlib.import_module("intervals").IntervalSet(pairs)


def parse(text):
    return importlib.import_module("intervals").IntervalSet.parse(text)


def pairs(s):
    """The merged intervals as (start, end) tuples, whatever class they have."""
    out = []
    for iv in s:
        try:
            a, b = iv
        except TypeError:
            a, b = iv.start, iv.end
        out.append((a, b))
    return out


def runs(numbers):
    """The maximal runs of a set of integers as half-open pairs: the model."""
    out = []
    for x in sorted(numbers):
        if out and out[-1][1] == x:
            out[-1] = (out[-1][0], x + 1)
        else:
            out.append((x, x + 1))
    return out


def points(ps):
    return {x for a, b in ps for x in range(a, b)}


def random_pairs(rnd, low=-15, high=25, most=7):
    out = []
    for _ in range(rnd.randrange(most)):
        a = rnd.randrange(low, high)
        out.append((a, a + rnd.randrange(1, 8)))
    return out


class Base(unittest.TestCase):
    def setUp(self):
        if hasattr(signal, "SIGALRM"):
            def late(signum, frame):
                raise AssertionError("more than 20 seconds: far from the stated complexity")
            old = signal.signal(signal.SIGALRM, late)
            signal.setitimer(signal.ITIMER_REAL, 20)
            self.addCleanup(signal.signal, signal.SIGALRM, old)
            self.addCleanup(signal.setitimer, signal.ITIMER_REAL, 0)


class Building(Base):
    def test_any_iterable(self):
        """Build it from any iterable of pairs"""
        want = [(1, 3), (5, 8)]
        for name, it in [("list", [(5, 8), (1, 3)]), ("tuple", ((1, 3), (5, 8))), ("set", {(1, 3), (5, 8)}),
                         ("dict items", {1: 3, 5: 8}.items()), ("zip", zip([5, 1], [8, 3])),
                         ("frozenset", frozenset([(1, 3), (5, 8)])), ("dict keys", {(1, 3): 0, (5, 8): 0})]:
            with self.subTest(name):
                self.assertEqual(pairs(iset(it)), want)

    def test_one_shot_generator(self):
        """Build it from any iterable of pairs (a generator can be read only once)"""
        s = iset((i * 10, i * 10 + 3) for i in range(4))
        self.assertEqual(pairs(s), [(0, 3), (10, 13), (20, 23), (30, 33)])
        self.assertEqual(len(s), 12)

    def test_empty_iterables(self):
        """Build it from any iterable of pairs (one without any pair)"""
        for it in ([], (), set(), iter([]), (p for p in [])):
            s = iset(it)
            self.assertEqual((pairs(s), len(s)), ([], 0))

    def test_overlapping_merge(self):
        """overlapping and touching intervals merge"""
        self.assertEqual(pairs(iset([(1, 5), (3, 9)])), [(1, 9)])
        self.assertEqual(pairs(iset([(3, 9), (1, 5)])), [(1, 9)])
        # a contained or repeated one must not shorten the result
        self.assertEqual(pairs(iset([(1, 20), (2, 3), (4, 5), (1, 20), (19, 20), (1, 2)])), [(1, 20)])

    def test_touching_merge(self):
        """overlapping and touching intervals merge"""
        self.assertEqual(pairs(iset([(1, 3), (3, 5)])), [(1, 5)])
        self.assertEqual(pairs(iset([(3, 5), (5, 6), (1, 3)])), [(1, 6)])
        self.assertEqual(pairs(iset([(-2, 0), (0, 2)])), [(-2, 2)])

    def test_gap_of_one_stays(self):
        """half-open integer intervals `[start, end)` ... touching intervals merge: 3 is missing here"""
        self.assertEqual(pairs(iset([(4, 6), (1, 3)])), [(1, 3), (4, 6)])

    def test_late_bridge(self):
        """overlapping and touching intervals merge (one that comes last joins two)"""
        self.assertEqual(pairs(iset([(1, 3), (8, 9), (5, 6), (3, 5)])), [(1, 6), (8, 9)])

    def assertNames(self, the_pairs, bad):
        with self.assertRaises(ValueError) as caught:
            iset(the_pairs)
        for end in set(bad):
            self.assertIn(str(end), str(caught.exception))

    def test_empty_pair(self):
        """an empty or reversed pair raises `ValueError` that names the pair"""
        self.assertNames([(737, 737)], (737, 737))

    def test_reversed_pair(self):
        """an empty or reversed pair raises `ValueError` that names the pair"""
        self.assertNames([(731, 402)], (731, 402))
        self.assertNames([(-402, -731)], (-402, -731))

    def test_bad_pair_among_good(self):
        """an empty or reversed pair raises `ValueError` that names the pair (the bad one, also from a generator)"""
        for bad in ((652, 651), (653, 653)):
            for at in (0, 1, 2):
                ps = [(1, 2), (8, 9)]
                ps.insert(at, bad)
                self.assertNames((p for p in ps), bad)

    def test_bad_pair_inside_a_good_one(self):
        """an empty or reversed pair raises `ValueError` (merging must not hide it)"""
        self.assertNames([(0, 999), (555, 555)], (555, 555))
        self.assertNames([(0, 999), (556, 444)], (556, 444))
        self.assertNames([(555, 555), (0, 999)], (555, 555))


class Reading(Base):
    def test_half_open(self):
        """half-open integer intervals `[start, end)`; `x in s`"""
        s = iset([(3, 6)])
        self.assertEqual([x for x in range(0, 10) if x in s], [3, 4, 5])

    def test_membership_with_gaps(self):
        """`x in s`"""
        s = iset([(-7, -4), (-1, 1), (5, 6), (9, 12)])
        self.assertEqual([x for x in range(-12, 16) if x in s], [-7, -6, -5, -1, 0, 5, 9, 10, 11])
        for x in (-10**30, 10**30):
            self.assertNotIn(x, s)
        self.assertNotIn(0, iset([]))

    def test_len(self):
        """`len(s)` (how many integers it covers)"""
        self.assertEqual(len(iset([])), 0)
        self.assertEqual(len(iset([(5, 6)])), 1)
        self.assertEqual(len(iset([(1, 5), (3, 9), (20, 22), (-3, -1)])), 12)

    def test_len_of_a_huge_interval(self):
        """`len(s)` (how many integers it covers); membership in O(log n): nothing is listed number by number"""
        s = iset([(-10**15, 10**15)])
        self.assertEqual(len(s), 2 * 10**15)
        self.assertIn(0, s)
        self.assertNotIn(10**15, s)

    def test_iteration(self):
        """iteration over the merged intervals in order (and once more)"""
        s = iset([(50, 51), (-9, -8), (7, 9), (8, 20)])
        self.assertEqual(pairs(s), [(-9, -8), (7, 20), (50, 51)])
        self.assertEqual(pairs(s), [(-9, -8), (7, 20), (50, 51)])

    def test_two_iterations_at_once(self):
        """iteration over the merged intervals in order; immutable: one loop inside another"""
        s = iset([(1, 2), (4, 5), (7, 8)])
        self.assertEqual(sum(1 for _ in s for _ in s), 9)

    def test_equality(self):
        """equality: by the integers covered, however built"""
        self.assertTrue(iset([(1, 3), (3, 5)]) == iset([(4, 5), (1, 4)]) == iset(iter([(1, 5)])))
        self.assertFalse(iset([(1, 3), (3, 5)]) != iset([(1, 5)]))
        self.assertTrue(iset([]) == iset(()))
        self.assertTrue(iset([(1, 3)]) != iset([(1, 4)]))
        self.assertTrue(iset([(1, 2), (3, 4)]) != iset([(1, 4)]))
        self.assertFalse(iset([]) == iset([(0, 1)]))

    def test_hash(self):
        """equality, hash"""
        a, b = iset([(1, 3), (3, 5), (9, 10)]), iset([(9, 10), (1, 5)])
        self.assertEqual(hash(a), hash(b))
        self.assertEqual(len({a, b, iset([]), iset(()), iset([(1, 5)])}), 3)
        self.assertEqual({a: "found"}[b], "found")

    def test_repr(self):
        """`repr` that evaluates back to an equal set"""
        module = importlib.import_module("intervals")
        names = {**vars(module), "intervals": module, "IntervalSet": module.IntervalSet}
        for ps in ([], [(1, 2)], [(1, 5), (8, 9)], [(-9, -3), (-1, 4)], [(1, 3), (3, 5)]):
            with self.subTest(ps):
                back = eval(repr(iset(ps)), dict(names))
                self.assertIsInstance(back, module.IntervalSet)
                self.assertEqual(back, iset(ps))


    def test_huge_intervals(self):
        """`repr` that evaluates back to an equal set; hash; parse and str are inverses (of a huge interval as well:
        list(s) would set aside room for len(s) items)"""
        module = importlib.import_module("intervals")
        s = iset([(0, 10**15), (10**16, 10**17)])
        self.assertEqual(s, iset([(10**16, 10**17), (0, 10**14), (10**13, 10**15)]))
        self.assertEqual(hash(s), hash(iset([(10**16, 10**17), (0, 10**15)])))
        self.assertEqual(eval(repr(s), {**vars(module), "intervals": module}), s)
        self.assertEqual(parse(str(s)), s)
        self.assertEqual(pairs(s & iset([(5, 10**16 + 3)])), [(5, 10**15), (10**16, 10**16 + 3)])


class Immutable(Base):
    def test_later_change_of_the_input(self):
        """an immutable `IntervalSet`"""
        first = [1, 3]
        ps = [tuple(first), (8, 9)]
        s = iset(ps)
        h = hash(s)
        ps.append((20, 30))
        ps[0] = (0, 100)
        self.assertEqual((pairs(s), len(s), hash(s)), ([(1, 3), (8, 9)], 3, h))

    def test_operands_stay(self):
        """an immutable `IntervalSet`"""
        a, b = iset([(1, 6), (9, 12)]), iset([(4, 10)])
        ha, hb = hash(a), hash(b)
        for name in ("union", "intersection", "difference", "symmetric_difference"):
            getattr(a, name)(b)
            self.assertEqual((pairs(a), hash(a)), ([(1, 6), (9, 12)], ha), name)
            self.assertEqual((pairs(b), hash(b)), ([(4, 10)], hb), name)

    def test_augmented_assignment(self):
        """an immutable `IntervalSet`: `s |= t` gives a new set, another name for the old one sees no change"""
        t = iset([(2, 4)])
        for op, want in (("|", [(1, 4)]), ("&", [(2, 3)]), ("-", [(1, 2)]), ("^", [(1, 2), (3, 4)])):
            s = other = iset([(1, 3)])
            scope = {"s": s, "t": t}
            exec("s %s= t" % op, scope)
            self.assertEqual(pairs(scope["s"]), want, op)
            self.assertEqual(pairs(other), [(1, 3)], op)

    def test_public_attributes(self):
        """an immutable `IntervalSet`: no public attribute is a way to change it"""
        for name in [n for n in dir(iset([(1, 3)])) if not n.startswith("_")]:
            s = iset([(1, 3), (5, 7)])
            before = (hash(s), len(s))
            value = getattr(s, name)
            if callable(value):
                continue
            for change in (lambda: value.clear(), lambda: value.append((90, 99)), lambda: value.add((90, 99)),
                           lambda: value.__setitem__(0, (90, 99)), lambda: setattr(s, name, type(value)())):
                try:
                    change()
                except Exception:
                    pass
                self.assertEqual((pairs(s), hash(s), len(s)), ([(1, 3), (5, 7)],) + before, name)
                self.assertNotIn(95, s)


class Algebra(Base):
    def test_union(self):
        """`union` ... and the operators `|`"""
        a, b = iset([(1, 3), (10, 12)]), iset([(2, 5), (20, 21)])
        self.assertEqual(pairs(a.union(b)), [(1, 5), (10, 12), (20, 21)])
        self.assertEqual(pairs(a | b), [(1, 5), (10, 12), (20, 21)])

    def test_union_touching(self):
        """touching intervals merge (in a result as well)"""
        self.assertEqual(pairs(iset([(1, 3), (5, 7)]) | iset([(3, 5)])), [(1, 7)])
        self.assertEqual(iset([(1, 3)]).union(iset([(3, 5)])), iset([(1, 5)]))

    def test_intersection(self):
        """`intersection` ... `&`; one interval may meet several"""
        a, b = iset([(0, 100)]), iset([(-5, 1), (10, 20), (30, 31), (99, 120)])
        want = [(0, 1), (10, 20), (30, 31), (99, 100)]
        for got in (a.intersection(b), b.intersection(a), a & b, b & a):
            self.assertEqual(pairs(got), want)
        touching = iset([(1, 3)]) & iset([(3, 5)])
        self.assertEqual((pairs(touching), len(touching), touching), ([], 0, iset([])))

    def test_difference(self):
        """`difference` ... `-`"""
        a, b = iset([(0, 20)]), iset([(-3, 2), (5, 7), (10, 11), (19, 30)])
        self.assertEqual(pairs(a - b), [(2, 5), (7, 10), (11, 19)])
        self.assertEqual(pairs(a.difference(b)), [(2, 5), (7, 10), (11, 19)])
        self.assertEqual(pairs(b - a), [(-3, 0), (20, 30)])
        self.assertEqual(pairs(iset([(1, 3)]) - iset([(3, 5)])), [(1, 3)])

    def test_symmetric_difference(self):
        """`symmetric_difference` ... `^`; touching intervals merge"""
        a, b = iset([(1, 6), (8, 9)]), iset([(4, 8)])
        self.assertEqual(pairs(a ^ b), [(1, 4), (6, 9)])
        self.assertEqual(pairs(a.symmetric_difference(b)), [(1, 4), (6, 9)])
        self.assertEqual(pairs(iset([(1, 3)]) ^ iset([(3, 5)])), [(1, 5)])

    def test_with_itself_and_with_nothing(self):
        """`union`, `intersection`, `difference`, `symmetric_difference`"""
        s, e = iset([(1, 3), (7, 9)]), iset([])
        self.assertEqual([s | s, s & s, s - s, s ^ s], [s, s, e, e])
        self.assertEqual([s | e, s & e, s - e, s ^ e], [s, e, s, s])
        self.assertEqual([e | s, e & s, e - s, e ^ s], [s, e, e, s])
        self.assertEqual([e | e, e & e, e - e, e ^ e], [e] * 4)

    def test_against_plain_sets(self):
        """`union`, `intersection`, `difference`, `symmetric_difference`, and the operators `| & - ^`"""
        rnd = random.Random(4711)
        for _ in range(300):
            pa, pb = random_pairs(rnd), random_pairs(rnd)
            a, b, sa, sb = iset(pa), iset(pb), points(pa), points(pb)
            self.assertEqual((pairs(a), len(a)), (runs(sa), len(sa)), pa)
            for got, op, want in ((a.union(b), a | b, sa | sb), (a.intersection(b), a & b, sa & sb),
                                  (a.difference(b), a - b, sa - sb), (a.symmetric_difference(b), a ^ b, sa ^ sb)):
                self.assertIsInstance(got, type(a))
                self.assertEqual(pairs(got), runs(want), (pa, pb))
                self.assertEqual(got, op)
                self.assertEqual(hash(op), hash(iset(runs(want))))
                self.assertEqual([x for x in range(-20, 40) if x in got], sorted(want))


class Speed(Base):
    def test_membership(self):
        """Membership in O(log n)"""
        n = 100_000
        s = iset((3 * i, 3 * i + 2) for i in range(n))
        start = time.perf_counter()
        hits = sum(x in s for x in range(3 * n - 9_000, 3 * n))
        spent = time.perf_counter() - start
        self.assertEqual(hits, 6_000)
        self.assertLess(spent, 2.0, "9000 look-ups among 100000 intervals")

    def test_union_and_intersection(self):
        """union and intersection of two sets in O(n + m)"""
        n = 30_000
        a = iset((10 * i, 10 * i + 6) for i in range(n))
        b = iset((10 * i + 4, 10 * i + 8) for i in range(n))
        start = time.perf_counter()
        u, i = a.union(b), a.intersection(b)
        spent = time.perf_counter() - start
        self.assertEqual((len(u), len(i)), (8 * n, 2 * n))
        self.assertLess(spent, 4.0, "30000 intervals each")


class Text(Base):
    def test_example(self):
        """`IntervalSet.parse("1-5,8,10-12")` and `str(s)` ...; both ends are inclusive in this text form"""
        s = parse("1-5,8,10-12")
        self.assertEqual(pairs(s), [(1, 6), (8, 9), (10, 13)])
        self.assertEqual(len(s), 9)
        self.assertEqual(str(iset([(10, 13), (1, 6), (8, 9)])), "1-5,8,10-12")

    def test_text_of_a_text(self):
        """`IntervalSet.parse(...)` and `str(s)` are inverses: str(parse(t)) == t for texts of the example's form"""
        for text in ("1-5,8,10-12", "8", "0", "0-9", "3,5,7", "10-20,100-200,1000", "99,1000-2000000"):
            self.assertEqual(str(parse(text)), text)

    def test_parse_of_str(self):
        """`IntervalSet.parse(...)` and `str(s)` are inverses: parse(str(s)) == s, for every set (negative numbers, too)"""
        rnd = random.Random(12)
        cases = [[(-5, -2)], [(-1, 0)], [(-1, 1)], [(-3, 4), (8, 9)], [(-10, -8), (-5, -4), (0, 1)], [(0, 2)]]
        for ps in cases + [random_pairs(rnd) or [(0, 1)] for _ in range(200)]:
            s = iset(ps)
            self.assertEqual(parse(str(s)), s, (ps, str(s)))

    def test_empty_set(self):
        """`IntervalSet.parse(...)` and `str(s)` are inverses (the empty set has a text as well)"""
        self.assertEqual(parse(str(iset([]))), iset([]))

    def test_parse_merges(self):
        """overlapping and touching intervals merge; both ends are inclusive in this text form"""
        self.assertEqual(str(parse("4-6,1-3")), "1-6")
        self.assertEqual(pairs(parse("1-4,3-9,12,11")), [(1, 10), (11, 13)])
        self.assertEqual(pairs(parse("7-7")), [(7, 8)])

    def test_parse_reversed(self):
        """an empty or reversed pair raises `ValueError`"""
        with self.assertRaises(ValueError):
            parse("1-2,9-3")


if __name__ == "__main__":
    unittest.main()
