// Asks the person at a client for decisions that gates wait for, by forms that the client shows.

import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as StandardSchema from "@stepwright/core/StandardSchema"
import * as McpSchema from "effect/ai/McpSchema"
import type * as ServerApi from "../../ServerApi.ts"
import * as acts from "../act/acts.ts"
import * as looks from "../act/looks.ts"
import { Offered } from "../act/offered.ts"
import { problemIn } from "../act/problems.ts"
import { usage } from "../base/cliError.ts"
import { oneLine } from "../base/format.ts"
import * as gates from "../gate/gates.ts"
import * as runFolder from "../run/runFolder.ts"
import { type Form, formOf } from "./form.ts"

type Question = typeof ServerApi.Question.Type

/** A gate that waits, with its form. */
export interface Open {
  readonly question: Question
  readonly form: Form
}

/** What came of asking, by the paths of gates. */
export interface Asked {
  readonly decided: ReadonlyArray<string>
  /** Where the person gave no decision. */
  readonly declined: ReadonlyArray<string>
  /** Where nobody could be asked. */
  readonly left: ReadonlyArray<string>
  /** What was wrong with what the person gave last where they gave no decision that will do. */
  readonly problem?: string
}

/** Whether the client shows forms. */
const showsForms = McpSchema.McpRequestContext.useSync(({ clientCapabilities: { elicitation } }) => {
  // without a mode, forms are meant
  return elicitation !== undefined && (elicitation.form !== undefined || Object.keys(elicitation).length === 0)
})

/** Whether decisions at paths of a run can all be asked for by forms. */
export const canAsk = Effect.fnUntraced(function* (run: string, paths: ReadonlyArray<string>) {
  if (!(yield* showsForms)) return false
  const state = yield* runFolder.state(run)
  const offered = yield* Offered
  const loaded = yield* Effect.orElseSucceed(offered.get(state.workflow), () => undefined)
  if (loaded === undefined) return false
  const { workflow } = loaded
  return paths.every((path) => {
    const decision = gates.decisionAt(workflow, path)
    return decision !== undefined && formOf(StandardSchema.jsonSchema(decision)) !== undefined
  })
})

/** The form by which a client asks, with what was wrong with the decision before. */
const formIn = ({ form: { requestedSchema }, question }: Open, problem: string | undefined) => {
  const { before, why } = question
  const lines = gates.told({ gate: question, why, ...(before !== undefined && { before }) })
  return { message: [...(problem === undefined ? [] : [problem, ""]), ...lines].join("\n"), requestedSchema }
}

/** The same as a client of now is sent it. */
export const requestOf = (gate: Open, problem: string | undefined) => ({
  method: "elicitation/create" as const,
  params: { mode: "form", ...formIn(gate, problem) }
})

/** The name of a question: an answer to another one is none to it. */
export const keyOf = ({ question }: Open) => question.of

/** Records what was answered; tells what is wrong with it where another answer can mend that. */
export const decideBy = (run: string, open: Open, content: unknown) =>
  answerTo(run, open, open.form.read(Predicate.isReadonlyObject(content) ? (content as never) : {})).pipe(
    Effect.as(undefined),
    Effect.catchCause((cause) => {
      const { code, message } = problemIn(cause)
      if (Cause.hasInterrupts(cause)) return Effect.failCause(cause)
      if (code === "OtherQuestion") return Effect.succeed("the question has changed meanwhile")
      return code === "InvalidOutput" ? Effect.succeed(`this is no decision: ${message}`) : Effect.failCause(cause)
    })
  )

/** Decides as a person answered who saw a question: nothing where that is not what is asked any more. */
const answerTo = (run: string, open: Open, decision: Schema.Json) =>
  acts.decide(run, open.question.path, decision, keyOf(open))

/** The gates that wait, at all paths unless some are named: those that the client can ask at, and those that it cannot. */
export const openAt = Effect.fnUntraced(function* (run: string, paths?: ReadonlyArray<string>) {
  const waiting = (yield* looks.gatesOf(run)).filter(({ path }) => paths?.includes(path) !== false)
  const canShow = yield* showsForms
  const open = waiting.flatMap((question): ReadonlyArray<Open> => {
    const form = canShow ? formOf(question.decision) : undefined
    return form === undefined ? [] : [{ question, form }]
  })
  const left = waiting.flatMap(({ path }) => (open.some(({ question }) => question.path === path) ? [] : [path]))
  return { open, left }
})

/** Asks for decisions at gates of a run, at all that wait unless paths are named. */
export const ask = Effect.fnUntraced(function* (run: string, paths?: ReadonlyArray<string>) {
  const { left, open } = yield* openAt(run, paths)
  const client = yield* Effect.serviceOption(McpSchema.McpServerClient)
  return yield* Option.isSome(client) ? asking(run, open, left, client.value) : answering(run, open, left)
})

/** How a client of now is asked: it calls again with what was answered. */
const answering = Effect.fnUntraced(function* (run: string, open: ReadonlyArray<Open>, left: Asked["left"]) {
  const { inputResponses = {} } = yield* McpSchema.McpRequestContext
  const done: Array<string> = []
  const declined: Array<string> = []
  const inputRequests: Record<string, McpSchema.McpInputRequest> = {}
  for (const one of open) {
    const { path } = one.question
    const key = keyOf(one)
    const given = inputResponses[key]
    const isAccepted = given?.["action"] === "accept"
    const problem = isAccepted ? yield* decideBy(run, one, given["content"]) : undefined
    if (given !== undefined && problem === undefined) (isAccepted ? done : declined).push(path)
    else inputRequests[key] = requestOf(one, problem)
  }
  if (Object.keys(inputRequests).length > 0) return new McpSchema.InputRequired({ inputRequests })
  return { decided: done, declined, left } satisfies Asked
})

const decodeRequest = Schema.decodeUnknownEffect(McpSchema.ElicitRequestFormParams)

/** How often a person is asked for a decision that will do. */
const most = 5

/** How a client of before is asked: meanwhile. */
const asking = Effect.fnUntraced(function* (
  run: string,
  open: ReadonlyArray<Open>,
  left: Asked["left"],
  { getClient }: McpSchema.McpServerClient["Service"]
) {
  const client = yield* getClient
  const done: Array<string> = []
  const declined: Array<string> = []
  const unasked = [...left]
  let last: string | undefined
  for (const first of open) {
    const { path } = first.question
    let one = first
    let problem: string | undefined
    let to = declined
    for (let i = 0; i < most; i++) {
      const form = yield* decodeRequest(formIn(one, problem))
      const given = yield* client.elicit(form).pipe(
        Effect.catchTag(failures, () => Effect.undefined),
        Effect.catchDefect((defect) => {
          if (!Schema.isSchemaError(defect)) return Effect.die(defect)
          const how = oneLine(defect.message)
          return Effect.fail(usage(`the client answers the question of ${path} in a way that cannot be read: ${how}`))
        })
      )
      // a client that cannot ask after all is one without forms
      if (given === undefined) to = unasked
      if (given?.action !== "accept") break
      problem = yield* decideBy(run, one, given.content)
      if (problem === undefined) {
        to = done
        break
      }
      const [next] = (yield* openAt(run, [path])).open
      if (next === undefined) {
        return yield* usage(`${path} was decided meanwhile`, { target: path, fix: "look at how, with runs_show" })
      }
      one = next
    }
    if (to === declined) last = problem
    to.push(path)
  }
  return { decided: done, declined, left: unasked, ...(last !== undefined && { problem: last }) } satisfies Asked
}, Effect.scoped)

const failures = ["McpReverseOperationError", "McpReverseOperationUnsupported"] as const
