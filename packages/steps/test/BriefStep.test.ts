import { assert, describe, it } from "@effect/vitest"
import { Step } from "@stepwright/core"
import { type ArchitectureDesignStep, BriefStep, type TaskBreakdownStep, TraceStep } from "@stepwright/steps"
import { Effect } from "effect"
import { design as playlist, documents, file, module, requirement } from "./support/playlist.ts"
import { evaluating, unavailable } from "./support/sandbox.ts"

/** Signatures that name what they were asked of. */
const asked = evaluating((_, input) =>
  Effect.succeed(Object.fromEntries(Object.keys(Object(input).files).map((path) => [path, `# signatures of ${path}`])))
)

const specification = TraceStep.trace(
  {
    ...requirement,
    requirements: [1, 2, 3].map((number) => ({
      id: `R${number}`,
      text: `Requirement ${number}.`,
      criteria: [1, 2, 10].map((criterion) => ({
        id: `R${number}.${criterion}`,
        text: `Criterion ${number}.${criterion}.`,
        quotes: []
      }))
    }))
  },
  documents
)

const members = [{ signature: "def cook(meal: str) -> int", behaviour: "Cooks it (R1)." }]
const item = module("p/item.py", { members: [{ signature: "class Item()", behaviour: "secret of item" }] })
const design: ArchitectureDesignStep.ArchitectureDesign = {
  ...playlist,
  modules: [
    item,
    module("p/other.py", { members: [{ signature: "class Other()", behaviour: "secret of other" }] }),
    module("p/__init__.py", { reexports: [{ module: "p/item.py", names: ["Item", "Kind"] }] }),
    module("p/cook.py", { imports: ["p/item.py", "p/__init__.py"], meets: ["R1", "R2.1"], members })
  ],
  files: [file("README.md", { meets: ["R3.10"], content: "How to start it." })],
  decisions: ["Weights are in grams."],
  entryPoints: [{ command: "python -m p", runs: "p/cook.py" }]
}

const task: TaskBreakdownStep.Task = {
  number: 4,
  title: "Cook",
  objective: "Cook a meal.",
  file: "p/cook.py",
  functionality: "It takes its time.",
  integration: "nothing",
  dependsOn: ["p/item.py"]
}

const samples = [
  { path: "data/meals.csv", content: "soup,1\n" },
  { path: "data/guests.csv", content: "Ann\n" }
]

const input: typeof BriefStep.Input.Type = {
  task,
  specification,
  design,
  samples,
  dependencies: { "p/item.py": "class Item:\n    hidden = 1\n" }
}

const brief = (changes: Partial<typeof input> = {}, runner = asked) =>
  Effect.provide(Step.run(BriefStep.step, { ...input, ...changes }), runner)

const ids = (text: string) => [...text.matchAll(/^- (R\d+\.\d+): /gm)].map(([, id]) => id)

describe("BriefStep", () => {
  describe("criteria", () => {
    it.effect("are those that the file serves, each with its requirement, and no others", () =>
      Effect.gen(function* () {
        const { criteria } = yield* brief()
        assert.deepStrictEqual(ids(criteria), ["R1.1", "R1.2", "R1.10", "R2.1"])
        assert.include(criteria, "R2: Requirement 2.")
        assert.include(criteria, "R2.1: Criterion 2.1. (assumed)")
        assert.notInclude(criteria, "R3")
      })
    )

    it.effect("are also those that the task names", () =>
      Effect.gen(function* () {
        const named = { ...task, objective: "It meets R3.2.", functionality: "As R2 says, not as AR3 or R30." }
        const { criteria } = yield* brief({ task: named })
        assert.deepStrictEqual(ids(criteria), ["R1.1", "R1.2", "R1.10", "R2.1", "R2.2", "R2.10", "R3.2"])
      })
    )

    it.effect("are none where a file serves none", () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* brief({ task: { ...task, file: "p/item.py" } })).criteria, "none")
      })
    )
  })

  describe("design", () => {
    it.effect("is what the design says of the file, and of no other", () =>
      Effect.gen(function* () {
        const { design } = yield* brief()
        assert.include(design, "def cook(meal: str) -> int\n  Cooks it (R1).")
        assert.notInclude(design, "secret of")
      })
    )

    it.effect("is for a file that is not Python what must stand in it", () =>
      Effect.gen(function* () {
        const { criteria, dependencies, design } = yield* brief({
          task: { ...task, file: "README.md" },
          dependencies: {}
        })
        assert.include(design, "How to start it.")
        assert.deepStrictEqual(ids(criteria), ["R3.10"])
        assert.strictEqual(dependencies, "none")
      })
    )
  })

  describe("dependencies", () => {
    it.effect("are the signatures of the Python that it depends on, never its text", () =>
      Effect.gen(function* () {
        const text = { ...input.dependencies, "README.md": "not Python" }
        const { dependencies } = yield* brief({ dependencies: text })
        assert.include(dependencies, "### p/item.py\n```python\n# signatures of p/item.py\n```")
        assert.notInclude(dependencies, "hidden")
        assert.notInclude(dependencies, "README.md")
        assert.notInclude(dependencies, "p/other.py")
      })
    )

    it.effect("are of a module that nobody writes the names that it offers", () =>
      Effect.gen(function* () {
        const { dependencies } = yield* brief()
        assert.include(dependencies, "### p/__init__.py\n```python\n# offers Item, Kind of p/item.py\n```")
      })
    )

    it.effect("are none where it depends on nothing, and no sandbox is asked", () =>
      Effect.gen(function* () {
        const nobody = evaluating(() => Effect.die("asked"))
        const { dependencies } = yield* brief({ task: { ...task, file: "p/item.py" }, dependencies: {} }, nobody)
        assert.strictEqual(dependencies, "none")
      })
    )

    it.effect("are what the design says of them where there is no sandbox", () =>
      Effect.gen(function* () {
        const { dependencies } = yield* brief(
          {},
          evaluating(() => Effect.fail(unavailable("no Python")))
        )
        assert.include(dependencies, "### p/item.py\n```python\nclass Item()\n```")
        assert.include(dependencies, "# offers Item, Kind of p/item.py")
        assert.notInclude(dependencies, "secret of")
        assert.notInclude(dependencies, "hidden")
      })
    )
  })

  describe("samples", () => {
    it.effect("are those that the task, the design or a criterion of the file names, by path or by name", () =>
      Effect.gen(function* () {
        const paths = (changes: Partial<typeof input>) =>
          Effect.map(brief(changes), ({ samples }) => samples.map(({ path }) => path))
        assert.deepStrictEqual(yield* paths({}), [])
        const says = (functionality: string) => paths({ task: { ...task, functionality } })
        assert.deepStrictEqual(yield* says("Reads `data/meals.csv`."), ["data/meals.csv"])
        assert.deepStrictEqual(yield* says("Reads meals.csv and guests.csv."), ["data/meals.csv", "data/guests.csv"])
        const reads = members.map((member) => ({ ...member, behaviour: "Reads guests.csv." }))
        const modules = design.modules.map((module) =>
          module.path === task.file ? { ...module, members: reads } : module
        )
        assert.deepStrictEqual(yield* paths({ design: { ...design, modules } }), ["data/guests.csv"])
      })
    )
  })

  describe("common", () => {
    it.effect("is the same for every file: what the project is, its files, samples, rules and decisions", () =>
      Effect.gen(function* () {
        const { common } = yield* brief()
        const other = yield* brief({ task: { ...task, file: "README.md" }, dependencies: {} })
        assert.strictEqual(other.common, common)
        const said = ["Playlist", "p/other.py", "README.md", "data/guests.csv", "Weights are in grams.", "python -m p"]
        for (const part of [...said, ...requirement.constraints]) assert.include(common, part)
        assert.notInclude(common, "secret of")
        assert.notInclude(common, "Criterion")
      })
    )
  })

  it.effect("is the same where what a file does not need is another", () =>
    Effect.gen(function* () {
      const other = { ...item, path: "p/other.py", members: [{ signature: "class Another()", behaviour: "…" }] }
      const modules = design.modules.map((module) =>
        module.path === other.path ? { ...other, purpose: module.purpose } : module
      )
      const hidden = { "p/item.py": "class Item:\n    hidden = 2\n" }
      const renumbered = { ...task, number: 9 }
      assert.deepStrictEqual(
        yield* brief({ design: { ...design, modules }, dependencies: hidden, task: renumbered }),
        yield* brief()
      )
    })
  )
})
