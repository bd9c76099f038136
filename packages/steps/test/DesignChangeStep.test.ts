import { assert, describe, it } from "@effect/vitest"
import { Step } from "@stepwright/core"
import { type ArchitectureDesignStep, DesignChangeStep } from "@stepwright/steps"
import { Arbitrary, Effect, Schema } from "effect"
import * as project from "./support/change.ts"
import { design, documents, specificationDelta } from "./support/change.ts"
import { asking } from "./support/model.ts"
import { file, module } from "./support/playlist.ts"

const nothing: DesignChangeStep.DesignChange = {
  modules: [],
  files: [],
  removed: [],
  absent: [],
  entryPoints: design.entryPoints,
  dependencies: design.dependencies,
  formats: design.formats,
  decisions: design.decisions,
  assumptions: design.assumptions
}

const [songs, times] = design.modules as [ArchitectureDesignStep.Module, ArchitectureDesignStep.Module]

const asked = (
  change: Partial<DesignChangeStep.DesignChange>,
  input: Partial<typeof DesignChangeStep.Input.Type> = {}
) =>
  asking(
    Step.run(DesignChangeStep.step, {
      documents,
      given: [],
      samples: [],
      specification: project.changed,
      design,
      changes: specificationDelta.text,
      touched: specificationDelta.touched,
      ...input
    }),
    DesignChangeStep.parser.print({ ...nothing, ...change })
  )

const pathsOf = ({ files, modules }: ArchitectureDesignStep.ArchitectureDesign) =>
  [...modules, ...files].map(({ path }) => path)

/** What becomes of each part of the design, and how many are new. */
const changes = Arbitrary.schema(
  Schema.Struct({
    does: Schema.Array(Schema.Literals(["keep", "change", "remove"])).check(
      Schema.isMinLength(5),
      Schema.isMaxLength(5)
    ),
    isNew: Schema.Boolean
  })
).pipe(
  Arbitrary.map(({ does, isNew }) => {
    const is = (wanted: string) => (_: unknown, i: number) => does[i] === wanted
    const reworded = <A extends object>(part: A) => ({ ...part, purpose: "Is another." })
    const modules = [
      ...design.modules.filter(is("change")).map(reworded),
      ...(isNew ? [module("playlist/new.py")] : [])
    ]
    const files = does[4] === "change" ? design.files.map(reworded) : []
    const removed = pathsOf(design).filter(is("remove"))
    const change = { ...nothing, modules, files, removed: removed.map((path) => ({ path, reason: "…" })) }
    return { change, removed, named: [...modules, ...files] }
  })
)

describe("DesignChangeStep", () => {
  describe("apply", () => {
    it.prop(
      "leaves what a change does not name as it was, to the letter, in its place",
      [changes],
      ([{ change, named, removed }]) => {
        const isNamed = (path: string) => removed.includes(path) || named.some((part) => part.path === path)
        const rest = ({ files, modules, ...others }: ArchitectureDesignStep.ArchitectureDesign) => ({
          ...others,
          modules: modules.filter(({ path }) => !isNamed(path)),
          files: files.filter(({ path }) => !isNamed(path))
        })
        assert.deepStrictEqual(rest(DesignChangeStep.apply(design, change)), rest(design))
      }
    )

    it.prop("has what a change names, once, and nothing that it removes", [changes], ([{ change, named, removed }]) => {
      const after = DesignChangeStep.apply(design, change)
      const parts = [...after.modules, ...after.files]
      for (const part of named) {
        assert.deepStrictEqual(
          parts.filter(({ path }) => path === part.path),
          [part]
        )
      }
      assert.deepStrictEqual(
        removed.filter((path) => pathsOf(after).includes(path)),
        []
      )
      assert.deepStrictEqual(DesignChangeStep.apply(after, change), after)
    })

    it("of nothing is the same design", () => {
      assert.deepStrictEqual(DesignChangeStep.apply(design, nothing), design)
    })

    it("has a file as one thing only: absent, a module, or another file", () => {
      const before = { ...design, absent: [{ path: "playlist/new.py", reason: "Nobody wants it." }] }
      const after = DesignChangeStep.apply(before, { ...nothing, modules: [module("playlist/new.py")] })
      assert.deepStrictEqual(after.absent, [])
      const moved = DesignChangeStep.apply(design, { ...nothing, files: [file("playlist/songs.py")] })
      assert.deepStrictEqual(pathsOf(moved).filter((path) => path === "playlist/songs.py").length, 1)
    })

    it("takes the lists as they are to be", () => {
      const lists = { formats: ["a"], decisions: ["b"], assumptions: ["c"] }
      assert.deepInclude(DesignChangeStep.apply(design, { ...nothing, ...lists }), lists)
    })
  })

  describe("step", () => {
    it.effect("is shown what changed and the design, and may change nothing", () =>
      Effect.gen(function* () {
        const { prompt, said } = yield* asked({})
        assert.strictEqual(said, "accepted")
        assert.include(prompt, specificationDelta.text)
        assert.include(prompt, "### playlist/files.py")
      })
    )

    it.effect("takes modules of what changed, those that import them, new ones, and what serves nothing", () =>
      Effect.gen(function* () {
        const reworded = (part: ArchitectureDesignStep.Module) => ({ ...part, purpose: "Is another." })
        const added = module("playlist/new.py", { meets: ["R1.2"] })
        const change = { modules: [reworded(songs), reworded(times), added, design.modules.at(-1)!] }
        assert.strictEqual((yield* asked(change)).said, "accepted")
      })
    )

    it.effect.each([
      [{ removed: [{ path: "playlist/gone.py", reason: "…" }] }, '"playlist/gone.py" is removed, and is no file'],
      [{ modules: [{ ...times, purpose: "…" }] }, '"playlist/times.py" meets nothing that changed: leave it out'],
      [
        { modules: [songs], removed: [{ path: songs.path, reason: "…" }] },
        '"playlist/songs.py" is changed and removed'
      ],
      [{ modules: [{ ...songs, meets: [] }] }, "no module and no file meets R1.1"],
      [{ modules: [{ ...songs, meets: ["R1", "R7"] }] }, "meets R7, which the specification does not have"],
      [{ removed: [{ path: songs.path, reason: "…" }] }, "which is none of the modules"],
      [{ modules: [module("a b.py", { meets: ["R1.2"] }), module("tests/a.py", { meets: ["R1"] })] }, "is a test"]
    ] as const)("asks again for %j", ([change, detail]) =>
      Effect.gen(function* () {
        assert.include((yield* asked(change)).said, detail)
      })
    )

    it.effect("lets a criterion go that is retired, and no file name it any more", () =>
      Effect.gen(function* () {
        const input = {
          design: { ...design, modules: [{ ...songs, meets: ["R1", "R4.1"] }, ...design.modules.slice(1)] }
        }
        const touched = ["R4.1"]
        assert.include((yield* asked({}, { ...input, touched })).said, "meets R4.1, which the specification does not")
        assert.strictEqual((yield* asked({ modules: [songs] }, { ...input, touched })).said, "accepted")
      })
    )
  })
})
