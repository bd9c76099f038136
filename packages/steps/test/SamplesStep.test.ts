import { createHash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { OutputParser, Step } from "@stepwright/core"
import { SamplesStep } from "@stepwright/steps"
import { Arbitrary, Effect, Result, Schema } from "effect"

const shown = (...texts: ReadonlyArray<string>) =>
  Step.run(SamplesStep.step, { samples: texts.map((text, i) => ({ path: `data/${i}.txt`, text })) })

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex")

/** How much of a sample is shown, and the line that says so. */
const parts = (content: string) => {
  const [, beginning = content, said] = /^([^]*?)\n?(\.\.\. \(the first [^\n]*\))\n$/.exec(content) ?? []
  return { beginning, said }
}

const texts = Arbitrary.schema(
  Schema.Array(
    Schema.Struct({
      text: Schema.String,
      times: Schema.Literals([1, 30, 700, 2500]),
      between: Schema.Literals(["", "\n", " ", "é", "𝄞"])
    })
  ).check(Schema.isMaxLength(12))
).pipe(Arbitrary.map((all) => all.map(({ between, text, times }) => Array<string>(times).fill(text).join(between))))

describe("SamplesStep", () => {
  it.effect("shows a short file as it is", () =>
    Effect.gen(function* () {
      const files = ["", "a,b\n1,2\n", "no end of line", "x".repeat(4000)]
      assert.deepStrictEqual(
        (yield* shown(...files)).map(({ content }) => content),
        files
      )
    })
  )

  it.effect("shows the first lines of a long one, with its size and the hash of all of it", () =>
    Effect.gen(function* () {
      const text = Array.from({ length: 900 }, (_, i) => `line ${i}\n`).join("")
      const [long] = yield* shown(text)
      const { beginning, said } = parts(long!.content)
      assert.isTrue(text.startsWith(`${beginning}\n`))
      assert.isAtMost(beginning.length, 1000)
      assert.isAtLeast(beginning.length, 980)
      assert.strictEqual(
        said,
        `... (the first ${beginning.length + 1} of ${text.length} characters, SHA-256 ${sha256(text)})`
      )
    })
  )

  it.effect("shows the beginning of a line that has no end", () =>
    Effect.gen(function* () {
      const [long] = yield* shown("x".repeat(5000))
      assert.strictEqual(parts(long!.content).beginning, "x".repeat(1000))
    })
  )

  it.effect("shows another text wherever a file differs, in the part that is not shown too", () =>
    Effect.gen(function* () {
      const [one] = yield* shown(`${"x\n".repeat(5000)}a`)
      const [other] = yield* shown(`${"x\n".repeat(5000)}b`)
      assert.notStrictEqual(one!.content, other!.content)
    })
  )

  it.effect("shows every file, however many there are, and no more of all than fits", () =>
    Effect.gen(function* () {
      const files = yield* shown(...Array.from({ length: 40 }, (_, i) => `${i}\n${"x\n".repeat(1500)}`))
      assert.strictEqual(files.length, 40)
      assert.include(files[0]!.content, "x\n".repeat(1500))
      assert.match(files[39]!.content, /^\s*\.\.\. \(the first \d of 3003 characters, SHA-256 \w{64}\)\n$/)
      const all = files.map(({ content }) => parts(content).beginning.length)
      assert.isAtMost(
        all.reduce((sum, length) => sum + length, 0),
        24_000
      )
    })
  )

  it.effect.prop("keeps to its limits, and shows nothing that is not there", [texts], ([texts]) =>
    Effect.gen(function* () {
      const files = yield* shown(...texts)
      let all = 0
      for (const [i, { content, path }] of files.entries()) {
        const text = texts[i]!
        assert.strictEqual(path, `data/${i}.txt`)
        // no half of a character, unless it came so
        if (text.isWellFormed()) assert.isTrue(content.isWellFormed())
        if (content === text) {
          all += text.length
          assert.isAtMost(text.length, 4000)
          continue
        }
        const { beginning, said } = parts(content)
        all += beginning.length
        assert.isTrue(text.startsWith(beginning))
        assert.isAtMost(beginning.length, 1000)
        assert.include(said, `of ${text.length} characters, SHA-256 ${sha256(text)})`)
      }
      assert.isAtMost(all, 24_000)
    })
  )

  describe("print", () => {
    it("is none where there are none, else what reads back as the same files", () => {
      assert.strictEqual(SamplesStep.print([]), "none")
      const samples = [
        { path: "a.csv", content: "1,2\n" },
        { path: "b/c.md", content: "```\nx\n```\n" }
      ]
      assert.deepStrictEqual(Result.getOrThrow(OutputParser.files.parse(SamplesStep.print(samples))), samples)
    })
  })
})
