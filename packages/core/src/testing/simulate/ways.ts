// The ways that runs can go: which replies are made up, by a number, and which steps any of them came to.

import { nodesOf, stepsOf, type UntypedWorkflow } from "../../internal/definition/nodes.ts"
import { finder } from "../../internal/definition/places.ts"
import type { Manner } from "../internal/sample.ts"
import type { Trace } from "./base/trace.ts"
import { mark } from "./strangers.ts"

/** Replies that no other run has. */
export const strange = 9000

/** Replies besides the first that get a run through: so that one goes where another did not. */
export const otherSalts = [101, 202, 103, 204, 105]

/** Those of a model that nothing moves. */
export const stubborn = [301, 302]

export const manners: ReadonlyMap<number, Manner> = new Map<number, Manner>([
  [202, "marks"],
  [204, "lines"],
  [301, "least"],
  [302, "most"],
  [strange, { mark }]
])

/** Notes which steps runs come to. */
export const makeReach = (workflow: UntypedWorkflow) => {
  const paths = stepsOf(nodesOf(workflow)).map(({ path }) => path)
  const find = finder(paths)
  const reached = new Set<string>()
  return {
    /** The place of a path in the definition. */
    placeOf: (path: string) => find(path) ?? path,
    note: ({ events }: Trace): void => {
      for (const event of events) {
        const path = "path" in event ? find(event.path) : undefined
        if (path !== undefined) reached.add(path)
      }
    },
    unreached: () => paths.filter((path) => !reached.has(path))
  }
}
