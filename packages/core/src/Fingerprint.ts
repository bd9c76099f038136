import * as Schema from "effect/Schema"
import * as canonical from "./internal/json/canonical.ts"
import { field } from "./internal/words/field.ts"

export const Fingerprint = Schema.Struct({
  value: field(Schema.String, "SHA-256 over all that the result depends on: equal ones ask the same."),
  parts: field(
    Schema.Record(Schema.String, Schema.String),
    "The first 8 digits of the digest of each part by its name: what changed is said by them, never whether anything did."
  )
}).annotate({ identifier: "Fingerprint", description: "What a result depends on." })
export type Fingerprint = typeof Fingerprint.Type

/** SHA-256 digests by name. */
export type Digests = Readonly<Record<string, string>>

/** Full digests of named parts, each any JSON value. */
export const digests = (hash: (text: string) => string, parts: Readonly<Record<string, unknown>>): Digests =>
  Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, hash(canonical.stringify(part))]))

/** What does not depend on the input: one digest over all its parts, and these shortened. A step computes it once. */
export const make = (hash: (text: string) => string, parts: Readonly<Record<string, unknown>>): Fingerprint =>
  combine(hash, "", {}, digests(hash, parts))

/** A fingerprint with further parts. */
export const extend = (hash: (text: string) => string, self: Fingerprint, more: Digests): Fingerprint =>
  combine(hash, self.value, self.parts, more)

const combine = (
  hash: (text: string) => string,
  value: string,
  parts: Fingerprint["parts"],
  more: Digests
): Fingerprint => {
  let text = value
  const all: Record<string, string> = { ...parts }
  for (const name of Object.keys(more).toSorted()) {
    // every name in `more` has a digest
    const digest = more[name]!
    text += `\n${name}=${digest}`
    all[name] = digest.slice(0, 8)
  }
  return { value: hash(text), parts: all }
}

/** The names of the parts in which two fingerprints differ. */
export const changed = (before: Fingerprint, after: Fingerprint): ReadonlyArray<string> =>
  [...new Set([...Object.keys(before.parts), ...Object.keys(after.parts)])].filter(
    (name) => before.parts[name] !== after.parts[name]
  )
