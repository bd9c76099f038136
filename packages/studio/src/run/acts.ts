import { signal } from "@preact/signals"
import * as client from "../api/client.ts"
import * as edits from "../api/edits.ts"
import type { RunStatus } from "../model/look.ts"
import * as said from "./said.ts"
import type { Store } from "./store.ts"

// what is done with the run that is seen: one thing at a time

/** What is being asked of the server, in words. */
export const doing = signal<string | undefined>(undefined)

/** Why the last thing was not done, and of which run. */
export const refusal = signal<{ readonly run: string; readonly problem: client.Problem } | undefined>(undefined)

/** Whether the form of the gate that comes to be seen is to have the focus. */
export const wantsForm = { current: false }

/** Where the form of a gate is. */
export const gateForm = "gate"

/** Gives the focus to the form of the gate that is seen. */
export const toForm = (): void => {
  wantsForm.current = false
  const form = document.getElementById(`${gateForm}:form`)
  const first = form?.querySelector<HTMLElement>("textarea, input:not([hidden]), select") ?? form
  first?.focus()
}

const refuse = (run: string, error: unknown) => {
  refusal.value = { run, problem: client.problemOf(error) }
}

/** Does something, and says so; `done`: what it comes to. */
const does = async (store: Store, now: string, done: string, act: (run: string) => Promise<unknown>): Promise<void> => {
  if (doing.peek() !== undefined) return
  doing.value = now
  refusal.value = undefined
  try {
    await act(store.run)
    said.now(`${done}.`)
    store.look()
  } catch (error) {
    refuse(store.run, error)
  } finally {
    doing.value = undefined
  }
}

/** Lets a run go on. `maxUsd`: what it may spend from now on. */
export const goOn = (store: Store, maxUsd: number | undefined) =>
  does(store, "it is asked to go on", "the run goes on", (run) =>
    client.resume(run, { ...(maxUsd !== undefined && { maxUsd }) })
  )

export const cancel = (store: Store) =>
  does(store, "it is being cancelled", "the run is cancelled", (run) => client.cancel(run, {}))

/** Runs one step; `isAnew`: whatever result it has. */
export const step = (store: Store, path: string, isAnew: boolean) =>
  does(store, `${path} is asked to run`, `${path} runs`, (run) =>
    client.step(run, { path, ...(isAnew && { force: true }) })
  )

/**
 * Makes a run with edits, goes on with it where that is wanted, and tells its id. It is there where it may not go on, too:
 * why not is said where it is seen.
 */
export const fork = async (run: string, draft: edits.Edits, isRun: boolean): Promise<string> => {
  const made = await edits.fork(run, draft)
  const isStarted =
    isRun &&
    (await client.resume(made.run, {}).then(
      () => true,
      (error: unknown) => {
        refuse(made.run, error)
        return false
      }
    ))
  said.now(`run ${made.run} is ${isStarted ? "started" : "there"}`)
  return made.run
}

/** Why a run cannot go on now. */
export const whyNotOn = (status: RunStatus | undefined, code: string | undefined): string | undefined => {
  if (status === "RUNNING") return "it goes on already"
  if (status === "COMPLETED") return "it is complete"
  return status === "SUSPENDED" && code === "Undecided" ? "it waits for a decision" : undefined
}
