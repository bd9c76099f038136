import * as Effect from "effect/Effect"
import * as output from "../base/output.ts"
import { Person } from "../base/person.ts"
import type { Section } from "./finding.ts"

/** What a command sees of who calls it. */
export const terminal = Effect.gen(function* () {
  const { columns, hasColour, isAscii, isTerminal } = output.stderr()
  const isAsked = (yield* Person).isThere()
  const parts = [
    isTerminal ? `a terminal of ${columns()} columns` : "none: progress comes in lines",
    hasColour ? "in colour" : "without colour",
    ...(isAscii ? ["signs in ASCII"] : []),
    isAsked ? "questions are asked" : "nobody is asked for a decision"
  ]
  const value = { isTerminal, columns: isTerminal ? columns() : null, hasColour, isAscii, isAsked }
  return {
    section: "terminal",
    findings: [{ name: "terminal", standing: "ok", found: parts.join(", "), value }]
  } satisfies Section
})
