import { describe, expect, it } from "vitest"
import * as coding from "../../../src/model/report/coding.ts"
import { attempt, codingOf, files, gave, report } from "../../support/coding.ts"
import { standings, treeOf } from "../../support/places.ts"

describe("of", () => {
  it("finds nothing in a run that writes no code", () => {
    expect(coding.of(treeOf(["outline", "report"]), gave([["report", report()]]), standings({}))).toBeUndefined()
  })

  it("finds code before there is a report, as it was written first", () => {
    const { acceptance, code, tests } = files("x = 1\n")
    const found = codingOf(
      gave([
        ["code", code],
        ["tests", tests],
        ["acceptance", acceptance]
      ])
    )
    expect(found).toMatchObject({ at: "", report: undefined, coverage: undefined })
    expect([...found!.project!.texts]).toEqual([
      ["a.py", "x = 1\n"],
      ["tests/test_a.py", "def test_a(): assert 1\n"]
    ])
    expect([...found!.project!.tests]).toEqual(["tests/test_a.py"])
  })

  it("finds what was delivered, with its report and the lines that ran, in a workflow within another", () => {
    const coverage = { "a.py": { lines: 2, missed: [2], ran: [1] } }
    const found = codingOf(
      gave([
        ["make/code", files("x = 1\n").code],
        ["make/hardened/false", attempt("x = 2\n")],
        ["make/coverage", coverage],
        ["make/report", report()]
      ]),
      "make/"
    )
    expect(found).toMatchObject({ at: "make", report: { title: "A" }, coverage })
    expect(found!.project!.texts.get("a.py")).toBe("x = 2\n")
  })

  it("takes the way that the run has come, of several that it had", () => {
    const history = gave([
      ["hardened/false", attempt("kept")],
      ["hardened/true/hardened", attempt("hardened")]
    ])
    const tree = treeOf([...history.steps.keys(), "check", "coverage", "report"])
    const text = (looks: Parameters<typeof standings>[0]) =>
      coding.of(tree, history, standings(looks))!.project!.texts.get("a.py")
    expect(text({})).toBe("hardened")
    expect(text({ "hardened/true/hardened": "skipped" })).toBe("kept")
  })

  it("does without a report that is none", () => {
    expect(codingOf(gave([["report", { text: "all is well" }]]))).toMatchObject({ report: undefined })
    expect(
      codingOf(
        gave([
          ["report", "all is well"],
          ["coverage", [1]]
        ])
      )
    ).toMatchObject({ coverage: undefined })
  })
})
