import { describe, expect, it } from "vitest"
import { entries, none, stepsOf, withInput, withOutput, withStep } from "../../../src/model/edits/draft.ts"

describe("a draft", () => {
  const draft = withOutput(
    withInput(withStep(none, "write/*", { prompt: "Say {{a}}", model: "fast" }), { topic: "snow" }),
    "review",
    true
  )

  it("is what is sent: settings by path, the input, results by hand", () => {
    expect(draft).toEqual({
      config: { steps: { "write/*": { prompt: "Say {{a}}", model: "fast" } } },
      input: { topic: "snow" },
      outputs: { review: true }
    })
  })

  it("is told one by one, and each can be taken back", () => {
    expect(entries(draft).map(({ path, what }) => [path, what])).toEqual([
      ["input", "the input of the run"],
      ["write/*", "prompt"],
      ["write/*", "model"],
      ["review", "output by hand"]
    ])
    const left = entries(draft).reduce((edits) => entries(edits)[0]!.without, draft)
    expect(left).toEqual(none)
    expect(entries(draft)[2]!.without.config).toEqual({ steps: { "write/*": { prompt: "Say {{a}}" } } })
  })

  it("says nothing of what is as in the run", () => {
    expect(withStep(draft, "write/*", {}).config).toBeUndefined()
    expect(withOutput(draft, "review", undefined).outputs).toBeUndefined()
    expect(withInput(draft, undefined).input).toBeUndefined()
    // null is a value like others
    expect(withInput(none, null)).toEqual({ input: null })
  })

  it("reads settings by path, however they nest", () => {
    const steps = { design: { steps: { plan: { model: "a" } } }, "design/check": { repair: 1 } }
    expect([...stepsOf({ steps })]).toEqual([
      ["design/plan", { model: "a" }],
      ["design/check", { repair: 1 }]
    ])
  })
})
