import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Step from "@stepwright/core/Step"
import { ArchitectureDesign, isGenerated, type Module, startOf } from "./ArchitectureDesignStep.ts"
import { moduleName } from "./internal/moduleName.ts"
import { Files, Project } from "./Project.ts"

/** A module that holds nothing but what it offers of others, and what it starts. */
const generated = (module: Module): string => {
  const { purpose, reexports } = module
  const start = startOf(module)
  const names = reexports.flatMap(({ names }) => names)
  const all = ["__all__ = [", ...names.toSorted().map((name) => `    ${JSON.stringify(name)},`), "]"]
  const imports = [
    ...reexports.map(({ module, names }) => `from ${moduleName(module)} import ${names.join(", ")}`),
    ...(start === undefined ? [] : [`from ${moduleName(start.module)} import ${start.name}`])
  ]
  return [
    `"""${purpose.replaceAll("\\", "\\\\").replace(/"(?="|$)/g, '\\"')}"""`,
    "",
    ...imports,
    ...(names.length === 0 ? [] : ["", ...all]),
    ...(start === undefined ? [] : ["", 'if __name__ == "__main__":', `    raise SystemExit(${start.name}())`]),
    ""
  ].join("\n")
}

/** Tells by its path a module that was written from a design, and that people have changed since. */
export const isEdited =
  ({ modules }: ArchitectureDesign, code: Files) =>
  (path: string): boolean => {
    const was = modules.find((module) => module.path === path)
    return was !== undefined && isGenerated(was) && Object.hasOwn(code, path) && code[path] !== generated(was)
  }

/** The modules of a design that code writes. */
export const generatedBy = ({ modules }: ArchitectureDesign): Files =>
  Object.fromEntries(modules.filter(isGenerated).map((module) => [module.path, generated(module)]))

export const Input = Schema.Struct({
  design: ArchitectureDesign,
  /** What was written, by path. */
  written: Files,
  samples: Project.fields.samples
})

/** All files of a project but its tests: those that were written, those that the design says whole, and the samples. */
export const step = Step.effect("assembly", {
  input: Input,
  output: Files,
  run: ({ design, samples, written }) =>
    Effect.sync(() => ({
      ...written,
      ...generatedBy(design),
      ...Object.fromEntries(samples.map(({ path, text }) => [path, text]))
    }))
})
