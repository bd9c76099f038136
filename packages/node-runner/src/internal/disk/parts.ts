import { basename, dirname } from "node:path"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

/** A name for what is there for a moment beside a path: its own, since any that can be told beforehand may be a person's. */
export const partOf = (path: string): Effect.Effect<string> =>
  Effect.map(Random.nextIntBetween(1e9, 1e10), (number) => `${dirname(path)}/.${basename(path)}.${number}.part`)

/** Whether it is such a name, which a killed process may have left. */
export const isPart = (name: string): boolean => /^\.(?:.+\.)?\d{10}\.part$/u.test(name)

/** Whether it is such a name beside a path whose name is one of those. */
export const isPartOf = (name: string, isWhole: (name: string) => boolean): boolean => {
  const [, whole] = /^\.(.+)\.\d{10}\.part$/u.exec(name) ?? []
  return whole !== undefined && isWhole(whole)
}
