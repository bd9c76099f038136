import { count, bytes as sizeOf } from "../base/format.ts"

/** The kinds of texts that a page of a run holds, in the order in which they are told. */
export const kinds = {
  input: ["input", "inputs"],
  prompt: ["prompt", "prompts"],
  reply: ["reply", "replies"],
  output: ["output", "outputs"],
  question: ["question", "questions"],
  note: ["note", "notes"],
  file: ["file", "files"],
  workflow: ["workflow with its templates", "workflows with their templates"],
  error: ["error", "errors"]
} as const

export type Kind = keyof typeof kinds

/** Kinds that say what went on, without which there is nothing to see. */
export const isNeeded = (kind: Kind): boolean => kind === "error"

/** A text that a page holds. */
export interface Held {
  readonly kind: Kind
  /** What it is of: the path of a step or of a file. */
  readonly of: string
  readonly bytes: number
}

/** How many texts of a kind there are, and how large they are together. */
export interface Holding {
  readonly kind: Kind
  readonly count: number
  readonly bytes: number
}

export const holdings = (all: Iterable<Held>): ReadonlyArray<Holding> => {
  const found = new Map<Kind, { count: number; bytes: number }>()
  for (const { bytes, kind } of all) {
    const sum = found.get(kind) ?? { count: 0, bytes: 0 }
    sum.count++
    sum.bytes += bytes
    found.set(kind, sum)
  }
  return (Object.keys(kinds) as ReadonlyArray<Kind>).flatMap((kind) => {
    const sum = found.get(kind)
    return sum === undefined ? [] : [{ kind, ...sum }]
  })
}

export const inWords = ({ bytes, count: number, kind }: Holding): string => {
  const [one, many] = kinds[kind]
  return `${count(number, one, many)}, ${sizeOf(bytes)}`
}

/** A text in words: `prompt of chapters/3/text, 1.2 MB`. */
export const named = ({ bytes, kind, of }: Held): string =>
  `${kinds[kind][0]}${of === "" ? "" : ` of ${of}`}, ${sizeOf(bytes)}`
