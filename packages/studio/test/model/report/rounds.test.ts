import { describe, expect, it } from "vitest"
import * as rounds from "../../../src/model/report/rounds.ts"
import { attempt, codingOf, files, gave, report, verified } from "../../support/coding.ts"

const first = (code: string) => {
  const made = files(code)
  return [
    ["code", made.code],
    ["tests", made.tests],
    ["acceptance", made.acceptance]
  ] as const
}

const at = (number: number, name: string, way = "red") => `result/${way}/rounds/${number}/round/try/${name}`

const roundsOf = (outputs: ReadonlyArray<readonly [string, unknown]>, input?: unknown) => {
  const history = gave(outputs, input)
  return rounds.of(codingOf(history)!, history)
}

describe("of", () => {
  it("has no round where nothing was mended", () => {
    expect(roundsOf([...first("x"), ["check", verified({ a: "passed" })]])).toEqual([])
  })

  it("tells what each round started from, which tests were red before and after, and whose fault that was", () => {
    const judgement = { test: "a", fault: "code", quote: "", reason: "it adds" }
    const [one, two, ...others] = roundsOf([
      ...first("1"),
      ["check", verified({ a: "failed", b: "passed", c: "error" })],
      [at(1, "judgements"), [judgement]],
      [at(1, "mended"), files("2")],
      [at(1, "verification"), verified({ a: "passed", b: "failed", c: "error" })],
      [at(2, "mended"), files("3")],
      ["hardened/false", attempt("2")],
      ["report", report({ repair: { rounds: [], kept: 1, stop: "unchanged" } })]
    ])
    expect(others).toEqual([])
    expect([one!.before.texts.get("a.py"), one!.after.texts.get("a.py")]).toEqual(["1", "2"])
    expect(one!.trials).toEqual([
      { test: "a", before: "failed", after: "passed", judgement },
      { test: "c", before: "error", after: "error", judgement: undefined },
      { test: "b", before: "passed", after: "failed", judgement: undefined }
    ])
    expect([two!.before.texts.get("a.py"), two!.after.texts.get("a.py")]).toEqual(["2", "3"])
    expect(two!.shown.after).toBeUndefined()
    expect([one!.isKept, two!.isKept]).toEqual([true, false])
  })

  it("knows rounds after tests that came to no verdict, while they go on", () => {
    const [round] = roundsOf([...first("1"), [at(1, "mended", "no-verdict"), files("2")]])
    expect(round).toMatchObject({ name: "1", isKept: undefined, trials: [] })
  })

  it("begins with what a change of the documents came to", () => {
    const [change] = roundsOf([...first("2"), ["check", verified({ a: "failed" })]], { previous: files("1") })
    expect(change).toMatchObject({ name: "change", trials: [{ test: "a", before: undefined, after: "failed" }] })
    expect([change!.before.texts.get("a.py"), change!.after.texts.get("a.py")]).toEqual(["1", "2"])
  })
})
