import { assert, describe, it } from "@effect/vitest"
import { OutputParser } from "@stepwright/core"
import { Arbitrary, Result, Schema } from "effect"
import { ofPackage, print } from "../../src/internal/files.ts"

const paths = (code: Readonly<Record<string, string>>, ...tests: ReadonlyArray<string>) =>
  ofPackage(
    code,
    tests.map((path) => ({ path, content: "…" }))
  ).map(({ path }) => path)

const content = (code: Readonly<Record<string, string>>, path: string, ...tests: ReadonlyArray<string>) =>
  ofPackage(
    code,
    tests.map((path) => ({ path, content: "…" }))
  ).find((file) => file.path === path)?.content

const names = Arbitrary.schema(
  Schema.Array(Schema.Literals(["a.py", "p/b.py", "p/q/c.py", "src/p/d.py", "README.md", "data/e.csv"]))
)
const tests = Arbitrary.schema(
  Schema.Array(Schema.Literals(["tests/test_a.py", "tests/deep/er/test_b.py", "tests/data/c.csv", "tests/__init__.py"]))
)

describe("print", () => {
  it("shows files in the order of their paths, whichever way they came", () => {
    const one = print({ "b.py": "x = 1\n", "a.py": "y = 2\n" })
    assert.strictEqual(print({ "a.py": "y = 2\n", "b.py": "x = 1\n" }), one)
    assert.deepStrictEqual(Result.getOrThrow(OutputParser.files.parse(one)), [
      { path: "a.py", content: "y = 2\n" },
      { path: "b.py", content: "x = 1\n" }
    ])
  })
})

describe("ofPackage", () => {
  it("adds the __init__.py that folders of tests lack, and none to others", () => {
    assert.deepStrictEqual(
      paths({ "shop/cart.py": "", "docs/a.md": "" }, "tests/deep/er/test_a.py", "tests/data/a.csv"),
      [
        "docs/a.md",
        "shop/cart.py",
        "tests/__init__.py",
        "tests/data/a.csv",
        "tests/deep/__init__.py",
        "tests/deep/er/__init__.py",
        "tests/deep/er/test_a.py"
      ]
    )
  })

  it("leaves an __init__.py as it is", () => {
    assert.strictEqual(content({}, "tests/__init__.py", "tests/test_a.py", "tests/__init__.py"), "…")
    assert.strictEqual(content({ "tests/__init__.py": "mine" }, "tests/__init__.py", "tests/test_a.py"), "mine")
  })

  it("lets tests find modules below src/, where there are any", () => {
    assert.include(content({ "src/shop/cart.py": "" }, "tests/__init__.py", "tests/test_a.py"), '/ "src"')
    assert.strictEqual(content({ "src/shop/cart.py": "" }, "tests/deep/__init__.py", "tests/deep/test_a.py"), "")
    for (const path of ["shop/cart.py", "src/data.csv", "shop/src/cart.py", "srcs/cart.py"]) {
      assert.strictEqual(content({ [path]: "" }, "tests/__init__.py", "tests/test_a.py"), "", path)
    }
  })

  it("takes the test where code and tests have one path", () => {
    assert.strictEqual(content({ "tests/test_a.py": "code" }, "tests/test_a.py", "tests/test_a.py"), "…")
  })

  it.prop("has every file once, sorted, and gives the same for what it gave", [names, tests], ([names, tests]) => {
    const code = Object.fromEntries(names.map((path) => [path, `# ${path}`]))
    const all = ofPackage(
      code,
      tests.map((path) => ({ path, content: "…" }))
    )
    const given = all.map(({ path }) => path)
    assert.deepStrictEqual(given, [...new Set(given)].toSorted())
    assert.includeMembers(given, [...names, ...tests])
    const known = new Set<string>([...names, ...tests])
    for (const path of given) if (!known.has(path)) assert.match(path, /^tests\/.*__init__\.py$/)
    assert.deepStrictEqual(ofPackage(Object.fromEntries(all.map(({ content, path }) => [path, content])), []), all)
  })
})
