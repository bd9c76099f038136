// Packages in Python with their tests, and what a sandbox has to say of them.

import type { SourceFile } from "../../Workspace.ts"

type Files = Readonly<Record<string, string>>

export const filesOf = (files: Files): ReadonlyArray<SourceFile> =>
  Object.entries(files).map(([path, content]) => ({ path, content }))

/** A module with one class of tests. */
const tests = (body: string, head = "") => `import unittest
${head}
class T(unittest.TestCase):
${body.replaceAll(/^(?=.)/gm, "    ")}
`

const cart = `def total(prices):
    if not prices:
        return 0
    return sum(prices)
`

/** Tests of every outcome. */
export const shop: Files = {
  "shop/__init__.py": "",
  "shop/cart.py": cart,
  "tests/__init__.py": "",
  "tests/helpers.py": "def check(x): assert x\ndef look(x): print(x)\n",
  "tests/test_cart.py": tests(
    `def test_ok(self):
    print("on my way")
    self.assertEqual(total([1, 2]), 3)
def test_wrong(self): self.assertEqual(total([1, 2]), 4)
def test_raises(self): self.assertEqual(total(None + 1), 0)
def test_parts(self):
    for n in range(3):
        with self.subTest(n=n): self.assertEqual(n % 2, 0)
@unittest.skip("later")
def test_later(self): self.assertEqual(1, 2)
@unittest.expectedFailure
def test_known(self): self.assertEqual(1, 2)
@unittest.expectedFailure
def test_better(self): self.assertEqual(1, 1)`,
    "from shop.cart import total"
  ),
  "tests/test_async.py": `import asyncio, unittest
from unittest import mock
class T(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self): self.one = await asyncio.sleep(0, 1)
    async def test_ok(self): self.assertEqual(await asyncio.sleep(0, 1), self.one)
    async def test_wrong(self): self.assertEqual(await asyncio.sleep(0, 2), self.one)
    @mock.patch("os.getcwd", return_value="/x")
    async def test_patched(self, getcwd): self.assertEqual(getcwd(), "/x")
`,
  "tests/test_functions.py": "def test_ok(): assert 1 == 1\ndef test_wrong(): assert 1 == 2\n",
  "tests/test_import.py": "import nothing_of_the_sort\n",
  "tests/test_asserts.py": tests(
    `def test_context(self):
    with self.assertRaises(ValueError): int("x")
def test_helper(self): check(1)
def test_deep(self): self.deeper()
def deeper(self): self.verify()
def verify(self): self.assertTrue(1)
def test_fail(self):
    if 1 == 2: self.fail()
def test_mock(self): mock.Mock().assert_not_called()
def test_nothing(self): open("left.txt", "w").close()
def test_look(self): look(1)
def test_text(self): "assert 1"
def test_own_assert(self): self.assertNothing()
def assertNothing(self): pass`,
    "from unittest import mock\nfrom tests.helpers import check, look"
  )
}

const passed = (...names: ReadonlyArray<string>) => names.map((name) => `passed tests.test_asserts.T.test_${name}`)

export const outcomes: ReadonlyArray<string> = [
  "error tests.test_cart.T.test_raises",
  "error tests.test_import",
  "expected-failure tests.test_cart.T.test_known",
  "failed tests.test_async.T.test_wrong",
  "failed tests.test_cart.T.test_better",
  "failed tests.test_cart.T.test_parts",
  "failed tests.test_cart.T.test_wrong",
  "failed tests.test_functions.test_wrong",
  "passed tests.test_async.T.test_ok",
  "passed tests.test_async.T.test_patched",
  "passed tests.test_cart.T.test_ok",
  "passed tests.test_functions.test_ok",
  "skipped tests.test_cart.T.test_later",
  ...passed("context", "deep", "fail", "helper", "look", "mock", "nothing", "own_assert", "text")
].toSorted()

/** Tests, with parts of what is said of them. */
export const reasons: ReadonlyArray<readonly [test: string, ...says: ReadonlyArray<string>]> = [
  ["tests.test_cart.T.test_wrong", 'File "tests/test_cart.py", line 7, in test_wrong', "AssertionError: 3 != 4"],
  ["tests.test_cart.T.test_raises", "TypeError"],
  ["tests.test_import", "No module named 'nothing_of_the_sort'"]
]

/** Tests that assert nothing, in order. */
export const idle: ReadonlyArray<string> = ["look", "nothing", "own_assert", "text"].map(
  (name) => `tests.test_asserts.T.test_${name}`
)

/** What runs after that, and finds nothing of it. */
export const later: Files = {
  "shop/__init__.py": "",
  "shop/cart.py": cart,
  "shop/never.py": "x = 1\n",
  "test_later.py": `import os
from shop.cart import total
def test_total(): assert total([1]) == 1
def test_nothing_is_left(): assert not os.path.exists("left.txt") and not os.path.exists("tests")
`
}

export const coverage = {
  "shop/__init__.py": { lines: 0, missed: [], ran: [] },
  "shop/cart.py": { lines: 4, missed: [3], ran: [1, 2, 4] },
  "shop/never.py": { lines: 1, missed: [1], ran: [] }
}

export const broken: Files = { "test_broken.py": "def test_it(: assert True\n" }

export const ending: Files = {
  "test_it.py": tests("def test_a(self): self.assertEqual(1, 1)\ndef test_end(self):\n    import os; os._exit(0)")
}
