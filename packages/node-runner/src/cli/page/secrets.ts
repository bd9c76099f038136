import process from "node:process"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as StepPath from "@stepwright/core/StepPath"
import * as Redact from "@stepwright/llm/Redact"
import * as models from "../../internal/services/models.ts"

/** Variables whose names say that others shall not know what they are. */
const isSecret = /(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)$/iu

/** Shorter ones are words that are in many a text. **Units** characters */
const least = 8

/** What puts `<secret>` in the place of each: what looks like one, keys of providers, and variables that are called so. */
export const scrub = Effect.fnUntraced(function* (standard: models.Standard) {
  const keys = (yield* models.keys(standard)).map(Redacted.value)
  const variables = yield* Effect.sync(() =>
    Object.entries(process.env).flatMap(([name, value = ""]) => (isSecret.test(name) ? [value] : []))
  )
  const values = [...keys, ...variables].map((value) => value.trim()).filter(({ length }) => length >= least)
  // paths of steps have them in a form of their own, and so has JSON within texts
  const forms = new Set(
    values.flatMap((value) => [
      value,
      StepPath.encodeKey(value),
      encodeURIComponent(value),
      escaped(value),
      escaped(escaped(value))
    ])
  )
  return Redact.scrub({ values: Array.from(forms, (form) => Redacted.make(form)) })
})

const escaped = (value: string) => JSON.stringify(value).slice(1, -1)
