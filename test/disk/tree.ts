/**
 * A disk in memory that keeps apart what was flushed and what was not. Folders and files are nodes; what is done to them
 * is remembered until they are flushed, so that a cut of the power can take it back.
 */
export interface File {
  readonly _tag: "File"
  readonly id: number
  bytes: Uint8Array
  /** What was flushed, and what was done since. */
  flushed: Uint8Array
  since: Array<Change>
  mode: number
  time: number
}

/** Bytes written at a place; a truncation is one that says how long the file is then. */
export type Change =
  | { readonly _tag: "Write"; readonly at: number; readonly bytes: Uint8Array }
  | { readonly _tag: "Truncate"; readonly length: number }

export interface Folder {
  readonly _tag: "Folder"
  readonly id: number
  readonly entries: Map<string, Node>
  flushed: Map<string, Node>
  /** Names that were given, changed or taken: a rename within a folder is one such change of two names. */
  since: Array<ReadonlyArray<readonly [name: string, node: Node | undefined]>>
  time: number
}

export type Node = File | Folder

let ids = 0

export const file = (mode = 0o644): File => ({
  _tag: "File",
  id: ++ids,
  bytes: new Uint8Array(),
  flushed: new Uint8Array(),
  since: [],
  mode,
  time: Date.now()
})

export const folder = (): Folder => ({
  _tag: "Folder",
  id: ++ids,
  entries: new Map(),
  flushed: new Map(),
  since: [],
  time: Date.now()
})

const changedBy = (bytes: Uint8Array, change: Change): Uint8Array => {
  if (change._tag === "Truncate") {
    const cut = new Uint8Array(change.length)
    cut.set(bytes.subarray(0, change.length))
    return cut
  }
  const longer = new Uint8Array(Math.max(bytes.length, change.at + change.bytes.length))
  longer.set(bytes)
  longer.set(change.bytes, change.at)
  return longer
}

export const change = (self: File, made: Change): void => {
  self.bytes = changedBy(self.bytes, made)
  self.since.push(made)
  self.time = Date.now()
}

/** Gives names in a folder, all at once; `undefined` takes one away. */
export const name = (self: Folder, ...names: ReadonlyArray<readonly [string, Node | undefined]>): void => {
  for (const [key, node] of names) {
    if (node === undefined) self.entries.delete(key)
    else self.entries.set(key, node)
  }
  self.since.push(names)
  self.time = Date.now()
}

/** Brings to the disk what was done to a node, and nothing else. */
export const flush = (self: Node): void => {
  if (self._tag === "File") self.flushed = self.bytes
  else self.flushed = new Map(self.entries)
  self.since = []
}

/** A number from 0 up to another, each time. */
export type Choose = (below: number) => number

const sector = 512

/** What becomes of a change that was not flushed: all of it, nothing, a part, or its length without its bytes. */
const survivor = (made: Change, choose: Choose): Change | undefined => {
  if (made._tag === "Truncate") return choose(2) === 0 ? made : undefined
  const { at, bytes } = made
  switch (choose(4)) {
    case 0:
      return made
    case 1:
      return undefined
    case 2: {
      const byte = choose(bytes.length + 1)
      return { ...made, bytes: bytes.subarray(0, choose(2) === 0 ? byte : Math.floor(byte / sector) * sector) }
    }
    default:
      return { _tag: "Write", at, bytes: new Uint8Array(bytes.length) }
  }
}

/**
 * What is on the disk after the power was cut. Of what was not flushed any part may be there: a name before its content, a
 * later write without an earlier one, a removal taken back. Two names of one file are one file still.
 */
export const cut = (root: Folder, choose: Choose): Folder => {
  const after = new Map<number, Node>()
  const of = (node: Node): Node => {
    const known = after.get(node.id)
    if (known !== undefined) return known
    if (node._tag === "File") {
      let bytes = node.flushed
      for (const made of node.since) {
        const left = survivor(made, choose)
        if (left !== undefined) bytes = changedBy(bytes, left)
      }
      const left: File = { ...node, bytes, flushed: bytes, since: [] }
      after.set(node.id, left)
      return left
    }
    const names = new Map(node.flushed)
    for (const made of node.since) {
      if (choose(2) === 0) continue
      for (const [key, inner] of made) {
        if (inner === undefined) names.delete(key)
        else names.set(key, inner)
      }
    }
    const left: Folder = { ...node, entries: new Map(), flushed: new Map(), since: [] }
    after.set(node.id, left)
    for (const [key, inner] of names) left.entries.set(key, of(inner))
    left.flushed = new Map(left.entries)
    return left
  }
  // the root was there before
  const left = of(root)
  return left as Folder
}
