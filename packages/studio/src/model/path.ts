/** The names of a path; none for the root. */
export const segments = (path: string): ReadonlyArray<string> => (path === "" ? [] : path.split("/"))

/** The path of a child, `""` being the root. */
export const join = (parent: string, name: string): string => (parent === "" ? name : `${parent}/${name}`)

export const parent = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")))

export const last = (path: string): string => path.slice(path.lastIndexOf("/") + 1)

/** A segment as people read it: the key of an item as it was. */
export const readable = (segment: string): string => {
  if (segment === "%") return "(empty)"
  try {
    return decodeURIComponent(segment)
  } catch {
    // a key that holds half of a character is written in a way of its own
    return segment
  }
}

/** Paths by their segments, in the order in which they came. */
export interface Trie {
  readonly children: Map<string, Trie>
  /** Whether a path ends here. */
  isPath: boolean
}

export const emptyTrie = (): Trie => ({ children: new Map(), isPath: false })

export const addTo = (trie: Trie, path: string): void => {
  let here = trie
  for (const segment of segments(path)) {
    let next = here.children.get(segment)
    if (next === undefined) here.children.set(segment, (next = emptyTrie()))
    here = next
  }
  here.isPath = true
}

/** What stands below a path. */
export const below = (trie: Trie, path: string): Trie | undefined => {
  let here: Trie | undefined = trie
  for (const segment of segments(path)) here = here?.children.get(segment)
  return here
}

/** Whether a path is that of a group, or of something in it. */
export const isIn = (path: string, group: string): boolean =>
  group === "" || path === group || path.startsWith(`${group}/`)
