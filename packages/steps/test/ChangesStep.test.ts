import { assert, describe, it } from "@effect/vitest"
import { Step, TestRunner } from "@stepwright/core"
import { ChangesStep, RequirementReviewStep, SpecificationDeltaStep } from "@stepwright/steps"
import { Effect } from "effect"
import * as project from "./support/change.ts"

const verification = { outcome: "green", counts: TestRunner.counts({ tests: [] }), tests: [], doubts: [] } as const

const changed = (
  files: Partial<Pick<typeof project.previous, "code" | "tests">>,
  review: Partial<typeof project.unchanged>
) => {
  const { acceptance, code, specification, tests } = project.previous
  return Step.run(ChangesStep.step, {
    previous: project.previous,
    attempt: { specification, code, tests, acceptance, verification, ...files },
    delta: SpecificationDeltaStep.between(
      project.requirement,
      RequirementReviewStep.apply(project.requirement, { ...project.unchanged, ...review })
    )
  })
}

const other = { id: "R1.1", text: "Other.", quotes: [], why: "…" }

describe("ChangesStep", () => {
  it.effect("tells criteria before and after, whether their tests follow, and files", () =>
    Effect.gen(function* () {
      const [songs, ...others] = project.tests
      const tests = [
        { ...songs!, content: songs!.content.replace("add('a', 1)", "add('a', 3)") },
        ...others.slice(0, 1)
      ]
      const { changes, notes } = yield* changed(
        { tests, code: { ...project.code, "playlist/new.py": "x = 1\n" } },
        {
          changes: [other, { ...other, id: "R1.2" }, { ...other, id: "R2.2", text: "New." }],
          retired: [{ id: "R3.1", why: "…" }]
        }
      )
      const [add, twice] = [project.sentences.add, project.sentences.twice]
      assert.deepStrictEqual(changes.criteria, [
        { id: "R1.1", before: add, after: "Other.", tests: "changed" },
        { id: "R1.2", before: twice, after: "Other.", tests: "as they were" },
        { id: "R2.2", after: "New.", tests: "none" },
        { id: "R3.1", before: project.sentences.write, tests: "none" }
      ])
      assert.deepStrictEqual(changes.files, [
        { path: "playlist/new.py", became: "new" },
        { path: "tests/songs.py", became: "gone" },
        { path: "tests/test_files.py", became: "gone" },
        { path: "tests/test_songs.py", became: "changed" }
      ])
      assert.deepStrictEqual(
        notes.map(({ text }) => text),
        [
          `R1.1: Other.; before: ${add}`,
          `R1.2: Other.; before: ${twice}; its tests are as they were`,
          "R2.2: New.; no test names it",
          `R3.1: no longer wanted: ${project.sentences.write}`,
          "playlist/new.py (new), tests/songs.py (gone), tests/test_files.py (gone), tests/test_songs.py (changed)"
        ]
      )
      assert.include(ChangesStep.section(changes).join("\n"), "R2.2: New.\n  no test names it")
    })
  )

  it.effect("has nothing to say where nothing changed", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* changed({}, {}), { changes: { criteria: [], files: [] }, notes: [] })
      assert.deepStrictEqual(ChangesStep.section(undefined), [])
    })
  )
})
