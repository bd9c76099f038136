import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import * as schemaProblems from "./schemaProblems.ts"

/** One thing that is wrong with a text. **Units** lines and columns from 1. */
export interface Problem {
  readonly line: number
  readonly column: number
  /** With the key where there is one: `at rows.1.name: Expected string`. */
  readonly detail: string
}

/** Decodes the text of a JSON file. **Fails with** all that is wrong with it and where. */
export const decode = <A, I>(schema: Schema.Codec<A, I>, options?: SchemaAST.ParseOptions) => {
  const decodeJson = Schema.decodeUnknownEffect(schema)
  return Effect.fnUntraced(function* (text: string): Effect.fn.Return<A, ReadonlyArray<Problem>> {
    const deep = tooDeep(text)
    if (deep !== undefined) {
      return yield* Effect.fail([{ ...place(text, deep), detail: `it is nested deeper than ${maxDepth} levels` }])
    }
    const json = yield* Effect.try({
      try: (): unknown => JSON.parse(text),
      catch: (error) => {
        const message = error instanceof Error ? error.message : String(error)
        return [{ ...place(text, scan(text).end), detail: `it is no JSON: ${message}` }]
      }
    })
    return yield* Effect.mapError(decodeJson(json, { errors: "all", ...options }), ({ issue }) => {
      const { begins } = scan(text)
      return schemaProblems.of(issue).map(({ keys, message }) => ({
        ...place(text, innermost(begins, keys)),
        detail: keys.length === 0 ? message : `at ${keys.join(".")}: ${message}`
      }))
    })
  })
}

/** The keys that a JSON text has twice: all but the last of their values would be lost. */
export const duplicates = (text: string): ReadonlyArray<Problem> =>
  scan(text).duplicates.map(({ begin, keys }) => ({
    ...place(text, begin),
    detail: `at ${keys.join(".")}: Duplicate key`
  }))

/** All problems on one line. */
export const inWords = (all: ReadonlyArray<Problem>): string =>
  all
    .map(({ line, column, detail }) => `line ${line}, column ${column}${detail.startsWith("at ") ? "" : ":"} ${detail}`)
    .join("; ")

/** What is nested deeper would need more stack than there may be. */
const maxDepth = 500

/** Where a text is nested too deeply. */
const tooDeep = (text: string): number | undefined => {
  let depth = 0
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\\n]|\\.)*"|[[\]{}]/gu)) {
    if (token === "]" || token === "}") depth--
    else if ((token === "[" || token === "{") && ++depth > maxDepth) return index
  }
  return undefined
}

const place = (text: string, offset: number) => {
  const before = text.slice(0, offset).split("\n")
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

/** Where the value of the keys begins, or that around it when a key is missing. */
const innermost = (begins: ReadonlyMap<string, number>, keys: ReadonlyArray<string>): number => {
  for (let length = keys.length; length >= 0; length--) {
    const begin = begins.get(nameOf(keys.slice(0, length)))
    if (begin !== undefined) return begin
  }
  return 0
}

const nameOf = (keys: ReadonlyArray<string>) => JSON.stringify(keys)

const space = /[ \t\n\r]*/uy
const string = /"(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/uy
const scalar = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/uy

interface Scan {
  /** Where each value begins, by its keys. */
  readonly begins: ReadonlyMap<string, number>
  /** The values whose key in their object had one before. */
  readonly duplicates: ReadonlyArray<{ readonly keys: ReadonlyArray<string>; readonly begin: number }>
  /** Where the text stops being JSON. */
  readonly end: number
}

/** What is where in a JSON text. **Source** RFC 8259 */
const scan = (text: string): Scan => {
  const begins = new Map<string, number>()
  const duplicates: Array<Scan["duplicates"][number]> = []
  let end = 0

  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = end
    const [taken] = pattern.exec(text) ?? []
    end += taken?.length ?? 0
    return taken
  }
  const takeMark = (mark: string): boolean => {
    take(space)
    if (text[end] !== mark) return false
    end++
    take(space)
    return true
  }
  const list = (close: string, item: (index: number) => boolean): boolean => {
    if (takeMark(close)) return true
    for (let index = 0; item(index); index++) {
      if (takeMark(close)) return true
      if (!takeMark(",")) return false
    }
    return false
  }
  const value = (keys: ReadonlyArray<string>): boolean => {
    begins.set(nameOf(keys), end)
    if (takeMark("[")) return list("]", (index) => value([...keys, `${index}`]))
    if (!takeMark("{")) return (take(string) ?? take(scalar)) !== undefined
    const taken = new Set<string>()
    return list("}", () => {
      const text = take(string)
      if (text === undefined || !takeMark(":")) return false
      // What `string` takes is a JSON string.
      const key = JSON.parse(text) as string
      if (taken.has(key)) duplicates.push({ keys: [...keys, key], begin: end })
      taken.add(key)
      return value([...keys, key])
    })
  }

  take(space)
  value([])
  take(space)
  return { begins, duplicates, end }
}
