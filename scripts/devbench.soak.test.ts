import { mkdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, it } from "vitest"
import { type Place, place } from "../test/support/cli.ts"
import { needs } from "../test/support/tool.ts"

const script = join(dirname(import.meta.dirname), "scripts/devbench.ts")

const config = {
  language: "python",
  PRD: "docs/PRD.md",
  UML_class: "docs/UML_class.md",
  UML_sequence: "",
  architecture_design: "docs/design.md",
  dependencies: "docs/requirements.txt",
  unit_tests: "unit_tests",
  acceptance_tests: "acceptance_tests",
  usage_examples: "examples",
  required_files: ["data/*", "docs/requirements.txt"]
}

const testsOf = (name: string, assertion: string) =>
  `import unittest\nfrom shop.cart import total\n\nclass CartTest(unittest.TestCase):\n    def test_${name}(self):\n        ${assertion}\n`

const benchmark: Readonly<Record<string, string>> = {
  "repo_config.json": JSON.stringify(config),
  "docs/PRD.md": "A total of prices, one a line as in prices.txt.\n",
  "docs/UML_class.md": "total(text)\n",
  "docs/design.md": "shop/cart.py\n",
  "docs/requirements.txt": "\n",
  "data/prices.txt": "1\n2\n",
  "data/notes.txt": "no document names this\n",
  "examples/demo.py": "\n",
  "shop/cart.py": "def total(text):\n    return sum(int(line) for line in text.split())\n",
  "unit_tests/test_cart.py": testsOf("empty", 'self.assertEqual(total(""), 0)'),
  "acceptance_tests/test_prices.py": testsOf("prices", 'self.assertEqual(total(open("data/prices.txt").read()), 3)')
}

/** A folder with such a benchmark, of one project, and a delivery. */
const withDelivery = (delivery: Readonly<Record<string, string>>): Place => {
  const folder = place()
  const write = (below: string, files: typeof delivery) => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(folder.path(dirname(`${below}/${path}`)), { recursive: true })
      folder.write(`${below}/${path}`, content)
    }
  }
  write("bench/benchmark_data/python/shop", benchmark)
  write("delivery", delivery)
  return folder
}

describe("devbench", () => {
  it(
    "runs the tests of a project on its own code and on a folder, whose own tests it leaves out",
    needs("bwrap"),
    async () => {
      const { node } = withDelivery({
        "shop/cart.py": "def total(text):\n    return 0\n",
        "tests/test_own.py": "raise SystemExit\n",
        "unit_tests/test_cart.py": testsOf("mine", "pass")
      })
      const { status, stdout } = await node(script, "bench", "shop", "--only-test", "delivery", "--out", "out")
      expect(stdout).toContain("| shop | no report.json | 1/1 | 0/1 |\n| shop (reference) |  | 1/1 | 1/1 |\n")
      expect(stdout).toContain("shop: acceptance_tests.test_prices.CartTest.test_prices: AssertionError: 0 != 3\n")
      expect(status).toBe(0)
    }
  )

  it(
    "runs a project from its documents and the data that they name, and says where nothing was delivered",
    needs("bwrap"),
    async () => {
      const { exists, node, read } = withDelivery({})
      const { status, stdout } = await node(
        script,
        "bench/benchmark_data/python/shop",
        "--replay",
        "replies",
        "--out",
        "out"
      )
      expect(stdout).toContain("| shop | none | none | none |")
      expect(stdout).toContain("out/shop/package is missing")
      expect(status).toBe(1)
      expect(read("out/shop/project/data/prices.txt")).toBe("1\n2\n")
      expect(
        ["data/notes.txt", "examples", "shop", "unit_tests"].filter((path) => exists(`out/shop/project/${path}`))
      ).toEqual([])
    }
  )

  it("refuses a folder without projects", async () => {
    const { status, stderr } = await place().node(script, "nowhere", "shop")
    expect(stderr).toContain("repo_config.json is missing: name DevBench's folder and projects in it")
    expect(status).toBe(2)
  })
})
