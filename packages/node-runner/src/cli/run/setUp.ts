import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Path from "effect/Path"
import type * as FileSystem from "effect/FileSystem"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Struct from "effect/Struct"
import * as StepPath from "@stepwright/core/StepPath"
import * as Workflow from "@stepwright/core/Workflow"
import { describeError } from "@stepwright/core/WorkflowError"
import * as Prices from "@stepwright/llm/Prices"
import * as answering from "../../internal/services/answering.ts"
import { missing, modelName } from "../../internal/services/models.ts"
import { type CliError, configuration, usage } from "../base/cliError.ts"
import { oneLine } from "../base/format.ts"
import { Configuration } from "../config/configuration.ts"
import { sourced } from "../config/sourced.ts"
import * as asked from "./asked.ts"
import { checkDelivered } from "./checkFolder.ts"
import { pending } from "./pending.ts"
import * as runLayer from "./runLayer.ts"
import type { Session } from "./session.ts"
import type { RunSettings } from "./settings.ts"
import * as usedUp from "./usedUp.ts"

export interface Options {
  readonly force?: boolean
  /** What the settings were so far. */
  readonly before?: RunSettings
  /** The one step that is to be executed; all that is left unless given. */
  readonly path?: string
}

/** What a run works with, built once, and what of its caps is used up so far. */
export interface SetUp {
  readonly services: Context.Context<runLayer.Services>
  readonly usedUp: usedUp.UsedUp
}

/**
 * Makes ready what a run works with, before anything is done: what is wrong with its settings fails here.
 */
export const setUp = Effect.fnUntraced(function* (
  self: Pick<Session, "events" | "loaded" | "settings"> & Partial<Session>,
  { before = self.settings, path, ...options }: Options = {}
): Effect.fn.Return<SetUp, unknown, FileSystem.FileSystem | Path.Path | Scope.Scope> {
  const { events, run = "", settings } = self
  const { maxCalls, maxTokens, maxUsd, relay } = settings
  if (maxUsd !== undefined && relay !== undefined) {
    const fix = "leave one of them out"
    return yield* usage("--max-usd caps what a model costs, and --relay asks none", { target: "--max-usd", fix })
  }
  const isExact = maxCalls !== undefined || maxTokens !== undefined || maxUsd !== undefined
  const used = yield* usedUp.of(run, events, {
    ...(yield* countingOf(settings)),
    before: yield* modelName(before),
    isExact
  })
  if (maxUsd !== undefined && used.unpriced().length > 0) {
    const names = used.unpriced().join(", ")
    yield* Effect.logWarning(
      `no price is known for ${names}, asked before: what is spent counts at the dearest price there is; add it with --prices`
    )
  }
  const named = yield* aliasesOf(self)
  const origins = self.state === undefined ? [] : yield* asked.before(self.state)
  const known = { ...named, asked: yield* asked.inEvents([...origins, ...events]) }
  const build = (by: RunSettings) =>
    Layer.build(
      runLayer.make({ ...self, settings: by }, { ...options, ...known, ...(isExact && { spent: used.spent() }) })
    )
  const services = yield* build(settings).pipe(
    // what calls nothing needs no price
    Effect.catchIf(isUnknownPrice, (error) =>
      Effect.flatMap(options.force === true ? Effect.succeed(false) : callsNothing(self, path), (isIdle) =>
        isIdle ? build(Struct.omit(settings, ["maxUsd"])) : Effect.fail(error)
      )
    ),
    explained(settings)
  )
  return { services, usedUp: used }
})

/** Whether all that is asked for has results that still hold. */
const callsNothing = ({ loaded, settings, state }: Parameters<typeof setUp>[0], path: string | undefined) =>
  state === undefined
    ? Effect.succeed(false)
    : Effect.map(
        pending({ loaded, settings, state }),
        (entries) => entries?.every((entry) => path !== undefined && !StepPath.matches(entry.path, path)) === true
      )

/** Refuses an `out` that nobody can write, where a step of the workflow delivers files. */
export const checkOut = (
  { workflow }: Session["loaded"],
  { out }: RunSettings
): Effect.Effect<void, CliError, FileSystem.FileSystem | Path.Path> =>
  Workflow.steps(workflow).some(({ step }) => step.produces === "files")
    ? checkDelivered("files are delivered into", out, { fix: "choose another with --out" })
    : Effect.void

/** The models that the steps of a run name, as its state configures them, and those that perhaps nothing asks. */
const aliasesOf = ({ loaded, state }: Pick<Session, "loaded"> & Partial<Session>) =>
  Effect.map(Workflow.configure(loaded.workflow, state?.config ?? {}), (workflow) => {
    const steps = Workflow.steps(workflow)
    const namesOf = (some: typeof steps) => some.flatMap(({ step }) => step.model?.models ?? [])
    const sure = new Set(namesOf(steps.filter(({ occurs }) => occurs !== "perhaps")))
    const aliases = namesOf(steps)
    return { aliases, perhaps: aliases.filter((alias) => !sure.has(alias)) }
  })

/** An error of a cassette that cannot be replayed, or of a cap that cannot be kept, with what to do about it. */
export const explained =
  (settings: Pick<RunSettings, "replay" | "maxUsd">) =>
  <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E | CliError, R | Path.Path> =>
    Effect.catch(self, (error) => Effect.flatMap(capOf(settings), (at) => Effect.fail(inWords(settings, at)(error))))

/** Where a file says the cap in USD, if one does. */
const capOf = Effect.fnUntraced(function* ({ maxUsd }: Pick<RunSettings, "maxUsd">) {
  const said = yield* Effect.orElseSucceed(sourced(yield* Configuration, "maxUsd"), () => undefined)
  const isOfFile = said?.source === "project" || said?.source === "user"
  return isOfFile && said.value === maxUsd ? said.at : undefined
})

const inWords =
  ({ replay }: Pick<RunSettings, "replay">, at: string | undefined) =>
  <E>(error: E): E | CliError => {
    if (replay !== undefined && Predicate.isTagged(error, "CassetteError")) {
      const fix = "record one with --record"
      return configuration(oneLine(describeError(error).message), { target: replay, fix, cause: error })
    }
    if (isUnknownPrice(error)) {
      const names = [...new Set(error.models)].join(", ")
      if (at !== undefined) {
        const fix = "say it there, by `price` of the model or in a table that `prices` names, or leave budget.usd out"
        return configuration(`${at}: budget.usd: no price is known for ${names}`, {
          target: "budget.usd",
          fix,
          cause: error
        })
      }
      const fix = `add it to the table of prices (of ${error.date}) with --prices, or leave out --max-usd`
      return configuration(`no price is known for ${names}`, { target: "--max-usd", fix, cause: error })
    }
    return error
  }

const isUnknownPrice = Schema.is(Prices.UnknownPrice)

/** Refuses models that would be asked without a key, or at an address that is none; nobody is asked. */
export const checkModels = Effect.fnUntraced(function* (settings: answering.Answering, aliases: ReadonlyArray<string>) {
  if (settings.relay !== undefined || settings.replay !== undefined) return
  const reason = yield* missing(settings, aliases)
  if (reason === undefined) return
  const otherwise = reason._tag === "Unauthenticated" ? ", or use --replay or --relay" : ""
  return yield* configuration(`${reason.detail}${otherwise}`)
})

/** Refuses to start a run that is sure to ask a model without its key, or with an address that is none. */
export const checkKey = Effect.fnUntraced(function* (loaded: Session["loaded"], settings: answering.Options) {
  if (loaded.hasLayer) return
  const sure = Workflow.steps(loaded.workflow).filter(({ occurs }) => occurs === "always")
  yield* checkModels(
    settings,
    sure.flatMap(({ step }) => step.model?.models.slice(0, 1) ?? [])
  )
})

/** Refuses what cannot answer, without anything else of a run. */
export const checkAnswering = (told: answering.Answering) =>
  explained(told)(Effect.scoped(Layer.build(answering.layer(told))))

/** With what it is counted what a run used up. */
const countingOf = Effect.fnUntraced(function* (settings: RunSettings) {
  return {
    isRelay: settings.relay !== undefined,
    model: yield* modelName(settings),
    prices: yield* answering.pricesOf(settings)
  }
})

/** What the requests of a run to providers cost, where that is known. **Units** USD. */
export const costOf = (self: Counted) => Effect.map(usedUpBy(self, false), (used) => used?.cost())

/** The same of each step that asked a provider, by its path; `null`: that is not known. **Units** USD. */
export const costsOf = Effect.fnUntraced(function* ({ events, run, settings }: Counted) {
  const asked = Map.groupBy(
    events.filter((event) => "path" in event),
    ({ path }) => path
  )
  const options = yield* Effect.orElseSucceed(countingOf(settings), () => undefined)
  const costs: Array<{ readonly path: string; readonly usd: number | null }> = []
  for (const [path, own] of asked) {
    if (!own.some(({ _tag }) => _tag === "RequestStarted")) continue
    const used = options && (yield* usedUp.of(run, own, { ...options, isExact: false }))
    costs.push({ path, usd: used?.cost() ?? null })
  }
  return costs
})

/** What of a cap in USD the requests of a run have used up: what nobody said of one counts with its upper bound. */
export const spentBy = (self: Counted) => Effect.map(usedUpBy(self, true), (used) => used?.spent().usd ?? 0)

type Counted = Pick<Session, "events" | "run" | "settings">

/** What a run has used up, where that can be counted. */
const usedUpBy = ({ events, run, settings }: Counted, isExact: boolean) =>
  countingOf(settings).pipe(
    Effect.flatMap((options) => usedUp.of(run, events, { ...options, isExact })),
    Effect.orElseSucceed(() => undefined)
  )
