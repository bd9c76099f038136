import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { needs } from "../../../../../test/support/tool.ts"
import { testSources } from "../../../src/internal/python/testSources.ts"
import { python } from "../../support/sandbox.ts"

const reduced = (lines: ReadonlyArray<string>, ...names: ReadonlyArray<string>) =>
  testSources({ "a.py": lines.join("\n") }, names).pipe(
    Effect.map((files) => files["a.py"]!.split("\n")),
    Effect.provide(python)
  )

describe("testSources", () => {
  it.effect(
    "keeps the named tests and all that is no test, and leaves out the others with their decorators",
    () =>
      Effect.gen(function* () {
        const head = ["import unittest", "LIMIT = 3", "class ATest(unittest.TestCase):", "    def setUp(self): ..."]
        const named = ["    @slow", "    def test_a(self):", "        x = 1", "        assert x"]
        const others = ["    @slow", "    @skip(", "        'why')", "    async def test_b(self):", "        y = 2"]
        const end = ["def helper(): ...", ""]
        assert.deepStrictEqual(yield* reduced([...head, ...named, ...others, ...end], "test_a"), [
          ...head,
          ...named,
          ...end
        ])
      }),
    needs("python3")
  )

  it.effect(
    "leaves out a class of which no test is left, unless what is left names it or it inherits one, and none empty",
    () =>
      Effect.gen(function* () {
        const used = ["class Base(unittest.TestCase):", "    def setUp(self): ..."]
        const named = ["class ATest(Base):", "    def test_a(self): assert made(self)"]
        const inheriting = ["class CTest(ATest):"]
        const gone = [
          "@slow",
          "class BTest(unittest.TestCase):",
          "    def setUp(self): ...",
          "    def test_b(self): ..."
        ]
        const last = ["class Other(GoneBase): ...", "class GoneBase(TestCase):"]
        const test = "    def test_b(self): ..."
        assert.deepStrictEqual(
          yield* reduced([...used, test, ...named, ...gone, ...inheriting, test, ...last, test], "test_a"),
          [...used, ...named, ...inheriting, "    ...", ...last, "    ..."]
        )
      }),
    needs("python3")
  )

  it.effect(
    "counts lines as Python does, whatever stands in them",
    () =>
      Effect.gen(function* () {
        const kept = ['A = "\u2028\u0085\u000c"', "def test_a(): assert A"]
        assert.deepStrictEqual(yield* reduced([...kept, "def test_b():", "    assert 1", ""], "test_a"), [...kept, ""])
      }),
    needs("python3")
  )

  it.effect(
    "gives what is no Python as it is",
    () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* reduced(["def test_a(:", "x"], "test_b"), ["def test_a(:", "x"])
      }),
    needs("python3")
  )
})
