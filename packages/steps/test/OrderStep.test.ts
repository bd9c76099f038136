import { assert, describe, it } from "@effect/vitest"
import { Step } from "@stepwright/core"
import { type ArchitectureDesignStep, OrderStep, type TaskBreakdownStep } from "@stepwright/steps"
import { Arbitrary, Effect, Schema } from "effect"
import { design, file, module } from "./support/playlist.ts"

const task = (file: string, dependsOn: ReadonlyArray<string> = [], number = 1): TaskBreakdownStep.Task => ({
  number,
  title: `Make ${file}`,
  objective: "…",
  file,
  functionality: "…",
  integration: "…",
  dependsOn
})

type Modules = ReadonlyArray<ArchitectureDesignStep.Module>

/** What each task depends on once it is put in order, by its file. */
const ordered = (modules: Modules, tasks: TaskBreakdownStep.TaskBreakdown, others: ReadonlyArray<string> = []) =>
  Step.run(OrderStep.step, {
    design: { ...design, modules, files: others.map((path) => file(path)) },
    tasks: tasks.map((task, i) => ({ ...task, number: i + 1 }))
  }).pipe(Effect.map((tasks) => Object.fromEntries(tasks.map(({ dependsOn, file }) => [file, dependsOn]))))

/** Modules of which each needs some of those before it; some of them hold nothing but what others define. */
const designs = Arbitrary.schema(
  Schema.Array(
    Schema.Struct({
      needs: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 6 }))),
      kind: Schema.Literals(["written", "written", "offers", "starts"])
    })
  ).check(Schema.isMinLength(1), Schema.isMaxLength(7))
).pipe(
  Arbitrary.map((drafts): Modules =>
    drafts.map(({ kind, needs }, i) => {
      const all = [...new Set(needs.filter((need) => need < i))].map((need) => `p/m${need}.py`)
      const [first] = all
      if (kind === "written" || first === undefined) return module(`p/m${i}.py`, { imports: all })
      return kind === "starts"
        ? module(`p/m${i}.py`, { starts: `${first}:main`, imports: all.slice(1) })
        : module(`p/m${i}.py`, { reexports: all.map((module) => ({ module, names: ["A"] })) })
    })
  )
)

/** All that a name leads to. */
const reached = (edges: (name: string) => ReadonlyArray<string>, from: string) => {
  const found = new Set<string>()
  const follow = (name: string) => {
    for (const next of edges(name)) if (!found.has(next)) follow((found.add(next), next))
  }
  follow(from)
  return found
}

const needs = ({ imports, reexports, starts }: ArchitectureDesignStep.Module) => [
  ...imports,
  ...reexports.map(({ module }) => module),
  ...(starts === "" ? [] : [starts.split(":")[0]!])
]

describe("OrderStep", () => {
  it.effect("takes what a task depends on from the design, whatever the task says", () =>
    Effect.gen(function* () {
      const modules = [module("a.py"), module("b.py", { imports: ["a.py"] }), module("c.py")]
      assert.deepStrictEqual(yield* ordered(modules, [task("a.py", ["c.py"]), task("b.py"), task("c.py")]), {
        "a.py": [],
        "b.py": ["a.py"],
        "c.py": []
      })
    })
  )

  it.effect("goes through modules that nobody writes to those that they offer or start, however far", () =>
    Effect.gen(function* () {
      const modules = [
        module("p/a.py"),
        module("p/b.py"),
        module("p/q/__init__.py", { reexports: [{ module: "p/a.py", names: ["A"] }] }),
        module("p/__init__.py", { reexports: [{ module: "p/q/__init__.py", names: ["A"] }] }),
        module("p/__main__.py", { starts: "p/b.py:main" }),
        module("run.py", { imports: ["p/__init__.py", "p/__main__.py"] })
      ]
      const tasks = ["p/a.py", "p/b.py", "run.py"].map((file) => task(file))
      assert.deepStrictEqual((yield* ordered(modules, tasks))["run.py"], ["p/a.py", "p/b.py"])
    })
  )

  it.effect("lets a file that is not Python keep what of its task is Python", () =>
    Effect.gen(function* () {
      const modules = [module("a.py"), module("b.py")]
      const tasks = [task("a.py", ["README.md"]), task("b.py"), task("README.md", ["b.py", "run.sh"]), task("run.sh")]
      assert.deepStrictEqual(yield* ordered(modules, tasks, ["README.md", "run.sh"]), {
        "a.py": [],
        "b.py": [],
        "README.md": ["b.py"],
        "run.sh": []
      })
    })
  )

  it.effect("leaves everything else of a task as it is", () =>
    Effect.gen(function* () {
      const tasks = [task("a.py", [], 3), task("b.py", [], 7)]
      const modules = [module("b.py"), module("a.py", { imports: ["b.py"] })]
      assert.deepStrictEqual(yield* Step.run(OrderStep.step, { design: { ...design, modules }, tasks }), [
        { ...tasks[0]!, dependsOn: ["b.py"] },
        tasks[1]!
      ])
    })
  )

  it.effect.prop("puts before a file all files that it needs and somebody writes", [designs], ([modules]) =>
    Effect.gen(function* () {
      const byPath = new Map(modules.map((module) => [module.path, module]))
      const isWritten = ({ reexports, starts }: ArchitectureDesignStep.Module) =>
        reexports.length === 0 && starts === ""
      const written = modules.filter(isWritten).map(({ path }) => path)
      const result = yield* ordered(
        modules,
        written.map((path) => task(path))
      )
      for (const path of written) {
        const wanted = [...reached((name) => needs(byPath.get(name)!), path)].filter((name) => written.includes(name))
        assert.deepStrictEqual([...reached((name) => result[name]!, path)].toSorted(), wanted.toSorted(), path)
      }
    })
  )
})
