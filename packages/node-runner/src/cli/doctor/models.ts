import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Providers from "@stepwright/llm/Providers"
import { missing, providers } from "../../internal/services/models.ts"
import { Configuration } from "../config/configuration.ts"
import * as models from "../config/models.ts"
import { modelsIn } from "../config/sourced.ts"
import { answerTo, type Finding, unanswered } from "./finding.ts"

/** The keys of the providers, of which only is said whether there is one. */
export const keys = Effect.gen(function* () {
  const findings: Array<Finding> = []
  for (const provider of providers) {
    const name = `${Providers.table[provider].variables}_API_KEY`
    const key = yield* answerTo(Config.withDefault(Config.Redacted(name), Redacted.make("")))
    const isSet = Result.isSuccess(key) && Redacted.value(key.success).trim() !== ""
    const lack = { means: `the models of ${provider} cannot be asked`, fix: "set it where you mean to ask them" }
    findings.push({
      name,
      standing: isSet ? "ok" : "note",
      found: isSet ? "set" : "not set",
      ...(!isSet && lack),
      value: { provider, isSet }
    })
  }
  return { section: "keys", findings }
})

/** Each model with a name, and whether it could be asked. Nobody is. */
export const named = Effect.gen(function* () {
  const self = yield* Configuration
  const shown = yield* answerTo(models.shown(self, {}))
  if (Result.isFailure(shown)) return { section: "models", findings: [unanswered("models", shown.failure)] }
  const findings: Array<Finding> = []
  for (const { at, name, text, value } of shown.success) {
    const alias = name.slice("models.".length)
    const reason = yield* answerTo(missing({ models: modelsIn(self) }, [alias]))
    const why = Result.isFailure(reason) ? reason.failure.why : reason.success?.detail
    findings.push({
      name: alias,
      standing: why === undefined ? "ok" : "note",
      found: `${text} (${at})`,
      ...(why !== undefined && { means: `it cannot be asked: ${why}` }),
      value: { ...(typeof value === "object" && value), at, canBeAsked: why === undefined }
    })
  }
  return { section: "models", findings }
})
