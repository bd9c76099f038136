import { describe, expect, it } from "vitest"
import * as links from "../../../src/model/report/links.ts"
import { codingOf, gave, report } from "../../support/coding.ts"

const testFile = `import unittest

class CartTest(unittest.TestCase):
    def test_r1_1_empty(self):
        self.assertEqual(0, 0)

class OtherTest(unittest.TestCase):
    def test_r1_1_empty(self):
        self.assertEqual(1, 1)
`

const result = (test: string, more: object = {}) => ({ test, outcome: "passed", asserts: true, ...more })
const names = ["tests.test_cart.CartTest.test_r1_1_empty", "tests.test_cart.OtherTest.test_r1_1_empty"] as const

const criterion = (id: string, standing: string, files: ReadonlyArray<string>, tests: ReadonlyArray<string>) => ({
  id,
  text: `what ${id} asks`,
  sources: [],
  standing,
  files,
  tests
})

const linksOf = (more: object = {}) => {
  const found = codingOf(
    gave([
      ["code", { "cart.py": "x = 1\ny = 2\n", "README.md": "# Cart\n" }],
      ["tests", [{ path: "tests/test_cart.py", content: testFile }]],
      ["acceptance", []],
      ["coverage", { "cart.py": { lines: 2, missed: [2] } }],
      [
        "report",
        report({
          criteria: [criterion("R1.1", "passed", ["cart.py"], names), criterion("R1.2", "untested", [], [])],
          tests: [result(names[0]), result(names[1], { outcome: "failed" }), result("tests.gone.test_x")],
          files: [{ path: "cart.py", purpose: "a cart" }],
          ...more
        })
      ]
    ])
  )!
  return links.of(found, found.report!)
}

describe("of", () => {
  it("leads from criteria to tests and files, and back", () => {
    const { criteria, files, tests } = linksOf()
    expect(criteria.get("R1.1")).toMatchObject({ tests: names, files: ["cart.py"] })
    expect(tests.get(names[0])).toMatchObject({ criteria: ["R1.1"], covers: ["cart.py"] })
    expect(files.get("cart.py")).toMatchObject({ purpose: "a cart", criteria: ["R1.1"], tests: names })
    expect(files.get("tests/test_cart.py")).toMatchObject({ isTests: true, criteria: ["R1.1"], tests: names })
  })

  it("finds where a test stands, also where two classes have one of its name", () => {
    const { tests } = linksOf()
    const shown = names.map((name) => tests.get(name)!).map(({ file, label, line }) => [file, line, label])
    expect(shown).toEqual([
      ["tests/test_cart.py", 4, "CartTest.test_r1_1_empty"],
      ["tests/test_cart.py", 8, "OtherTest.test_r1_1_empty"]
    ])
    expect(tests.get("tests.gone.test_x")).toMatchObject({ file: undefined, line: undefined })
  })

  it("reads a case of pytest, and a class that could not be set up", () => {
    const cases = ["tests.test_cart.test_r1_1_empty[a.b-1]", "setUpClass (tests.test_cart.CartTest)"]
    const { tests } = linksOf({ tests: cases.map((test) => result(test)) })
    expect(cases.map((test) => tests.get(test)?.file)).toEqual(["tests/test_cart.py", "tests/test_cart.py"])
  })

  it("says what is open: criteria that are not shown, tests of nothing, files of no criterion or with lines not run", () => {
    const { criteria, files, tests } = linksOf()
    const open = <A>(all: ReadonlyMap<string, A>, is: (one: A) => boolean) =>
      [...all].flatMap(([name, one]) => (is(one) ? [name] : []))
    expect(open(criteria, links.isOpen.criterion)).toEqual(["R1.2"])
    expect(open(tests, links.isOpen.test)).toEqual([names[1], "tests.gone.test_x"])
    expect(open(files, links.isOpen.file)).toEqual(["README.md", "cart.py"])
  })

  it("takes names as they are", () => {
    const path = "__proto__/<img src=x>.py"
    const { files } = linksOf({ files: [{ path, purpose: "" }], criteria: [criterion("R1.1", "passed", [path], [])] })
    expect(files.get(path)).toMatchObject({ criteria: ["R1.1"] })
  })
})
