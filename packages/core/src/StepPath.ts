import * as Result from "effect/Result"

/**
 * Where a step stands in a workflow: names joined by `/`, an item of a `forEach` by its percent-encoded key. In a
 * definition, where items are not known yet, an item is `*`.
 */
export type StepPath = string

/** The path of a child, `""` being the root. */
export const join = (parent: StepPath, name: string): StepPath => (parent === "" ? name : `${parent}/${name}`)

/** The last name of a path. */
export const last = (path: StepPath): string => path.slice(path.lastIndexOf("/") + 1)

/** Whether a path is that of a group, or of something in it. */
export const isIn = (path: StepPath, group: StepPath): boolean => path === group || path.startsWith(`${group}/`)

/** How many names two paths have in common at their ends. */
export const commonEnd = (a: StepPath, b: StepPath): number => {
  const [one, other] = [a.split("/"), b.split("/")]
  let common = 0
  while (common < one.length && common < other.length && one.at(-1 - common) === other.at(-1 - common)) common++
  return common
}

/** An item's key as one segment: any text, reversible, never empty, `.`, `..` or `*`. */
export const encodeKey = (key: string): string => {
  if (key === "") return "%"
  // most keys are written as they are, which is seen sooner than done
  if (isSegment.test(key)) return key
  const segment = key
    .split(/(\p{Surrogate})/u)
    .map((part, i) =>
      i % 2 === 1 ? `%u${part.charCodeAt(0).toString(16)}` : encodeURIComponent(part).replaceAll("*", "%2A")
    )
    .join("")
  return segment === "." || segment === ".." ? segment.replaceAll(".", "%2E") : segment
}

const isSegment = /^[\w-]+$/

/** The key that a segment stands for: the inverse of `encodeKey`. One that no key is written as stands for itself. */
export const decodeKey = (segment: string): string =>
  segment === "%"
    ? ""
    : Result.getOrElse(
        Result.try(() => decodeParts(segment)),
        () => segment
      )

const decodeParts = (segment: string): string =>
  segment
    .split(/(%u[0-9a-f]{4})/)
    .map((part, i) => (i % 2 === 1 ? String.fromCharCode(parseInt(part.slice(2), 16)) : decodeURIComponent(part)))
    .join("")

/** Whether a path of a run is one that a path of a definition (`*` for an item) stands for. */
export const matches = (pattern: StepPath, path: StepPath): boolean => {
  const segments = path.split("/")
  const expected = pattern.split("/")
  return segments.length === expected.length && expected.every((name, i) => name === "*" || name === segments[i])
}
