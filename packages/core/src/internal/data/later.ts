import type { Entry } from "../../WorkflowDefinition.ts"
import type { Keys } from "./problems.ts"

/** Where the names of a list of entries are made, parts of `all` included. */
const madeIn = (entries: ReadonlyArray<Entry>, keys: Keys): ReadonlyArray<readonly [name: string, at: Keys]> =>
  entries.flatMap((entry, index) =>
    Object.entries(entry).flatMap(([name, inner]) =>
      name === "all" && Array.isArray(inner)
        ? inner.flatMap((part: ReadonlyArray<Entry>, i) => madeIn(part, [...keys, index, name, i]))
        : [[name, [...keys, index]] as const]
    )
  )

/** Of the entries of a workflow: says of a name that an entry cannot read where it is made, if that is later or beside. */
export const laterIn = (entries: ReadonlyArray<Entry>, keys: Keys) => {
  let made: ReadonlyMap<string, Keys> | undefined
  return (reader: Keys) =>
    (name: string): string | undefined => {
      made ??= new Map(madeIn(entries, keys))
      const at = made.get(name)
      if (at === undefined) return undefined
      const apart = at.findIndex((key, i) => key !== reader[i])
      const [one, other] = [Number(at[apart]), Number(reader[apart])]
      if (at[apart - 1] === "all")
        return `"${name}" is made beside this, in another part of \`all\`: make it before both`
      return apart === -1 || one > other
        ? `"${name}" is not made before it is read: move what makes it (${at.join(".")}) before this`
        : undefined
    }
}
