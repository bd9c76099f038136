import { assert, describe, it } from "@effect/vitest"
import { Step } from "@stepwright/core"
import { AcceptanceTestStep } from "@stepwright/steps"
import { Effect, Result } from "effect"
import { contents } from "./support/contents.ts"
import { asking } from "./support/model.ts"
import { design, documents } from "./support/playlist.ts"

const { parser } = AcceptanceTestStep

const asked = (...paths: ReadonlyArray<string>) =>
  asking(
    Step.run(AcceptanceTestStep.step, {
      documents: [...documents, { path: "More.md", text: "Songs have no end.\n" }],
      design,
      samples: [{ path: "data/songs.csv", content: "A,60\n" }]
    }),
    parser.print(paths.map((path) => ({ path, content: "def test_it(): ...\n" })))
  )

describe("AcceptanceTestStep", () => {
  it.effect("takes files that are named as acceptance tests, whatever their tests are called", () =>
    Effect.gen(function* () {
      const { said } = yield* asked("tests/test_acceptance_songs.py", "tests/test_acceptance.py")
      assert.strictEqual(said, "accepted")
    })
  )

  it.effect.each(["tests/test_songs.py", "tests/acceptance/test_acceptance_songs.py", "tests/test_acceptance.txt"])(
    "asks again for %s",
    (path) =>
      Effect.gen(function* () {
        const { said } = yield* asked("tests/test_acceptance_songs.py", path)
        assert.include(said, `"${path}" is not of the form tests/test_acceptance_<subject>.py`)
      })
  )

  it.effect("asks again for no file, and for one that is not below tests/", () =>
    Effect.gen(function* () {
      assert.include((yield* asked()).said, "unittest would find no test")
      assert.include((yield* asked("test_acceptance_songs.py")).said, "is not below tests/")
    })
  )

  it.effect("shows the documents word for word, the interface and the samples, and nothing of what is behind it", () =>
    Effect.gen(function* () {
      const { prompt } = yield* asked("tests/test_acceptance.py")
      for (const { path, text } of documents) {
        assert.include(prompt, path)
        assert.include(prompt, text)
      }
      assert.include(prompt, "===== More.md =====\nSongs have no end.")
      assert.include(prompt, "Playlist.total(self) -> int")
      assert.include(prompt, "A,60")
      for (const decision of design.decisions) assert.notInclude(prompt, decision)
      assert.notInclude(prompt, "R1.1")
    })
  )

  describe("parser", () => {
    it.prop(
      "reads back what it prints",
      [contents],
      ([contents]) => {
        const files = contents.map((content, i) => ({ path: `tests/test_acceptance_${i}.py`, content }))
        assert.deepStrictEqual(Result.getOrThrow(parser.parse(parser.print(files))), files)
      },
      { arbitrary: { runs: 200 } }
    )
  })
})
