import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { filesDrawnIn } from "../../src/internal/tree.ts"

describe("filesDrawnIn", () => {
  it("gives the files of a drawn tree below the folder at its top, with the folders that they are in", () => {
    const document = `The layout:

\`\`\`
project/
├── src/
│   ├── a.py      # the model
│   └── deep
│       └── b.py
├── README.md
└── demo.sh
\`\`\`

and what lies beside it:

.
|-- data
|   \`-- one.csv
\`-- LICENSE
`
    assert.deepStrictEqual(filesDrawnIn(document), [
      "src/a.py",
      "src/deep/b.py",
      "README.md",
      "demo.sh",
      "data/one.csv",
      "LICENSE"
    ])
  })

  it("takes no list, no table and no sentence for a tree", () => {
    assert.deepStrictEqual(filesDrawnIn("- a.py\n- b.py\n\n| a | b |\n|---|---|\n\n`c.py` is not one.\n"), [])
  })

  const drawing = (...lines: ReadonlyArray<string>) => filesDrawnIn(lines.join("\n"))

  it("reads on where the drawing only leaves room, or a remark goes on", () => {
    const lines = [
      "shop/",
      "├── src/",
      "│   └── a.py   # the model,",
      "│              # and more",
      "│",
      "├── b.md",
      "│  ",
      "└── c.md"
    ]
    assert.deepStrictEqual(drawing(...lines), ["src/a.py", "b.md", "c.md"])
  })

  it("takes an ellipsis for no file", () => {
    assert.deepStrictEqual(drawing("shop/", "├── a.py", "├── ...", "└── …"), ["a.py"])
  })

  it("takes what is below a name for a folder's, with a slash or without, and an empty folder for none", () => {
    assert.deepStrictEqual(
      drawing("├── a", "│   ├── b", "│   │   └── LICENSE", "│   └── c.py", "├── empty/", "└── .env"),
      ["a/b/LICENSE", "a/c.py", ".env"]
    )
  })

  it("takes a plain name for a folder's though nothing is drawn below it, and not where files are called so", () => {
    assert.deepStrictEqual(
      drawing("shop/", "├── tests", "├── sample-data", "├── docs_2   # later", "└── src", "    └── a.py"),
      ["src/a.py"]
    )
    const files = ["LICENSE", "Makefile", "makefile", "dockerfile", "justfile", ".gitignore", "a.toml", "v1.0"]
    assert.deepStrictEqual(drawing("shop/", ...files.map((file) => `├── ${file}`)), files)
    assert.deepStrictEqual(drawing("shop/", "├── tests", "│   └── makefile", "└── data"), ["tests/makefile"])
  })

  it("reads paths in a drawing, remarks beside names, and blanks of any kind", () => {
    assert.deepStrictEqual(drawing("├──\u00a0data/one.csv (sample)", "├── a.py ← the model", "└── b.py#c"), [
      "data/one.csv",
      "a.py",
      "b.py"
    ])
    assert.deepStrictEqual(drawing("shop", "├─ src", "│  └─ a.py", "└─ b.py"), ["src/a.py", "b.py"])
  })

  it("ends with the drawing", () => {
    assert.deepStrictEqual(drawing("shop/", "└── a.py", "and b.py beside it", "├── c.py"), ["a.py"])
  })

  const trees = Arbitrary.schema(
    Schema.Array(
      Schema.Struct({
        folders: Schema.Array(Schema.Literals(["a", "b", "c"])).check(Schema.isMaxLength(3)),
        file: Schema.Literals(["x.py", "y.md", "LICENSE"])
      })
    ).check(Schema.isMinLength(1), Schema.isMaxLength(8))
  ).pipe(Arbitrary.map((files) => [...new Set(files.map(({ file, folders }) => [...folders, file].join("/")))]))

  it.prop("gives back the files that are drawn", [trees], ([paths]) => {
    const draw = (paths: ReadonlyArray<string>, before: string): ReadonlyArray<string> => {
      const names = [...Map.groupBy(paths, (path) => path.split("/")[0]!)]
      return names.flatMap(([name, paths], i) => {
        const isLast = i === names.length - 1
        const below = paths.filter((path) => path !== name).map((path) => path.slice(name.length + 1))
        const line = `${before}${isLast ? "└── " : "├── "}${name}${below.length === 0 ? "" : "/"}`
        return [line, ...draw(below, `${before}${isLast ? "    " : "│   "}`)]
      })
    }
    assert.deepStrictEqual(filesDrawnIn(["project/", ...draw(paths, "")].join("\n")).toSorted(), paths.toSorted())
  })
})
