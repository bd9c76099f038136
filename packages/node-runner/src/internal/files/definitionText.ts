import type * as Workflow from "@stepwright/core/Workflow"
import type { WorkflowDefinition } from "@stepwright/core/WorkflowDefinition"
import { Document, isMap, isScalar, isSeq, visit } from "yaml"

/** A definition as files: its own text, and those of its prompts by their names beside it. */
export interface Files {
  readonly text: string
  readonly prompts: ReadonlyMap<string, string>
}

type Steps = NonNullable<Workflow.Catalog["steps"]>

/** A definition as YAML, with the prompt of every step that asks a model in a file of its own. */
export const filesOf = (definition: WorkflowDefinition, steps: Steps, head: string): Files => {
  const prompts = new Map<string, string>()
  /** Groups that stand at several places, each as one object: they become one anchor. */
  const groups = new Map<object, unknown>()

  const bodyOf = (name: string): unknown => {
    const source = Object.hasOwn(steps, name) ? steps[name]?.model?.prompt.source : undefined
    if (source === undefined) return name
    const promptFile = `prompts/${name}.md`
    prompts.set(promptFile, `${source}\n`)
    return { step: name, promptFile }
  }

  const written = (value: unknown, key: string, around: string): unknown => {
    if (typeof value === "string") return bodies.has(key) || around === "cases" ? bodyOf(value) : value
    if (typeof value !== "object" || value === null) return value
    const known = groups.get(value)
    if (known !== undefined) return known
    if (Array.isArray(value)) return value.map((inner) => written(inner, "", key))
    const members = Object.entries(value).map(([name, inner]) => [name, written(inner, name, key)] as const)
    const isLast = ([name, inner]: readonly [string, unknown]) => Number(!kinds.has(name) && hasGroup(inner))
    // the order of cases is a part of the definition
    const made = Object.fromEntries(key === "cases" ? members : members.toSorted((a, b) => isLast(a) - isLast(b)))
    if ("steps" in value) groups.set(value, made)
    return made
  }

  // its title comes before its steps as it is
  const document = new Document(written(definition, "", ""), { anchorPrefix: "group" })
  visit(document, {
    Map: (_, map, path) => {
      if (!isSeq(path.at(-1)) && isShort(map)) map.flow = true
    },
    Seq: (_, list) => {
      if (list.items.every(isScalar)) list.flow = true
    }
  })
  return { text: `${head}\n${document.toString({ lineWidth: 0, flowCollectionPadding: true })}`, prompts }
}

/** What a step or a workflow stands under. */
const bodies = new Set([
  "bind",
  "forEach",
  "forEachDependency",
  "iterate",
  "sample",
  "fallback",
  "otherwise",
  "timeout",
  "andThen"
])

/** What a node is comes first, however long. */
const kinds = new Set(["bind", "forEach", "forEachDependency", "iterate", "sample", "fallback", "timeout"])

/** Other long parts come last: what follows one is hard to see. */
const hasGroup = (value: unknown): boolean =>
  typeof value === "object" && value !== null && ("steps" in value || Object.values(value).some(hasGroup))

/** The most characters of what stands on one line. */
const most = 100

const isShort = (map: unknown): boolean => {
  if (!isMap(map)) return false
  let isFlat = true
  visit(map, {
    Alias: () => void (isFlat = false),
    Seq: () => void (isFlat = false)
  })
  return isFlat && JSON.stringify(map.toJSON()).length <= most
}
