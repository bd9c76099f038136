import { describe, expect, it } from "@effect/vitest"
import { difference } from "../../../src/internal/around/requestDiff.ts"
import { request } from "../../support/request.ts"

const changed = (recorded: string, asked: string) => difference(request("a", recorded), request("a", asked)).slice(1)

describe("requestDiff", () => {
  describe("difference", () => {
    it("shows what no eye sees: line ends, blanks at the end, blanks of other kinds, marks", () => {
      expect(changed("one\r\ntwo", "one\ntwo")).toEqual([String.raw`- one\r`, "+ one"])
      expect(changed("one ", "one")).toEqual([String.raw`- one\x20`, "+ one"])
      expect(changed("one\u00a0two", "one two")).toEqual([String.raw`- one\xa0two`, "+ one two"])
      expect(changed("\ufeffone", "one")).toEqual([String.raw`- \ufeffone`, "+ one"])
      expect(changed("o\u200bne", "one")).toEqual([String.raw`- o\u200bne`, "+ one"])
      expect(changed("one\t\u001b[2J", "one")).toEqual([String.raw`- one\t\x1b[2J`, "+ one"])
    })

    it("shows one character that is written in two ways", () => {
      expect(changed("caf\u00e9", "cafe\u0301")).toEqual([String.raw`- caf\xe9`, String.raw`+ cafe\u0301`])
    })

    it("leaves what can be read as it is", () => {
      expect(changed("Größe 漢字 \u0939\u093f", "Größe 👩")).toEqual(["- Größe 漢字 हि", "+ Größe 👩"])
    })
  })
})
