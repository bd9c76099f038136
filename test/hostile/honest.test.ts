import { layer } from "@effect/vitest"
import { counts, isGreen, TestRunner } from "@stepwright/core/TestRunner"
import { Effect } from "effect"
import { assert, describe } from "vitest"
import { filesOf, sandboxes } from "./sandboxes.ts"
import { tests } from "./verdicts.ts"

const cart = `def total(prices):
    if not prices:
        return 0
    return sum(prices)
`

for (const [name, { needs, of }] of Object.entries(sandboxes)) {
  describe(`a report of ${name}`, () => {
    layer(of({ timeout: "5 minutes" }), { excludeTestServices: true, concurrent: true })((it) => {
      const run = (files: Readonly<Record<string, string>>, options = {}) =>
        Effect.flatMap(TestRunner, (runner) => runner.run(filesOf(files), options))

      it.effect(
        "has each test with what came of it, of classes, functions and coroutines",
        () =>
          Effect.gen(function* () {
            const report = yield* run({
              "shop/__init__.py": "",
              "shop/cart.py": cart,
              "tests/__init__.py": "",
              "tests/test_cart.py": tests(
                `def test_ok(self):
    print("on my way")
    self.assertEqual(total([1, 2]), 3)
def test_wrong(self): self.assertEqual(total([1, 2]), 4)
def test_raises(self): total(None + 1)
def test_parts(self):
    for n in range(3):
        with self.subTest(n=n): self.assertEqual(n % 2, 0)
@unittest.skip("later")
def test_later(self): self.assertEqual(1, 2)
@unittest.expectedFailure
def test_known(self): self.assertEqual(1, 2)
@unittest.expectedFailure
def test_better(self): pass`,
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
              "tests/test_import.py": "import nothing_of_the_sort\n"
            })
            assert.deepStrictEqual(report.doubts, [])
            assert.deepStrictEqual(report.tests.map(({ outcome, test }) => `${outcome} ${test}`).toSorted(), [
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
              "skipped tests.test_cart.T.test_later"
            ])
            const detail = (test: string) => report.tests.find((one) => one.test === test)?.detail
            assert.include(detail("tests.test_cart.T.test_wrong"), 'File "tests/test_cart.py", line 7, in test_wrong')
            assert.include(detail("tests.test_cart.T.test_wrong"), "AssertionError: 3 != 4")
            assert.include(detail("tests.test_cart.T.test_raises"), "TypeError")
            assert.include(detail("tests.test_import"), "No module named 'nothing_of_the_sort'")
            assert.include(report.output, "on my way\n")
          }),
        needs
      )

      it.effect(
        "says of each test whether it asserts",
        () =>
          Effect.gen(function* () {
            const report = yield* run({
              "tests/__init__.py": "",
              "tests/helpers.py": "def check(x): assert x\ndef look(x): print(x)\n",
              "tests/test_it.py": tests(
                `def test_method(self): self.assertTrue(1)
def test_statement(self): assert 1
def test_context(self):
    with self.assertRaises(ValueError): int("x")
def test_helper(self): check(1)
def test_own(self): self.deeper()
def deeper(self): self.verify()
def verify(self): self.assertTrue(1)
def test_fail(self):
    if 1 == 2: self.fail()
def test_mock(self): mock.Mock().assert_not_called()
def test_nothing(self): pass
def test_look(self): look(1)
def test_text(self): "assert 1"
def test_own_assert(self): self.assertNothing()
def assertNothing(self): pass`,
                "from unittest import mock\nfrom tests.helpers import check, look"
              )
            })
            const idle = report.tests.filter(({ asserts }) => !asserts).map(({ test }) => test.replace(/.*_test?/, ""))
            assert.deepStrictEqual(idle.map((test) => test.split(".").at(-1)).toSorted(), [
              "test_look",
              "test_nothing",
              "test_own_assert",
              "test_text"
            ])
            assert.strictEqual(counts(report).passed, 11)
          }),
        needs
      )

      it.effect(
        "counts lines where it is asked to",
        () =>
          Effect.gen(function* () {
            const files = {
              "shop/__init__.py": "",
              "shop/cart.py": cart,
              "shop/never.py": "x = 1\n",
              "test_it.py": "from shop.cart import total\ndef test_it(): assert total([1]) == 1\n"
            }
            assert.notProperty(yield* run(files), "coverage")
            const report = yield* run(files, { coverage: true })
            assert.isTrue(isGreen(report), JSON.stringify(report))
            assert.sameMembers(Object.keys(report.coverage ?? {}), [
              "shop/__init__.py",
              "shop/cart.py",
              "shop/never.py"
            ])
            assert.deepStrictEqual(report.coverage?.["shop/cart.py"], { lines: 4, missed: [3] })
            assert.deepStrictEqual(report.coverage?.["shop/never.py"], { lines: 1, missed: [1] })
          }),
        needs
      )

      it.effect(
        "is the output of a program",
        () =>
          Effect.gen(function* () {
            const { evaluate } = yield* TestRunner
            const names = "import ast\ndef main(code): return [node.name for node in ast.parse(code).body]"
            assert.deepStrictEqual(yield* evaluate(names, "def é(): pass\nclass B: pass"), ["é", "B"])
            const error = yield* Effect.flip(evaluate("def main(given): return given['no']", {}))
            assert.strictEqual(error.reason, "Crashed")
            assert.include(error.message, "KeyError: 'no'")
          }),
        needs
      )
    })
  })
}
