import { describe, expect, it } from "vitest"
import { messagesOf } from "../../src/model/messages.ts"

describe("messagesOf", () => {
  it("reads messages", () => {
    expect(messagesOf('[{"content":"hi","role":"user"}]')).toEqual([{ content: "hi", role: "user" }])
  })
  it.each(["no JSON", "[1]", '{"role":"user"}', "null"])("takes anything else for one message: %s", (text) => {
    expect(messagesOf(text)).toEqual([{ role: "user", content: text }])
  })
})
