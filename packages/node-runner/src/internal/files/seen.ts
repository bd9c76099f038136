import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/** Is told which files and folders of a person's a command reads. */
export interface Service {
  readonly add: (file: string) => void
  /** Goes around what loads a module, which may read files itself. */
  readonly around: <A, E, R>(load: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** Nobody watches them, unless a command does. */
export const Seen = Context.Reference<Service>("@stepwright/node-runner/Seen", {
  defaultValue: () => ({ add: () => {}, around: (load) => load })
})
