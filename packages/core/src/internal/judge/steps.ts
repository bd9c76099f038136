// What the steps of a definition tell of a recorded answer: whether its path is one of theirs, and which of them may have
// made it. `moves` asks.

import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { engineError, UnknownPath, type WorkflowError } from "../../WorkflowError.ts"
import type { Fingerprint } from "../../Fingerprint.ts"
import type { Answer, KeptReply } from "../../WorkflowState.ts"
import { insideOf, type UntypedStep } from "../ask/step.ts"
import { nodesOf, stepsOf, type UntypedWorkflow } from "../definition/nodes.ts"
import { finder } from "../definition/places.ts"
import { isOfPrompt, isWith, openingOf } from "../state/replies.ts"
import { suggest } from "../text/suggest.ts"
import * as canonical from "../json/canonical.ts"
import { documentOf } from "../standard/told.ts"
import { fixed } from "./verdict.ts"

type Hash = (text: string) => string

export interface Steps {
  /** Whether a path of a run may be one of the definition. */
  readonly has: (path: string) => boolean
  /** Whether a step may ask what is answered, for all that is known without its input. */
  readonly mayAsk: (step: UntypedStep, answer: Answer) => boolean
  /** Whether a step that asks what is answered may take that from another path. */
  readonly mayTake: (step: UntypedStep, answer: Answer) => boolean
  /** Whether a step that asks so may take a reply from another path. */
  readonly mayHear: (step: UntypedStep, reply: KeptReply) => boolean
}

export const make = (hash: Hash, workflow: UntypedWorkflow): Steps => {
  const all = stepsOf(nodesOf(workflow))
  const placeOf = finder(all.map(({ path }) => path))
  let steps: Map<string | undefined, Set<UntypedStep>> | undefined
  /** The steps that look the same as one of code, with it: what their bodies do nobody knows. */
  const likeOf = (code: string): ReadonlySet<UntypedStep> => {
    if (steps === undefined) {
      steps = new Map()
      for (const { step } of all) {
        if (step.model !== undefined) continue
        const code = codeOf(hash, step)
        steps.set(code, (steps.get(code) ?? new Set()).add(step))
      }
    }
    return steps.get(code) ?? new Set()
  }
  return {
    has: (path) => placeOf(path) !== undefined,
    mayAsk: (step, { fingerprint }) =>
      Object.entries(fixed(hash, step).parts).every(([name, digest]) => fingerprint.parts[name] === digest),
    mayTake: (step, answer) => {
      // its fingerprint has all that a decision answers
      if (step.isGate) return "by" in answer && answer.by === "decision"
      if (step.model !== undefined) return isOfModels(answer, step.model.models)
      return answer.code !== undefined && answer.code === codeOf(hash, step) && likeOf(answer.code).size === 1
    },
    mayHear: (step, { asked }) => asked !== undefined && step.model?.models.includes(asked.model) === true
  }
}

/** A result is one of any model that is named; of a failure `stillFails` says more. */
const isOfModels = (answer: Answer, models: ReadonlyArray<string>): boolean => {
  if ("tag" in answer) return answer.asked !== undefined
  return answer.by === "hand" || (answer.model !== undefined && models.includes(answer.model))
}

/** That a path is one of a gate. */
export const checkGate = (workflow: UntypedWorkflow, path: string): Effect.Effect<void, WorkflowError> => {
  const gates = stepsOf(nodesOf(workflow)).flatMap(({ path, step }) => (step.isGate ? [path] : []))
  return finder(gates)(path) === undefined
    ? Effect.fail(engineError(path, new UnknownPath({ detail: `no gate has this path${suggest(path, gates)}` })))
    : Effect.void
}

const codes = new WeakMap<Hash, WeakMap<UntypedStep, string | undefined>>()

/** Hash of what tells a step of code from others; nothing where its Schemas cannot be written. */
export const codeOf = (hash: Hash, step: UntypedStep): string | undefined => {
  const known = codes.get(hash) ?? new WeakMap<UntypedStep, string | undefined>()
  codes.set(hash, known)
  if (known.has(step)) return known.get(step)
  const { input, name, output, version } = step
  const schemas = Result.try(() => [input, output].map((schema) => documentOf(schema)))
  const code = Result.isFailure(schemas) ? undefined : hash(canonical.stringify([name, version, schemas.success]))
  known.set(step, code)
  return code
}

/** The settings that were asked for last with a format, which are the same for all requests of a step. */
const settings = new WeakMap<object, { readonly parameters: unknown; readonly by: Hash; readonly digest: string }>()

/** Hash of what is asked for besides the prompt. */
export const settingsOf = (
  hash: Hash,
  { format, parameters }: { readonly format?: unknown; readonly parameters?: unknown }
): string => {
  const known = settings.get(format as object)
  if (known?.parameters === parameters && known?.by === hash) return known.digest
  const digest = hash(canonical.stringify({ format, parameters }))
  settings.set(format as object, { parameters, by: hash, digest })
  return digest
}

/** What tells the replies that a step was given from others to the same prompt, where there are such. */
export const settingsBeside = (
  hash: Hash,
  step: UntypedStep,
  replied: ReadonlyArray<KeptReply> | undefined,
  fingerprint: Fingerprint | undefined
): { readonly settings?: string } => {
  if (replied === undefined || step.model === undefined || fingerprint === undefined) return {}
  const settings = settingsOf(hash, insideOf(step).parts)
  const isOther = (reply: KeptReply) => isOfPrompt(fingerprint, openingOf(reply)) && !isWith(settings, reply)
  return replied.some(isOther) ? { settings } : {}
}
