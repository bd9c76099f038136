import type { UntypedStep } from "../ask/step.ts"
import type { Body, UntypedWorkflow } from "../definition/nodes.ts"
import type { AnyCodec } from "../json/codec.ts"
import { suggest } from "../text/suggest.ts"

/** What the names in a definition stand for. */
export interface Catalog {
  readonly steps?: Readonly<Record<string, UntypedStep>>
  readonly workflows?: Readonly<Record<string, UntypedWorkflow>>
  readonly schemas?: Readonly<Record<string, AnyCodec>>
  /** Texts of templates by the names of their files. */
  readonly prompts?: Readonly<Record<string, string>>
}

const own = <A>(names: Readonly<Record<string, A>> | undefined, name: string): A | undefined =>
  names !== undefined && Object.hasOwn(names, name) ? names[name] : undefined

/** The step or the workflow of a name. */
export const bodyNamed = ({ steps, workflows }: Catalog, name: string): Body | undefined =>
  own(steps, name) ?? own(workflows, name)

/** Why there is none. */
export const noBody = ({ steps = {}, workflows = {} }: Catalog, name: string): string =>
  `no step or workflow of the catalog is called "${name}"${suggest(name, [...Object.keys(steps), ...Object.keys(workflows)])}`

export const textNamed = ({ prompts }: Catalog, name: string): string | undefined => own(prompts, name)

/** The name of what a catalog has, of which `is` says whether it is that. */
export const nameOf = <A>(names: Readonly<Record<string, A>> = {}, is: (value: A) => boolean): string | undefined =>
  Object.keys(names).find((name) => is(names[name]!))
