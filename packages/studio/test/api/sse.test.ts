import { describe, expect, it } from "vitest"
import { makeReader } from "../../src/api/sse.ts"

const text = 'id: 1\nevent: event\ndata: {"a":1}\n\n: still there\n\nevent: delta\ndata: x\ndata: y\n\n'
const expected = [
  { event: "event", data: '{"a":1}', id: "1" },
  { event: "delta", data: "x\ny", id: undefined }
]

describe("makeReader", () => {
  it("reads events, and leaves comments out", () => expect(makeReader()(text)).toEqual(expected))

  it("reads them wherever the pieces break, and with any end of line", () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      const whole = text.replaceAll("\n", end)
      for (let at = 0; at <= whole.length; at++) {
        const read = makeReader()
        const found = [...read(whole.slice(0, at)), ...read(whole.slice(at)), ...read("")]
        // a carriage return may be the first half of an end of line until something follows
        expect([...found, ...(end === "\r" ? read("\n") : [])]).toEqual(expected)
      }
    }
  })

  it("takes an event whose data is empty, and none without data", () => {
    expect(makeReader()("event: rest\n\ndata:\n\n")).toEqual([{ event: "message", data: "", id: undefined }])
  })
})
