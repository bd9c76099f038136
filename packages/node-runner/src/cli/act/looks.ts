// What can be seen of runs by a server, besides how they stand.

import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Journal } from "@stepwright/core/Journal"
import * as StandardSchema from "@stepwright/core/StandardSchema"
import * as Workflow from "@stepwright/core/Workflow"
import { Workspace, type Written } from "@stepwright/core/Workspace"
import * as services from "../../internal/services/layers.ts"
import * as ServerApi from "../../ServerApi.ts"
import { effective } from "../config/effective.ts"
import { edited, type Edits, isEmpty } from "../edit/edits.ts"
import { sourcesOf } from "../edit/sources.ts"
import { screen as screenOf } from "../base/terminal.ts"
import * as workflowModule from "../module/workflowModule.ts"
import { priced } from "../go/lastCost.ts"
import * as stepPath from "../path/stepPath.ts"
import * as pending from "../run/pending.ts"
import * as runFolder from "../run/runFolder.ts"
import * as session from "../run/session.ts"
import { inText, messagesIn, replyAt } from "../view/asked.ts"
import * as standing from "../view/standing.ts"
import * as standingNow from "../view/standingNow.ts"
import { statusLabel } from "../view/statusLabel.ts"
import { byFiles, ofOffered, runOf } from "./acts.ts"
import { Offered } from "./offered.ts"
import { questionsIn } from "./questions.ts"
import { costsOf } from "../run/setUp.ts"
import { standardSettings } from "../run/settings.ts"
import { say } from "./problems.ts"

/** What a workflow is, for a list. */
export const described = Effect.fnUntraced(function* (loaded: workflowModule.Loaded) {
  const { module, name } = yield* workflowModule.reference(loaded)
  const { workflow } = loaded
  const source = module === undefined ? undefined : name === undefined ? module : `${module}#${name}`
  return { name: workflow.name, version: workflow.version, ...(source !== undefined && { source }) }
})

/** What a workflow is, with all its steps. */
export const detailsOf = Effect.fnUntraced(function* (loaded: workflowModule.Loaded) {
  const { workflow } = loaded
  return {
    ...(yield* described(loaded)),
    input: StandardSchema.jsonSchema(workflow.input),
    // what describes a workflow is JSON
    definition: Workflow.describe(workflow) as never,
    mermaid: Workflow.toMermaid(workflow)
  }
})

/** What a run would do. */
export const planOf = (reference: string) =>
  ofOffered(reference, (run) => Effect.flatMap(session.open(run), pending.planOf))

/** The same with edits, and with what each step that may run cost when it was asked last. */
export const pricedPlanOf = (reference: string, edits: Edits = {}) =>
  ofOffered(
    reference,
    Effect.fnUntraced(function* (run) {
      const opened = yield* session.open(run)
      const state = isEmpty(edits) ? opened.state : yield* edited(opened, edits)
      return yield* priced(opened, yield* pending.planOf({ ...opened, state }))
    })
  )

/** What each step of a run cost that asked a provider, whether its workflow is offered or not. */
export const costs = Effect.fnUntraced(function* (run: string) {
  const { events } = yield* runFolder.load(run)
  const kept = (yield* runFolder.settingsToLookAt(run, { isQuiet: true })) ?? standardSettings(run)
  const settings = yield* Effect.orElseSucceed(effective(kept), () => kept)
  return yield* costsOf({ run, events, settings })
})

/** Where the texts of the steps of a workflow stand. */
export const sourcesIn = (workflow: string) => byFiles(workflow, sourcesOf)

/** The gates that wait, with what a decision is like. */
export const gatesOf = (reference: string) =>
  ofOffered(
    reference,
    Effect.fnUntraced(function* (run) {
      const opened = yield* session.open(run)
      const { workflow } = opened.loaded
      return questionsIn(workflow, yield* pending.planOf(opened), opened.state)
    })
  )

/** What comes of a run, once it goes on. */
export const outlookOf = (reference: string) =>
  ofOffered(
    reference,
    Effect.fnUntraced(function* (run) {
      return { run, ...pending.outlookOf(yield* pending.planOf(yield* session.open(run))) }
    })
  )

/** A run by the workflow that the server has of its name, or without one. */
export const standingOf = Effect.fnUntraced(function* (run: string) {
  const offered = yield* Offered
  return yield* standingNow.by(run, (_, { workflow }) => Effect.orElseSucceed(offered.get(workflow), () => undefined))
})

/** The report of a run that it delivers itself. */
const ownReport = "report.md"

/** What a person reads of a run, and where it delivered a report of its own, that. */
export const reportOf = Effect.fnUntraced(function* (reference: string) {
  const run = yield* runOf(reference)
  const { again, self, settings } = yield* standingOf(run)
  const { isLive, result, state } = self
  const now = isLive ? yield* Clock.currentTimeMillis : undefined
  const document = yield* Effect.option(fileOf(result.files, settings.out, ownReport))
  return {
    run,
    status: statusLabel(state, isLive),
    text: standing.text(self, plain, now, settings.out, again),
    ...(Option.isSome(document) && { document: document.value })
  }
})

/** What a text is made for that is shown nowhere yet. */
const plain = screenOf({ isTTY: false, columns: 100, rows: 0, write: () => true }, {})

/** What a model was asked at a step last, or what it replied, as a person reads it. */
export const askedAt = Effect.fnUntraced(function* (run: string, given: string, what: "prompt" | "reply") {
  const { events, state } = yield* runFolder.load(run)
  const path = stepPath.resolve(given, undefined, state)
  const replied = replyAt(events, state, path)
  if (replied === undefined) {
    return yield* new ServerApi.NotFound(say("NotFound", `no reply of a model is kept at ${path}`, path))
  }
  const text = yield* (yield* Journal).getText(run, replied[what])
  const messages = what === "prompt" ? messagesIn(text) : undefined
  return messages === undefined ? text : inText(messages)
})

/** The text of a file that a run delivered, as it is by now; of no other. */
export const fileOf = Effect.fnUntraced(function* (files: ReadonlyArray<Written>, out: string, path: string) {
  const file = files.find((one) => one.path === path)
  const text =
    file === undefined
      ? undefined
      : yield* Effect.provide(
          Effect.flatMap(Workspace, ({ read }) => read(file.beside ?? path)),
          services.workspace(out, false)
        )
  if (text !== undefined) return text
  return yield* new ServerApi.NotFound(say("NotFound", `the run has delivered no file ${path}`, path))
})
