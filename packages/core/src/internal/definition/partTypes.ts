// What types say of the parts of `all`.

import type { Nothing, Some } from "../words/nothing.ts"
import type { OutOf } from "./bodyTypes.ts"

/** The names of all parts. */
export type PartsOut<P> = (P extends unknown ? (_: OutOf<P>) => void : never) extends (_: infer All) => void
  ? All
  : never

/** Parts of which each adds names of its own, as far as the compiler sees them. */
export type Apart<S, P> = Nothing extends Some<Clash<S, P> extends never ? "it" : never> ? Clashing<S, P> : P

/** The names that more than one part adds. */
type Clash<S, P, Taken = never> = P extends readonly [infer Part, ...infer Others]
  ? (Added<S, Part> & Taken) | Clash<S, Others, Taken | Added<S, Part>>
  : never

/** The parts, with a sentence in place of each that adds a name of another before it. */
type Clashing<S, P, Taken = never, Before extends ReadonlyArray<unknown> = []> = P extends readonly [
  infer Part,
  ...infer Others
]
  ? Clashing<
      S,
      Others,
      Taken | Added<S, Part>,
      [
        ...Before,
        [Added<S, Part> & Taken] extends [never]
          ? Part
          : `the name "${Added<S, Part> & Taken & string}" is used twice: another part adds it`
      ]
    >
  : Readonly<Before>

type Added<S, Part> = Exclude<keyof OutOf<Part>, keyof S>
