import * as Predicate from "effect/Predicate"
import * as StepPath from "@stepwright/core/StepPath"
import type { Key } from "../../internal/files/yamlText.ts"

/** What a file that defines a workflow has a step run, and where that stands. */
export interface Placed {
  readonly path: string
  readonly keys: ReadonlyArray<Key>
  /** A name in the catalog, or that with settings. */
  readonly body: string | Readonly<Record<string, unknown>>
}

/** Below what name each body of a node stands. */
const bodies: Readonly<Record<string, string>> = {
  bind: "",
  timeout: "",
  forEach: "*",
  forEachDependency: "*",
  iterate: "*",
  sample: "*",
  fallback: "try",
  otherwise: "otherwise"
}

/** The steps of a definition; those of a workflow that is named stand in that, and not here. */
export const placedIn = (definition: unknown): ReadonlyArray<Placed> =>
  ofEntries(partOf(definition, "steps"), "", ["steps"])

const partOf = (value: unknown, key: string): unknown => (Predicate.hasProperty(value, key) ? value[key] : undefined)

const ofEntries = (entries: unknown, parent: string, keys: ReadonlyArray<Key>): ReadonlyArray<Placed> =>
  (Array.isArray(entries) ? entries : []).flatMap((entry: unknown, i): ReadonlyArray<Placed> => {
    const at = [...keys, i]
    const all = partOf(entry, "all")
    if (Array.isArray(all)) return all.flatMap((part, j) => ofEntries(part, parent, [...at, "all", j]))
    const whole = partOf(entry, "andThen")
    if (whole !== undefined) return ofEntries(partOf(whole, "steps"), parent, [...at, "andThen", "steps"])
    return Object.entries(Predicate.isReadonlyObject(entry) ? entry : {}).flatMap(([name, node]) =>
      ofNode(node, StepPath.join(parent, name), [...at, name])
    )
  })

const ofNode = (node: unknown, path: string, keys: ReadonlyArray<Key>): ReadonlyArray<Placed> => {
  const cases = partOf(node, "cases")
  const ways = Predicate.isReadonlyObject(cases) ? Object.entries(cases) : []
  const own = Object.entries(Predicate.isReadonlyObject(node) ? node : {}).filter(([key]) => Object.hasOwn(bodies, key))
  return [
    ...own.flatMap(([key, body]) => {
      const name = bodies[key]!
      return ofBody(body, name === "" ? path : StepPath.join(path, name), [...keys, key])
    }),
    ...ways.flatMap(([name, body]) =>
      ofBody(body, StepPath.join(path, StepPath.encodeKey(name)), [...keys, "cases", name])
    )
  ]
}

const ofBody = (body: unknown, path: string, keys: ReadonlyArray<Key>): ReadonlyArray<Placed> => {
  if (typeof body === "string") return [{ path, keys, body }]
  if (!Predicate.isReadonlyObject(body)) return []
  return "steps" in body ? ofEntries(body["steps"], path, [...keys, "steps"]) : [{ path, keys, body }]
}
