import type { DescribedNode } from "@stepwright/core/Workflow"
import type { WorkflowEvent } from "@stepwright/core"
import * as histories from "../../src/model/history.ts"
import { addTo, emptyTrie, type Trie } from "../../src/model/path.ts"
import type { StepStanding } from "../../src/model/standing.ts"
import { make } from "../../src/model/tree.ts"

export const step = (path: string, more: Partial<DescribedNode> = {}): DescribedNode => ({
  kind: "step",
  path,
  ...more
})

export const group = (path: string, ...nodes: ReadonlyArray<DescribedNode>): DescribedNode => ({
  kind: "workflow",
  path,
  nodes
})

const trieOf = (paths: ReadonlyArray<string>): Trie => {
  const trie = emptyTrie()
  for (const path of paths) addTo(trie, path)
  return trie
}

export const treeOf = (paths: ReadonlyArray<string>, ...nodes: ReadonlyArray<DescribedNode>) =>
  make(nodes.length === 0 ? undefined : { name: "w", version: 1, nodes }, trieOf(paths))

export const standings = (looks: Readonly<Record<string, StepStanding["status"]>>): ReadonlyMap<string, StepStanding> =>
  new Map(
    Object.entries(looks).map(([path, status]) => [
      path,
      { path, status, attempts: 1, replies: 0, tokens: {}, durationMillis: null }
    ])
  )

/** What happened, told as events in order. */
export const historyOf = (events: ReadonlyArray<WorkflowEvent.WorkflowEvent>) => {
  const history = histories.make()
  events.forEach((event, i) => histories.observe(history, i + 1, event))
  return history
}
