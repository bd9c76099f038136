import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OutputParser from "@stepwright/core/OutputParser"
import * as Step from "@stepwright/core/Step"
import * as ArchitectureDesignStep from "./ArchitectureDesignStep.ts"
import { ArchitectureDesign, debt, Module, neededBy, OtherFile, serves, toMarkdown } from "./ArchitectureDesignStep.ts"
import * as DesignChangePrompt from "./DesignChangePrompt.ts"
import { text } from "./internal/text.ts"
import { print } from "./Project.ts"
import { toMarkdown as specificationToMarkdown } from "./TraceStep.ts"

const { absent, assumptions, decisions, dependencies, entryPoints, formats } = ArchitectureDesign.fields

/** What has to change in a design. */
export class DesignChange extends Schema.Opaque<DesignChange>()(
  Schema.Struct({
    modules: Schema.Array(Module).annotate({ description: "modules that change, whole, or new ones" }),
    files: Schema.Array(OtherFile).annotate({ description: "other files that change, or new ones" }),
    removed: Schema.Array(Schema.Struct({ path: text("the file"), reason: text("why nothing needs it") })),
    absent: absent.annotate({ description: "files that a tree in the documents has now, and none of the above" }),
    entryPoints,
    dependencies,
    formats,
    decisions,
    assumptions
  })
) {}

/** A list with others in the places of those that have their paths, new ones last, without what is elsewhere now. */
const put = <A extends { readonly path: string }>(
  list: ReadonlyArray<A>,
  others: ReadonlyArray<A>,
  elsewhere: ReadonlyArray<{ readonly path: string }>
): ReadonlyArray<A> => {
  const all = new Map([...list, ...others].map((one) => [one.path, one]))
  return [...all.values()].filter(({ path }) => !elsewhere.some((one) => one.path === path))
}

/** A design with a change in it; whatever the change does not name stays as it is. */
export const apply = (design: ArchitectureDesign, change: DesignChange): ArchitectureDesign => {
  const { absent, files, modules, removed, ...lists } = change
  return {
    ...design,
    ...lists,
    modules: put(design.modules, modules, [...removed, ...files]),
    files: put(design.files, files, [...removed, ...modules]),
    absent: put(design.absent, absent, [...modules, ...files])
  }
}

export const Input = Schema.Struct({
  ...ArchitectureDesignStep.Input.fields,
  /** As it was. */
  design: ArchitectureDesign,
  /** What is to be otherwise, in words. */
  changes: Schema.String,
  /** The ids of the criteria that have changed, come or gone. */
  touched: Schema.Array(Schema.String)
})

const decode = Schema.decodeUnknownResult(Schema.toType(ArchitectureDesign))

const problem = (change: DesignChange, { design, touched, ...input }: typeof Input.Type): string | undefined => {
  const parts = [...design.modules, ...design.files]
  const stray = change.removed.find(({ path }) => !parts.some((part) => part.path === path))
  if (stray !== undefined) return `"${stray.path}" is removed, and is no file of the design`
  const changed = [...change.modules, ...change.files]
  const both = change.removed.find(({ path }) => changed.some((part) => part.path === path))
  if (both !== undefined) return `"${both.path}" is changed and removed`
  const isTouched = (path: string) =>
    [...parts, ...changed].some((part) => part.path === path && touched.some((id) => serves(part.meets, id)))
  // whoever needs what changes may have to be told
  const moved = new Set([...changed.filter(({ path }) => isTouched(path)), ...change.removed].map(({ path }) => path))
  const tells = new Set(
    [...design.modules, ...change.modules]
      .filter((one) => neededBy(one).some((path) => moved.has(path)))
      .map(({ path }) => path)
  )
  const untouched = changed.find(({ meets, path }) => meets.length > 0 && !isTouched(path) && !tells.has(path))
  if (untouched !== undefined) return `"${untouched.path}" meets nothing that changed: leave it out`
  const applied = apply(design, change)
  const decoded = decode(applied)
  return Result.isFailure(decoded) ? decoded.failure.message : debt(applied, input)
}

export const parser = OutputParser.json(DesignChange)

/** Says what a change of the specification changes in the design. */
export const step = Step.make("design-change", {
  input: Input,
  output: DesignChange,
  parser,
  check: problem,
  prompt: DesignChangePrompt.template,
  variables: ({ changes, design, given, specification }) => ({
    specification: specificationToMarkdown(specification),
    given: given.length === 0 ? "nothing" : print(given),
    design: toMarkdown(design),
    changes,
    example: parser.print(DesignChangePrompt.example)
  })
})

/** The design with the change in it. */
export const applied = Step.effect("changed-design", {
  input: Schema.Struct({ input: Schema.Struct({ design: ArchitectureDesign }), change: DesignChange }),
  output: ArchitectureDesign,
  run: ({ change, input }) => Effect.sync(() => apply(input.design, change))
})
