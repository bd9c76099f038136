import { describe, expect, it } from "vitest"
import { filled, marked, variablesIn } from "../../../src/model/edits/template.ts"

describe("a template", () => {
  it("has its variables marked, as they are written", () => {
    expect(marked("Say {{ a }} to {{b}}.")).toEqual([
      { text: "Say " },
      { text: "{{ a }}", name: "a" },
      { text: " to " },
      { text: "{{b}}", name: "b" },
      { text: "." }
    ])
    expect(marked("\\{{a}} {{")).toEqual([{ text: "\\{{a}} {{" }])
    expect(variablesIn("{{b}} {{a}} {{b}}")).toEqual(["b", "a"])
  })

  it("is found again in what was sent, with what came after it", () => {
    expect(filled("Say {{a}} to {{b}}.", "Say hello\nthere to me.")).toEqual([
      { text: "Say " },
      { text: "hello\nthere", name: "a" },
      { text: " to " },
      { text: "me", name: "b" },
      { text: "." }
    ])
    expect(filled("Say {{a}}.", "Say x.\n\nAnswer in JSON.")?.at(-1)).toEqual({ text: "\n\nAnswer in JSON." })
    expect(filled("\\{{ {{a}}", "{{ x")).toEqual([{ text: "{{ " }, { text: "x", name: "a" }])
    expect(filled("as it is", "as it is")).toEqual([{ text: "as it is" }])
  })

  it("is none of what was sent by another", () => {
    expect(filled("Say {{a}} now", "Tell x now")).toBeUndefined()
    expect(filled("Say {{a}} now", "Say x later")).toBeUndefined()
    expect(filled("{{a}}{{b}}", "xy")).toBeUndefined()
  })
})
