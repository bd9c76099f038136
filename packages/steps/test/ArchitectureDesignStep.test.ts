import { assert, describe, it } from "@effect/vitest"
import { Step } from "@stepwright/core"
import { ParserLaws } from "@stepwright/core/testing"
import { ArchitectureDesignStep } from "@stepwright/steps"
import { Arbitrary, Effect, Result, Schema } from "effect"
import { conforms } from "../../../test/support/conformance.ts"
import { asking } from "./support/model.ts"
import { design, documents, file, module, specification } from "./support/playlist.ts"

const { parser } = ArchitectureDesignStep
const decode = Schema.decodeUnknownResult(ArchitectureDesignStep.ArchitectureDesign)

const refusal = (changes: Partial<ArchitectureDesignStep.ArchitectureDesign>) => {
  const decoded = decode({ ...design, ...changes })
  return Result.isFailure(decoded) ? decoded.failure.message : "accepted"
}

const ofImports = (...modules: ReadonlyArray<readonly [path: string, ...imports: ReadonlyArray<string>]>) =>
  refusal({ modules: modules.map(([path, ...imports]) => module(path, { imports })) })

const input: typeof ArchitectureDesignStep.Input.Type = { documents, given: [], samples: [], specification }

const checked = (design: ArchitectureDesignStep.ArchitectureDesign, changes: Partial<typeof input> = {}) =>
  asking(Step.run(ArchitectureDesignStep.step, { ...input, ...changes }), parser.print(design))

describe("ArchitectureDesignStep", () => {
  describe("ArchitectureDesign", () => {
    it("refuses modules that nobody could write", () => {
      assert.strictEqual(ofImports(["p/b.py", "p/a.py"], ["p/a.py"]), "accepted")
      assert.include(ofImports(["p/a.py"], ["p/a.py"]), 'two modules have the path "p/a.py"')
      assert.include(ofImports(["p/a.py", "p/z.py"]), '"p/a.py" imports from "p/z.py", which is none of the modules')
      assert.include(ofImports(["p/a.py", "p/b.py"], ["p/b.py", "p/a.py"]), '"p/a.py" → "p/b.py" → "p/a.py"')
      assert.include(ofImports(["../a.py"]), '"../a.py" is no path for a file')
      assert.notStrictEqual(ofImports(), "accepted")
    })

    it("refuses dependencies that are no plain names of packages", () => {
      const ofDependency = (name: string) =>
        refusal({ modules: [module("p/a.py")], dependencies: [{ name, reason: "R1" }] })
      assert.strictEqual(ofDependency("ruamel.yaml"), "accepted")
      for (const name of ["pandas>=2", "six @ https://host/six.whl", "--pre", "../six", "a b", "uvicorn[standard]"]) {
        assert.include(ofDependency(name), `"${name}" under "dependencies" is no name of a package`)
      }
    })

    it("takes what a module offers again, and what it starts, for what it needs", () => {
      const reexports = [{ module: "p/b.py", names: ["B"] }]
      assert.include(refusal({ modules: [module("p/a.py", { reexports })] }), 'imports from "p/b.py", which is none')
      assert.include(
        refusal({ modules: [module("p/a.py", { reexports }), module("p/b.py", { imports: ["p/a.py"] })] }),
        "in a circle"
      )
      const starts = "p/b.py:main"
      assert.include(refusal({ modules: [module("p/a.py", { starts })] }), 'imports from "p/b.py", which is none')
      assert.include(
        refusal({ modules: [module("p/a.py", { starts }), module("p/b.py", { imports: ["p/a.py"] })] }),
        "in a circle"
      )
    })

    it("takes any layout", () => {
      for (const paths of [
        ["main.py"],
        ["a.py", "b.py"],
        ["src/p/a.py", "src/p/__init__.py"],
        ["p/a.py", "q/r/b.py"]
      ]) {
        assert.strictEqual(refusal({ modules: paths.map((path) => module(path)) }), "accepted", paths.join(" "))
      }
    })

    it("tells Python files and others apart", () => {
      assert.include(
        refusal({ modules: [module("README.md")] }),
        '"README.md" is no Python file: it belongs under "files"'
      )
      assert.include(refusal({ files: [file("a.py")] }), '"a.py" is a Python file: it belongs under "modules"')
      assert.strictEqual(refusal({ files: [file("README.md"), file("run.sh"), file("LICENSE")] }), "accepted")
    })

    it("knows what is started", () => {
      for (const starts of ["p/cli.py:main", "`p/cli.py:main`", " p/cli.py:main() "]) {
        assert.strictEqual(
          refusal({ modules: [module("p/cli.py"), module("p/__main__.py", { starts })] }),
          "accepted",
          starts
        )
      }
      for (const starts of ["main", "p.cli:main", "p/cli.py", "p/cli.py:", "p/cli.py:main and more"]) {
        assert.include(
          refusal({ modules: [module("p/cli.py"), module("p/__main__.py", { starts })] }),
          '"starts" of "p/__main__.py" is not of the form',
          starts
        )
      }
      const modules = [module("p/cli.py")]
      const files = [file("demo.sh")]
      const runs = (runs: string) => refusal({ modules, files, entryPoints: [{ command: "demo", runs }] })
      assert.strictEqual(runs("p/cli.py"), "accepted")
      assert.strictEqual(runs("demo.sh"), "accepted")
      assert.include(runs("p/other.py"), '`demo` runs "p/other.py", which is no file of the design')
    })

    it("offers names of other modules only, and at least one of each", () => {
      const offering = (...names: ReadonlyArray<string>) =>
        refusal({ modules: [module("p/a.py"), module("p/__init__.py", { reexports: [{ module: "p/a.py", names }] })] })
      assert.strictEqual(offering("A", "b_2", "Größe", "_c"), "accepted")
      assert.include(offering(), '"p/__init__.py" offers no name of "p/a.py"')
      for (const name of ["*", "A as B", "A.b", "", "2a", "A, B", "class", "None"]) {
        assert.include(offering("A", name), `"p/__init__.py" offers "${name}" of "p/a.py", which is no name`)
      }
    })

    it("offers names that their modules have, where it says what these have", () => {
      const members = ["class Song(title: str)", "async def load(path: str) -> None", "LIMIT: int = 3"]
      const offering = (name: string, of = "p/a.py") =>
        refusal({
          modules: [
            module("p/a.py", { members: members.map((signature) => ({ signature, behaviour: "…" })) }),
            module("p/b.py", { reexports: [{ module: "p/a.py", names: ["Song"] }] }),
            module("p/__init__.py", { reexports: [{ module: of, names: [name] }] })
          ]
        })
      for (const name of ["Song", "load", "LIMIT"]) assert.strictEqual(offering(name), "accepted", name)
      assert.strictEqual(offering("Song", "p/b.py"), "accepted")
      assert.include(offering("Album"), '"p/__init__.py" offers "Album" of "p/a.py", which has no such member')
      assert.include(offering("load", "p/b.py"), 'offers "load" of "p/b.py", which has no such member')
    })

    it("refuses modules of one name, one in the place of a package, and those that would be run as tests", () => {
      const of = (...paths: ReadonlyArray<string>) => refusal({ modules: paths.map((path) => module(path)) })
      assert.include(of("p/a.py", "src/p/a.py"), '"p/a.py" and "src/p/a.py" are both the module "p.a"')
      assert.include(of("p.py", "p/__init__.py"), '"p.py" and "p/__init__.py" are both the module "p"')
      assert.include(of("p/a.py", "p.py"), 'the module "p/a.py" is hidden by "p.py", which has the name of its package')
      assert.include(of("p/test_data.py"), '"p/test_data.py" has the name of a test, and would be run as one')
      assert.strictEqual(of("p/__init__.py", "p/a.py", "pa.py"), "accepted")
    })

    it("refuses a module that others need by a name that nothing can import", () => {
      const needed = (path: string) => [
        refusal({ modules: [module(path), module("p/z.py", { imports: [path] })] }),
        refusal({ modules: [module(path), module("p/z.py", { reexports: [{ module: path, names: ["A"] }] })] })
      ]
      const starting = (path: string) =>
        refusal({ modules: [module(path), module("z.py", { starts: `${path}:main` })] })
      for (const path of [
        "p/my-cart.py",
        "my-shop/a.py",
        "p/2a.py",
        "p/a.b.py",
        "p/a b.py",
        "src/my-shop/a.py",
        "p/class.py"
      ]) {
        for (const said of [...needed(path), starting(path)]) {
          assert.include(said, `"${path}" has a name that nothing can import`)
        }
        // what nothing imports may be called so
        assert.strictEqual(refusal({ modules: [module(path)] }), "accepted", path)
      }
      for (const path of ["a.py", "src/a.py", "src/p/q/_a2.py", "größe/a.py", "p/__init__.py"]) {
        assert.deepStrictEqual([...needed(path), starting(path)], ["accepted", "accepted", "accepted"], path)
      }
    })

    it("refuses a module that its package hides by another name that it offers", () => {
      const offering = (name: string, hidden: string, of = "p/b.py", by = "p/__init__.py") => {
        const paths = new Set([of, hidden])
        const reexports = [{ module: of, names: ["A", name] }]
        return refusal({ modules: [...Array.from(paths, (path) => module(path)), module(by, { reexports })] })
      }
      const said = (path: string) => `the module "${path}" is hidden by what its package offers under the same name`
      assert.include(offering("cart", "p/cart.py"), said("p/cart.py"))
      assert.include(offering("cart", "p/cart.py", "p/cart.py"), said("p/cart.py"))
      assert.include(offering("cart", "p/cart/__init__.py"), said("p/cart/__init__.py"))
      assert.include(offering("cart", "src/p/q/cart.py", "src/p/b.py", "src/p/q/__init__.py"), said("src/p/q/cart.py"))
      assert.strictEqual(offering("Cart", "p/cart.py"), "accepted")
      assert.strictEqual(offering("cart", "q/cart.py"), "accepted")
      assert.strictEqual(offering("cart", "p/cart.py", "p/b.py", "p/api.py"), "accepted")
    })

    it("refuses files that no disk could hold side by side", () => {
      assert.include(refusal({ files: [file("A.md"), file("a.md")] }), "in case only")
      assert.notStrictEqual(refusal({ modules: [module("p/a.py")], files: [file("p"), file("q")] }), "accepted")
      assert.notStrictEqual(refusal({ files: [file("a.md"), file("a.md")] }), "accepted")
    })
  })

  describe("isGenerated", () => {
    it("holds for modules of which the design says all, and for no other", () => {
      const reexports = [{ module: "p/a.py", names: ["A"] }]
      const members = [{ signature: "A()", behaviour: "…" }]
      const of = (fields: Partial<ArchitectureDesignStep.Module>) =>
        ArchitectureDesignStep.isGenerated(module("p/m.py", fields))
      assert.isTrue(of({ reexports }))
      assert.isTrue(of({ starts: "p/a.py:main" }))
      assert.isFalse(of({ reexports, members }))
      assert.isFalse(of({ starts: "p/a.py:main", members }))
      assert.isFalse(of({}))
    })
  })

  describe("serves", () => {
    it("takes a requirement for all its criteria, and no id for a longer one", () => {
      assert.isTrue(ArchitectureDesignStep.serves(["R1"], "R1.1"))
      assert.isTrue(ArchitectureDesignStep.serves(["R2", "R1.1"], "R1.1"))
      assert.isFalse(ArchitectureDesignStep.serves(["R1"], "R11.1"))
      assert.isFalse(ArchitectureDesignStep.serves(["R1.1"], "R1.10"))
      assert.isFalse(ArchitectureDesignStep.serves([], "R1.1"))
    })
  })

  describe("toMarkdown", () => {
    it("has everything in it", () => {
      const text = ArchitectureDesignStep.toMarkdown({
        ...design,
        files: [file("README.md", { meets: ["R9"] })],
        entryPoints: [{ command: "python -m playlist", runs: "playlist/songs.py" }],
        dependencies: [{ name: "attrs", reason: "asked for" }],
        formats: ["a,b"],
        decisions: ["dicts"],
        assumptions: ["one user"]
      })
      const said = design.modules.flatMap(({ imports, meets, members, path, purpose, reexports }) => [
        path,
        purpose,
        ...imports,
        ...meets,
        ...members.flatMap(({ behaviour, signature }) => [behaviour, signature]),
        ...reexports.flatMap(({ module, names }) => [module, ...names])
      ])
      const others = ["README.md", "What README.md says.", "R9", "python -m playlist", "attrs", "asked for"]
      for (const part of [design.name, "a,b", "dicts", "one user", ...others, ...said]) assert.include(text, part)
    })
  })

  describe("interfaceToMarkdown", () => {
    it("has the names that tests may use, and nothing of what is behind them", () => {
      const text = ArchitectureDesignStep.interfaceToMarkdown(design)
      for (const { members, path, reexports } of design.modules) {
        assert.include(text, path)
        for (const { behaviour, signature } of members) {
          assert.include(text, signature)
          assert.notInclude(text, behaviour)
        }
        for (const { names } of reexports) assert.include(text, names.join(", "))
      }
      for (const decision of design.decisions) assert.notInclude(text, decision)
      const formats = ["A line is `title,seconds`."]
      assert.include(ArchitectureDesignStep.interfaceToMarkdown({ ...design, formats }), formats[0]!)
    })
  })

  describe("step", () => {
    const [songs, init] = design.modules
    const meeting = (...meets: ReadonlyArray<string>) => ({ ...design, modules: [{ ...songs!, meets }, init!] })

    it.effect("takes a design that meets every criterion, in its modules or its other files", () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* checked(design)).said, "accepted")
        const inFile = { ...meeting("R1"), files: [file("README.md", { meets: ["R2.1", "R2.2"] })] }
        assert.strictEqual((yield* checked(inFile)).said, "accepted")
      })
    )

    it.effect.each([
      [["R1", "R2.1"], 'no module and no file meets R2.2 ("It returns 0 when there is no song.")'],
      [[], "no module and no file meets R1.1"],
      [["R1", "R2", "R3"], '"playlist/songs.py" meets R3, which the specification does not have'],
      [["R1", "R2", "R2.3"], '"playlist/songs.py" meets R2.3, which the specification does not have']
    ] as const)("asks again for one that meets %j", ([meets, said]) =>
      Effect.gen(function* () {
        assert.include((yield* checked(meeting(...meets))).said, said)
      })
    )

    it.effect("asks again for one without a file that the documents draw, unless it says why", () =>
      Effect.gen(function* () {
        const tree =
          "```\nproject/\n├── playlist/\n│   └── songs.py\n├── README.md\n└── tests/\n    └── test_it.py\n```\n"
        const given = [{ path: "design.md", text: tree }]
        const refused = yield* checked(design, { given })
        assert.include(refused.said, 'the documents draw the file "README.md", which is neither a module')
        assert.include(refused.prompt, tree.trim())
        const readme = { ...design, files: [file("README.md")] }
        assert.include((yield* checked(readme, { given })).said, 'draw the file "tests/test_it.py"')
        const whole = { ...readme, absent: [{ path: "tests/test_it.py", reason: "a test" }] }
        assert.strictEqual((yield* checked(whole, { given })).said, "accepted")
        const drawn = [{ path: "PRD.md", text: `${documents[0].text}\n\n${tree}` }]
        assert.include((yield* checked(design, { documents: drawn })).said, 'draw the file "README.md"')
      })
    )

    it.effect("shows samples by their paths only", () =>
      Effect.gen(function* () {
        const { prompt } = yield* checked(design, { samples: [{ path: "data/one.csv", content: "secret,1\n" }] })
        assert.include(prompt, "- data/one.csv")
        assert.notInclude(prompt, "secret,1")
      })
    )
  })

  describe("parser", () => {
    const texts = Schema.Array(Schema.NonEmptyString)

    const values = Arbitrary.map(
      Arbitrary.schema(
        Schema.Struct({ name: Schema.NonEmptyString, purposes: Schema.NonEmptyArray(Schema.NonEmptyString), texts })
      ),
      ({ name, purposes, texts }) =>
        Schema.decodeUnknownSync(ArchitectureDesignStep.ArchitectureDesign)({
          name,
          modules: purposes.map((purpose, i) =>
            module(`p/m${i}.py`, {
              purpose,
              members: ["A = 1", "def b_2()", ...texts].map((signature) => ({ signature, behaviour: purpose })),
              imports: i === 0 ? [] : ["p/m0.py"],
              reexports: i === 0 ? [] : [{ module: "p/m0.py", names: ["A", "b_2"] }],
              starts: i === 0 ? "" : "p/m0.py:main",
              meets: texts
            })
          ),
          files: [file("README.md", { content: name, meets: texts })],
          absent: texts.map((reason) => ({ path: "tests", reason })),
          entryPoints: texts.map((command) => ({ command, runs: "p/m0.py" })),
          dependencies: texts.map((reason, i) => ({ name: `package-${i}`, reason })),
          formats: texts,
          decisions: texts,
          assumptions: texts
        })
    )
    conforms(ParserLaws.suite(parser, { output: ArchitectureDesignStep.ArchitectureDesign, values, runs: 200 }))
  })
})
