import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import { DefinitionError } from "../DefinitionError.ts"
import { suggest } from "../internal/text/suggest.ts"
import { extract, type PromptTemplate, render } from "../PromptTemplate.ts"
import { law, same } from "./internal/check.ts"
import { texts } from "./internal/texts.ts"
import type { LawOptions, TestCase } from "./TestCase.ts"

export interface Options<V extends string> extends LawOptions {
  /** The holes that a document or a model's text goes into; by default those with a delimiter. */
  readonly holes?: ReadonlyArray<V>
}

/**
 * What every template does, as tests: what is put into a hole comes out of the prompt as it was, whatever it holds, so that
 * no document can pass for a part of the prompt around it. Throws a `DefinitionError` where that is tried of no hole.
 *
 * ```ts
 * const template = PromptTemplate.make("Summarise {{doc}}", { doc: { delimiter: PromptTemplateVariable.fence("md") } })
 * const cases = TemplateLaws.suite(template)
 * ```
 */
export const suite = <V extends string>(
  template: PromptTemplate<V>,
  {
    holes = template.holes.filter((hole) => template.variables[hole]?.delimiter !== undefined),
    ...options
  }: Options<V> = {}
): ReadonlyArray<TestCase> => {
  const unknown = holes.find((hole) => !template.holes.includes(hole))
  if (unknown !== undefined || holes.length === 0) {
    const none = "no hole has a delimiter, so that nothing is tried: name the `holes`"
    const detail = unknown === undefined ? none : `there is no hole {{${unknown}}}${suggest(unknown, template.holes)}`
    throw new DefinitionError({ place: "laws of a template", detail })
  }
  const value = texts(piecesOf(template))
  const others = Object.fromEntries(template.holes.map((hole) => [hole, "x"]))
  const inBraces = holes.map((hole) => `{{${hole}}}`)
  return [
    law(
      `what is put into ${inBraces.join(", ")} comes out as it was, whatever it is`,
      () => Arbitrary.all(Object.fromEntries(holes.map((hole) => [hole, value]))),
      (values) =>
        Effect.suspend(() => {
          // there is a value for every hole
          const rendered = render(template, { ...others, ...values } as Record<V, string>)
          const [found, given] = [(hole: V) => extract(template, rendered, hole), textIn(template, values)]
          return Effect.forEach(holes, (hole) => same(`what is in {{${hole}}}`, found(hole), given(hole)), {
            discard: true
          })
        }),
      options
    )
  ]
}

/** The text that a value becomes in a hole. */
const textIn =
  ({ variables }: PromptTemplate, values: Readonly<Record<string, string>>) =>
  (hole: string): string =>
    (variables[hole]?.toText ?? String)(values[hole]!)

/** What of a template a value would have to look like, to be taken for it. */
const piecesOf = ({ pieces, variables }: PromptTemplate): ReadonlyArray<string> => {
  const tokens = Object.values(variables).flatMap(({ delimiter }) =>
    delimiter?._tag === "Between" ? [delimiter.start, delimiter.end, delimiter.end.slice(0, -1)] : []
  )
  const around = pieces.filter((piece, i) => i % 2 === 0 && piece !== "")
  return [...tokens, ...around]
}
