import { dual } from "effect/Function"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { DefinitionError } from "./DefinitionError.ts"
import { open } from "./internal/text/delimiter.ts"
import { excerpt, lineAndColumn } from "./internal/text/excerpt.ts"
import type { Nothing, Some } from "./internal/words/nothing.ts"
import { suggest } from "./internal/text/suggest.ts"
import * as PromptTemplateVariable from "./PromptTemplateVariable.ts"

export type Value = PromptTemplateVariable.Value

/** A prompt template that cannot be used; `line` and `column`, both from 1, say where. */
export class PromptTemplateError extends Schema.TaggedError<PromptTemplateError>()("PromptTemplateError", {
  detail: Schema.String,
  /** The name or file of the template, where it has one. */
  template: Schema.optionalKey(Schema.String),
  line: Schema.optionalKey(Schema.Int),
  column: Schema.optionalKey(Schema.Int)
}) {
  get place() {
    const name = this.template === undefined ? "" : ` ${this.template}`
    const place = this.line === undefined ? "" : `, line ${this.line}, column ${this.column}`
    return `prompt template${name}${place}`
  }
  override get message() {
    return `${this.place}: ${this.detail}`
  }
}

type Trim<S extends string> = S extends ` ${infer R}` | `\t${infer R}` | `${infer R} ` | `${infer R}\t` ? Trim<R> : S

/** The names of the holes in the text of a template. */
export type Holes<S extends string> = string extends S
  ? string
  : S extends `${infer Before}{{${infer After}`
    ? Before extends `${string}\\`
      ? Holes<After>
      : After extends `${infer Name}}}${infer Rest}`
        ? Trim<Name> | Holes<Rest>
        : never
    : never

/** Text of a template; where the compiler sees that it is malformed, a sentence. */
export type Source<S extends string> = Nothing extends Some<Flaw<S> extends never ? S : never> ? Flaw<S> : S

type Flaw<S extends string> = string extends S
  ? never
  : S extends `${infer Before}{{${infer After}`
    ? Before extends `${string}\\`
      ? Flaw<After>
      : After extends `${infer Name}}}${infer Rest}`
        ? Trim<Name> extends ""
          ? "a hole needs a name between {{ and }}"
          : Trim<Name> extends NoHole
            ? `"${Trim<Name>}" is no name for a hole: letters, digits and _ only; write \\{{ for literal braces`
            : Flaw<Rest>
        : "{{ is not closed by }}; write \\{{ for literal braces"
    : never

type Characters<S extends string> = S extends `${infer First}${infer Others}` ? First | Characters<Others> : never

/** Texts that name no hole; the rest of them, which the compiler does not see, `parse` refuses. */
type NoHole =
  | `${Characters<"0123456789">}${string}`
  | `${string}${Characters<" \t\n-.,:;/\\|'\"`()[]{}<>&?!=+*%#@$^~">}${string}`

/**
 * A prompt with holes such as `{{topic}}`, whose names are in its type. `\{{` stands for two literal braces; `}}`
 * outside a hole needs nothing.
 */
export interface PromptTemplate<out V extends string = string> {
  readonly source: string
  /** The names of its holes, each once, in order. */
  readonly holes: ReadonlyArray<V>
  readonly variables: Readonly<Record<string, PromptTemplateVariable.PromptTemplateVariable>>
  /** Text and names of holes in turn. */
  readonly pieces: ReadonlyArray<string>
}

/**
 * A template from its text, with what is known of its holes. Throws a `DefinitionError` for malformed text.
 *
 * ```ts
 * const outline = PromptTemplate.make("Outline {{topic}} in {{count}} points.")
 * assert.strictEqual(PromptTemplate.render(outline, { topic: "Effect", count: 3 }), "Outline Effect in 3 points.")
 * ```
 */
export const make = <const S extends string>(
  source: Source<S>,
  variables: { readonly [K in Holes<S>]?: PromptTemplateVariable.PromptTemplateVariable } = {}
): PromptTemplate<Holes<S>> => ({
  // the holes that `parse` finds at run time are those that `Holes` finds in the type
  ...(Result.getOrThrowWith(
    parse(source),
    ({ detail, place }) => new DefinitionError({ place, detail })
  ) as PromptTemplate<Holes<S>>),
  // every key is the name of a hole
  variables: variables as PromptTemplate["variables"]
})

/** A template from text, of a file say. **Fails with** the line and column of a hole that is malformed or not closed. */
export const parse = (
  source: string,
  options: { readonly name?: string } = {}
): Result.Result<PromptTemplate, PromptTemplateError> => {
  const pieces: Array<string> = []
  let text = ""
  let read = 0
  for (let start = source.indexOf("{{"); start >= 0; start = source.indexOf("{{", read)) {
    if (source[start - 1] === "\\" && start > read) {
      text += `${source.slice(read, start - 1)}{{`
      read = start + 2
      continue
    }
    const refuse = (detail: string) => Result.fail(errorAt(source, start, detail, options.name))
    const end = source.indexOf("}}", start)
    if (end < 0) return refuse("{{ is not closed by }}; write \\{{ for literal braces")
    const name = source.slice(start + 2, end).replace(/^[ \t]+|[ \t]+$/g, "")
    if (name === "") return refuse("a hole needs a name between {{ and }}")
    if (!/^[A-Za-z_]\w*$/.test(name)) {
      return refuse(
        `${JSON.stringify(excerpt(name, 40))} is no name for a hole: letters, digits and _ only; write \\{{ for literal braces`
      )
    }
    pieces.push(text + source.slice(read, start), name)
    text = ""
    read = end + 2
  }
  pieces.push(text + source.slice(read))
  return Result.succeed({ source, holes: [...new Set(pieces.filter((_, i) => i % 2 === 1))], variables: {}, pieces })
}

/** The template with what another knows of the holes of the same names. */
export const withVariablesOf: {
  (that: PromptTemplate): <V extends string>(self: PromptTemplate<V>) => PromptTemplate<V>
  <V extends string>(self: PromptTemplate<V>, that: PromptTemplate): PromptTemplate<V>
} = dual(2, <V extends string>(self: PromptTemplate<V>, that: PromptTemplate): PromptTemplate<V> => ({
  ...self,
  variables: {
    ...Object.fromEntries(Object.entries(that.variables).filter(([name]) => self.holes.some((hole) => hole === name))),
    ...self.variables
  }
}))

/** The prompt with a value in each hole. Values are inserted once and never scanned again. */
export const render = <V extends string>(
  self: PromptTemplate<V>,
  values: { readonly [K in NoInfer<V>]: string | number | boolean }
): string => {
  const known: Readonly<Record<string, Value>> = values
  let text = self.pieces[0]!
  for (let i = 1; i < self.pieces.length; i += 2) {
    const name = self.pieces[i]!
    const value = Object.hasOwn(known, name) ? known[name] : undefined
    if (value === undefined) throw new PromptTemplateError({ detail: `no value was given for {{${name}}}` })
    text += PromptTemplateVariable.render(self.variables[name] ?? {}, value) + self.pieces[i + 1]!
  }
  return text
}

/**
 * The value of a hole in a rendered prompt; `undefined` if it is not one of this template.
 *
 * A delimited value comes out unchanged whatever it holds. A value without delimiter is taken to end where the text
 * that follows the hole first occurs.
 */
export const extract = <V extends string>(self: PromptTemplate<V>, rendered: string, hole: V): string | undefined => {
  let at = self.pieces[0]!.length
  let found: string | undefined
  if (!rendered.startsWith(self.pieces[0]!)) return undefined
  for (let i = 1; i < self.pieces.length; i += 2) {
    const name = self.pieces[i]!
    const next = self.pieces[i + 1]!
    const value = read(self, rendered, at, name, next, i + 2 === self.pieces.length)
    if (value === undefined || !rendered.startsWith(next, value.end)) return undefined
    if (name === hole) found ??= value.text
    at = value.end + next.length
  }
  return at === rendered.length ? found : undefined
}

const read = (self: PromptTemplate, rendered: string, at: number, name: string, next: string, isLast: boolean) => {
  const delimiter = self.variables[name]?.delimiter
  if (delimiter !== undefined) return open(delimiter, rendered, at)
  const end = isLast ? rendered.length - next.length : rendered.indexOf(next, at)
  return end < at ? undefined : { text: rendered.slice(at, end), end }
}

/** Whether a template given for a known purpose has every hole it must have, and none that nobody fills. */
export const checkHoles = (
  self: PromptTemplate,
  known: Iterable<string>,
  required: Iterable<string>
): Result.Result<void, PromptTemplateError> => {
  const names = new Set(known)
  const unknown = self.holes.filter((hole) => !names.has(hole))
  const missing = [...required].filter((name) => !self.holes.includes(name))
  const faults = [
    ...unknown.map((hole) => `nothing fills {{${hole}}}${suggest(hole, names)}`),
    ...missing.map((name) => `{{${name}}} is missing`)
  ]
  const detail = faults.join("; ")
  if (unknown[0] === undefined) {
    return missing.length === 0 ? Result.succeed(undefined) : Result.fail(new PromptTemplateError({ detail }))
  }
  const start = self.source.search(new RegExp(`(?<!\\\\)\\{\\{[ \\t]*${unknown[0]}[ \\t]*\\}\\}`))
  return Result.fail(errorAt(self.source, start, detail))
}

const errorAt = (source: string, index: number, detail: string, template?: string) =>
  new PromptTemplateError({
    detail,
    ...(template !== undefined && { template }),
    ...lineAndColumn(source, index)
  })
