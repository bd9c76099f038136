import { describe, expect, it } from "vitest"
import { problemsIn } from "../../../src/model/form/refusal.ts"

describe("problemsIn", () => {
  it("finds each place that a server names", () => {
    const said =
      'the input does not fit the workflow: Expected a value with a length of at least 1 at ["to"] Missing key at ["documents"][0]["a \\"path\\""]'
    expect(problemsIn(said)).toEqual([
      { at: ["to"], message: "Expected a value with a length of at least 1" },
      { at: ["documents", 0, 'a "path"'], message: "Missing key" }
    ])
  })

  it("finds the place of a field that there is not", () => {
    const said = 'the input does not fit: it has no field "odd" in documents/0; there are path, text'
    expect(problemsIn(said)).toEqual([
      { at: ["documents", 0], message: 'it has no field "odd" in documents/0; there are path, text' }
    ])
  })

  it("leaves what names no place to the whole", () => {
    expect(problemsIn("approval: the output does not fit: Expected boolean")).toEqual([
      { at: [], message: "Expected boolean" }
    ])
    expect(problemsIn("it went wrong at last")).toEqual([{ at: [], message: "it went wrong at last" }])
  })
})
