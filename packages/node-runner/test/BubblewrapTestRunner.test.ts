import { existsSync, globSync, realpathSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { TestRunner } from "@stepwright/core/TestRunner"
import { Effect } from "effect"
import { needs } from "../../../test/support/tool.ts"
import * as BubblewrapTestRunner from "../src/BubblewrapTestRunner.ts"

const run = (files: Readonly<Record<string, string>>, options?: BubblewrapTestRunner.Options) =>
  Effect.flatMap(TestRunner, (runner) =>
    runner.run(Object.entries(files).map(([path, content]) => ({ path, content })))
  ).pipe(Effect.provide(BubblewrapTestRunner.layer(options)))

describe("BubblewrapTestRunner", () => {
  it.live(
    "names bubblewrap, the interpreter and what runs the tests, with their versions",
    () =>
      Effect.gen(function* () {
        const { hasPytest, identity } = yield* TestRunner
        assert.match(identity, /^bubblewrap@\d+\.\d+\.\d+ python@3\.\d+\.\d+ \(\/.+\) (?:unittest|pytest@[\d.]+)$/)
        assert.strictEqual(hasPytest, identity.includes("pytest@"))
      }).pipe(Effect.provide(BubblewrapTestRunner.layer())),
    needs("bwrap")
  )

  it.live("is not to be had without the interpreter that is named, and says so", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(run({}, { python: "/no/such/python" }))
      assert.strictEqual(error.reason, "Unavailable")
      assert.match(error.message, /no\/such\/python|bwrap/)
    })
  )

  it.live(
    "has the libraries of the system, also those that are chosen by a link",
    () =>
      Effect.gen(function* () {
        const libraries = globSync("/usr/lib/*/*.so*").filter(
          (path) => existsSync(path) && realpathSync(path).startsWith("/usr/lib/")
        )
        const missing = `[path for path in ${JSON.stringify(libraries)} if not os.path.exists(path)]`
        const { tests } = yield* run({ "test_it.py": `import os\ndef test_it():\n    assert ${missing} == []\n` })
        assert.deepStrictEqual(
          tests.map(({ detail, outcome }) => detail ?? outcome),
          ["passed"]
        )
      }),
    needs("bwrap")
  )

  it.live(
    "cuts off what is printed",
    () =>
      Effect.gen(function* () {
        const { output } = yield* run({ "test_it.py": "print('é' * 5_000_000)\n" }, { maxOutput: 1_001 })
        assert.isBelow(output.length, 600)
        assert.include(output, "cut off after 1001 bytes")
      }),
    needs("bwrap")
  )

  it.live(
    "says where a loop was",
    () =>
      Effect.gen(function* () {
        // which gives Python the time to come there on a busy machine
        const loop = "import time\ndef turn():\n    while True: time.sleep(0.01)\ndef test_it():\n    turn()\n"
        const error = yield* Effect.flip(run({ "test_it.py": loop }, { timeout: "6 seconds" }))
        assert.strictEqual(error.reason, "TimedOut")
        assert.include(error.message, "did not end within 6s")
        assert.match(error.message, /File "test_it\.py", line 3 in turn\n.*line 5 in test_it/)
      }),
    needs("bwrap")
  )

  it.live(
    "tells the parameters of each part of a test that failed",
    () =>
      Effect.gen(function* () {
        const lines = ["for n in (1, 2, 3):", "    with self.subTest('why', n=n): self.assertEqual(n, 2)"]
        const body = ["import unittest", "class T(unittest.TestCase):", "    def test_it(self):"]
        const content = [...body, ...lines.map((line) => `        ${line}`), ""].join("\n")
        const { identity } = yield* TestRunner
        const { tests } = yield* run({ "test_it.py": content })
        const parts = tests[0]!.detail!.match(/^\[why\] .*$/gm)
        // an older pytest ends a test at the first part of it that fails, and tells none
        const isOld = /pytest@[0-8]\./.test(identity)
        assert.deepStrictEqual(parts, isOld ? null : ["[why] (n=1)", "[why] (n=3)"])
      }).pipe(Effect.provide(BubblewrapTestRunner.layer())),
    needs("bwrap")
  )

  it.live(
    "tells what differs whole, however long that is",
    () =>
      Effect.gen(function* () {
        const dict = "{i: str(i) * 9 for i in range(300)}"
        const cases = [`class T(unittest.TestCase):`, `    def test_it(self): self.assertEqual(${dict}, {})`]
        const plain = ["def test_list():", "    assert list(range(200)) == list(range(199)) + [7]"]
        const content = ["import unittest", ...cases, ...plain, ""].join("\n")
        const { identity } = yield* TestRunner
        const { tests } = yield* run({ "test_it.py": content })
        const told = new Map(tests.map(({ detail = "", test }) => [test, detail]))
        assert.match(told.get("test_it.T.test_it")!, /^- .* 299: '299299299/m)
        assert.notMatch([...told.values()].join("\n"), /maxDiff|truncated/)
        if (identity.includes("pytest@")) assert.match(told.get("test_it.test_list")!, /^ *\+ +199,$/m)
      }).pipe(Effect.provide(BubblewrapTestRunner.layer())),
    needs("bwrap")
  )

  it.live(
    "names the test that ends its process",
    () =>
      Effect.gen(function* () {
        const files = { "test_it.py": "import os\ndef test_a(): pass\ndef test_b(): os.abort()\n" }
        const error = yield* Effect.flip(run(files))
        assert.strictEqual(error.reason, "Crashed")
        assert.include(error.message, "test_it.test_b ended the process that ran them: signal 6")
      }),
    needs("bwrap")
  )
})
