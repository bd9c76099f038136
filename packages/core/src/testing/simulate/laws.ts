// What holds of a run in any world, beside a calm one of the same input.

import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import * as Fingerprint from "../../Fingerprint.ts"
import { isLlmError } from "../../LlmError.ts"
import * as StepPath from "../../StepPath.ts"
import { describeError } from "../../WorkflowError.ts"
import type { Execution } from "./base/execution.ts"
import { countOf, difference } from "./base/same.ts"
import { ownKeys } from "./keys.ts"
import { type Broken, type Receipt, told, type Trace } from "./base/trace.ts"
import type { Reason } from "./base/world.ts"

/** The law that a run completes to which nothing happens. */
export const completes = "a run completes in peace"

/** The calls that executions of each path make, by what they ask. */
export type Calls = ReadonlyMap<string, ReadonlyMap<string, number>>

const endOf = ({ lives }: Trace) =>
  lives.findLast(({ kind, outcome }) => kind !== "Again" && outcome !== undefined)?.outcome

export const stateOf = (trace: Trace) => endOf(trace)?.state

export const outputOf = (trace: Trace): unknown => {
  const ending = endOf(trace)?.ending
  return ending?._tag === "Completed" ? ending.output : undefined
}

/** Why a run did not complete, if it did not. */
export const whyNot = (trace: Trace): Pick<Broken, "path" | "happened"> | undefined => {
  const fault = trace.lives.find(({ fault }) => fault !== undefined)?.fault
  if (fault !== undefined) return { path: undefined, happened: `it cannot run: ${fault}` }
  const ending = endOf(trace)?.ending
  if (ending === undefined) return { path: undefined, happened: "it does not end" }
  if (ending._tag === "Completed") return undefined
  return { path: ending.path, happened: `it is ${ending._tag.toLowerCase()}: ${describeError(ending.reason).message}` }
}

const sameOutput = (calm: Trace, trace: Trace): Broken | undefined => {
  const law = "same output"
  if (trace.isAside) return undefined
  const not = whyNot(trace)
  if (not !== undefined) return { law, expected: "it completes, as a run to which nothing happens does", ...not }
  if (isElsewhere(calm, trace)) return undefined
  const record = ofRecords(calm, trace)
  if (record !== undefined) return record
  const differ = difference(outputOf(calm), outputOf(trace))
  return differ && { law, path: undefined, ...told(differ, "the output") }
}

/** What a path asked a model last. */
const askedAt = ({ receipts }: Trace, path: string): string | undefined =>
  receipts.findLast((it) => it.path === path)?.prompt

/** The first step that came to something else, though all before it did not. */
const ofRecords = (calm: Trace, trace: Trace): Broken | undefined => {
  const [before, after] = [endOf(calm)?.state, endOf(trace)?.state]
  if (before === undefined || after === undefined) return undefined
  const order = Object.entries(before.records).toSorted(([, a], [, b]) => (a.result?.at ?? 0) - (b.result?.at ?? 0))
  for (const [path, { result }] of order) {
    const other = after.records[path]?.result
    if (result === undefined) continue
    if (other === undefined) {
      return { law: "same output", path, expected: `${path} has a result`, happened: "it has none" }
    }
    const isSame = result.fingerprint.value === other.fingerprint.value
    const differ = difference(result.output, other.output)
    if (!isSame) {
      const parts = Fingerprint.changed(result.fingerprint, other.fingerprint).join(", ")
      const asked = difference(askedAt(calm, path), askedAt(trace, path))
      return {
        law: "same output",
        path,
        expected: `it is asked what it is asked in peace${asked === undefined ? "" : `: ${asked.expected}`}`,
        happened: `its ${parts} is another${asked === undefined ? "" : `: ${asked.found}`}`
      }
    }
    if (differ === undefined) continue
    const law = result.by === "code" ? "steps of code give the same for the same" : "same output"
    return { law, path, ...told(differ, "its output") }
  }
  return undefined
}

/** Whether what was outside is another, by results that say so. */
const isElsewhere = (calm: Trace, trace: Trace): boolean => {
  const after = stateOf(trace)?.records
  return Object.entries(stateOf(calm)?.records ?? {}).some(
    ([path, { result }]) =>
      calm.isOutward(path) && difference(result?.output, after?.[path]?.result?.output) !== undefined
  )
}

const leastWork = (calm: Trace, trace: Trace): Broken | undefined => {
  if (trace.isAside || isElsewhere(calm, trace)) return undefined
  if (whyNot(trace) !== undefined || calm.events.some(({ _tag }) => _tag === "StepFailed")) return undefined
  const of = ({ lives, receipts }: Trace, fates: ReadonlyArray<Receipt["fate"]>) =>
    receipts.filter(({ fate, life }) => fates.includes(fate) && lives[life]?.kind !== "Edited")
  const count = (receipts: ReadonlyArray<Receipt>) => countOf(receipts.map(({ key }) => key))
  const kept = of(trace, ["Kept"])
  const [wanted, least, most] = [count(of(calm, ["Kept"])), count(kept), count(of(trace, ["Kept", "Void"]))]
  for (const { asks, key, path } of [...kept, ...of(calm, ["Kept"])]) {
    const due = wanted.get(key) ?? 0
    const [few, many] = [least.get(key) ?? 0, most.get(key) ?? 0]
    if (few <= due && due <= many) continue
    return {
      law: "least work",
      path,
      expected: `the model is asked ${times(due)}, "${asks}"`,
      happened: `it is asked ${times(few > due ? few : many)}, what was in flight when a life ended not counted`
    }
  }
  return undefined
}

/** What a run asks after an edit: nothing that a fresh run would not ask. */
const askedAfterEdit = (fresh: Trace, { isAside, lives, receipts }: Trace): Broken | undefined => {
  if (isAside) return undefined
  const wanted = countOf(fresh.receipts.map(({ key }) => key))
  const found = new Map<string, number>()
  for (const { asks, key, life, path } of receipts) {
    if (lives[life]?.kind !== "Edited") continue
    const count = (found.get(key) ?? 0) + 1
    found.set(key, count)
    if (count <= (wanted.get(key) ?? 0)) continue
    return {
      law: "least work",
      path,
      expected: `after an edit the model is asked what a fresh run would ask, and no more`,
      happened: `it is asked ${times(count)}, "${asks}", and in a fresh run ${times(wanted.get(key) ?? 0)}`
    }
  }
  return undefined
}

const times = (count: number) =>
  count === 0 ? "never" : count === 1 ? "once" : count === 2 ? "twice" : `${count} times`

const nothingLost = ({ events, lives }: Trace): Broken | undefined => {
  for (const { before, from, kind, plan, to } of lives) {
    // after an edit other things may be asked
    if (before === undefined || kind === "Edited") continue
    for (const event of events.slice(from, to)) {
      if (event._tag !== "StepStarted" || before.records[event.path]?.result === undefined) continue
      const why = plan?.find(({ path }) => path === event.path)?.why
      return {
        law: "nothing is lost",
        path: event.path,
        expected: "the result that is in the journal is taken, as nothing changed",
        happened: `the step runs again${why === undefined || why === "" ? "" : `: ${why}`}`
      }
    }
  }
  return undefined
}

const planTold = ({ events, lives }: Trace): Broken | undefined => {
  for (const { from, plan, to } of lives) {
    if (plan === undefined) continue
    for (const event of events.slice(from, to)) {
      if (event._tag !== "StepStarted") continue
      const { path } = event
      const entry = plan.find((it) => it.path === path)
      const isForetold = plan.some((it) => it.action !== "reuse" && StepPath.matches(it.path, path))
      if (entry?.action !== "reuse" && isForetold) continue
      const said = entry === undefined ? "nothing" : `${entry.action} ${entry.why}`.trim()
      return { law: "the plan tells the truth", path, expected: `the plan says of it: ${said}`, happened: "it runs" }
    }
  }
  return undefined
}

const nothingToDo = ({ events, lives, receipts }: Trace): Broken | undefined => {
  const again = lives.findIndex(({ kind }) => kind === "Again")
  const life = lives[again]
  if (life === undefined) return undefined
  const law = "what is done is done"
  const expected = "a run that is complete, run again, does nothing"
  const receipt = receipts.find((it) => it.life === again)
  if (receipt !== undefined) return { law, path: receipt.path, expected, happened: `it asks "${receipt.asks}"` }
  const started = events.slice(life.from, life.to).find(({ _tag }) => _tag === "StepStarted")
  if (started?._tag === "StepStarted") return { law, path: started.path, expected, happened: "the step runs" }
  const ending = life.outcome?.ending
  const before = lives[again - 1]?.outcome?.ending
  if (ending?._tag !== "Completed" || before?._tag !== "Completed") {
    return { law, path: undefined, expected, happened: life.fault ?? "it does not complete" }
  }
  const differ = difference(before.output, ending.output)
  return differ && { law, path: undefined, ...told(differ, "the output") }
}

/** That nobody asks again but who retries: more calls than in peace, in one execution of a step. */
export const oneRetry = (calm: Calls, { calls, path, spoilt }: Execution): Broken | undefined => {
  const known = calm.get(path)
  if (known === undefined) return undefined
  for (const [key, count] of calls) {
    const wanted = known.get(key)
    if (wanted === undefined || count <= wanted + (spoilt.get(key) ?? 0)) continue
    return {
      law: "retries have one owner",
      path,
      expected: `it makes ${wanted === 1 ? "one call" : `${wanted} calls`}, and passes an error on: the client retries, nobody else`,
      happened: `it makes ${count} calls that ask the same, one after another or at once`
    }
  }
  return undefined
}

/** That a run goes as it went, however many others there were in between: in one process, or in a new one. */
export const fromNothing = (first: Trace, again: Trace): ReadonlyArray<Broken> => {
  const law = "a process starts from nothing"
  const [one, other] = [whyNot(first), whyNot(again)]
  const expected = "a run goes as it did before others ran"
  if (one !== undefined || other !== undefined) {
    const isSame = one?.path === other?.path && one?.happened === other?.happened
    return isSame
      ? []
      : [{ law, path: other?.path ?? one?.path, expected, happened: other?.happened ?? "it completes" }]
  }
  return [sameOutput(first, again)]
    .filter((broken) => broken !== undefined)
    .map(({ expected, happened, path }) => ({
      law,
      path,
      expected: `a run goes as it did before others ran: ${expected}`,
      happened: `${happened}, by what others left behind, in a variable outside, say`
    }))
}

/** What a step of code reads outside, its key tells: where it does not, another result answers the same. */
export const keyTells = (calm: Trace, changed: Trace): ReadonlyArray<Broken> =>
  Object.entries(endOf(calm)?.state.records ?? {}).flatMap(([path, { result }]): ReadonlyArray<Broken> => {
    const other = endOf(changed)?.state.records[path]?.result
    // who says whether a result still holds needs no key for that
    if (calm.isOutward(path)) return []
    if (result?.by !== "code" || other?.fingerprint.value !== result.fingerprint.value) return []
    const differ = difference(result.output, other.output)
    if (differ === undefined) return []
    const { expected, happened } = told(differ, "its output")
    return [
      {
        law: "a key tells what is read",
        path,
        expected: `what is outside changes no result that is recorded: ${expected}`,
        happened: `after a change outside ${happened}, and its key is the same: what it reads belongs into its key`
      }
    ]
  })

/** That what is outside in another version is at worst an error that a step foresees. */
export const foreseen = ({ events }: Trace): ReadonlyArray<Broken> =>
  events
    .flatMap((event) => (event._tag === "StepFailed" && event.tag === "Defect" ? [event] : []))
    .slice(0, 1)
    .map(({ message, path }) => ({
      law: completes,
      path,
      expected: "it does what it does for what is outside in any version, or fails with an error of its own",
      happened: `after a change outside it dies: ${message}`
    }))

/** What may be the request's own fault: a step may ask for less, or do without. */
const ofTheRequest: ReadonlySet<Reason> = new Set(["ContextLengthExceeded", "ContentRefused", "InvalidRequest"])

/** What suspends a run, and has to be seen as what it is. */
const suspending: ReadonlySet<Reason> = new Set(["BudgetExceeded", "QuotaExhausted"])

/** That who cannot ask a model says so: an error that nobody sees hides that a budget is used up. */
export const passedOn = ({ failed, path }: Execution, exit: Exit.Exit<unknown, unknown>): Broken | undefined => {
  const law = "errors are passed on"
  if (Exit.isSuccess(exit)) {
    const reason = failed.find((reason) => !ofTheRequest.has(reason))
    return reason === undefined
      ? undefined
      : {
          law,
          path,
          expected: `it fails when its call of the model fails with ${reason}`,
          happened: "it succeeds: the error was swallowed, and a run goes on that should stop"
        }
  }
  const reason = failed.find((reason) => suspending.has(reason))
  if (reason === undefined || Cause.hasInterruptsOnly(exit.cause)) return undefined
  const error = Cause.squash(exit.cause)
  if (Cause.hasFails(exit.cause) && isLlmError(error) && error.isSuspending) return undefined
  return {
    law,
    path,
    expected: `it fails with the LlmError of its call, ${reason}, for which a run is suspended`,
    happened: `it fails with another error, ${describeError(error).tag}, for which a run fails`
  }
}

/** The laws that do not hold of a run which was edited, where `fresh` is one of what it was edited to, if it can be told. */
export const brokenAfterEdit = (calm: Trace, fresh: Trace | undefined, trace: Trace): ReadonlyArray<Broken> =>
  [
    ...trace.broken,
    ownKeys(calm, trace),
    nothingToDo(trace),
    nothingLost(trace),
    planTold(trace),
    fresh && sameOutput(fresh, trace),
    leastWork(calm, trace),
    fresh && askedAfterEdit(fresh, trace)
  ].filter((broken) => broken !== undefined)

/** The laws that do not hold of a run, the gravest first. */
export const brokenIn = (calm: Trace, trace: Trace): ReadonlyArray<Broken> =>
  [
    ...trace.broken,
    nothingToDo(trace),
    nothingLost(trace),
    planTold(trace),
    sameOutput(calm, trace),
    leastWork(calm, trace)
  ].filter((broken) => broken !== undefined)
