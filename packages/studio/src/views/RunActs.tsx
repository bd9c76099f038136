import { useId, useRef } from "preact/hooks"
import { useSignal } from "@preact/signals"
import * as acts from "../run/acts.ts"
import { go } from "../run/route.ts"
import { server } from "../run/server.ts"
import type { Store } from "../run/store.ts"
import { usd } from "../model/figures.ts"
import { Button } from "../ui/Button.tsx"
import { useKeys } from "../ui/keys.ts"
import { ProblemBox } from "../ui/ProblemBox.tsx"
import type { RunRoute } from "./RunView.tsx"

/** What lets a run go on, with what it may spend then. */
export const GoOn = ({ id, store }: { readonly store: Store; readonly id?: string }) => {
  const cap = useSignal("")
  const field = useId()
  const button = id ?? `${field}:go`
  const { doing } = acts
  const why = doing.value ?? acts.whyNotOn(store.status.value, store.standing.value?.error?.code)
  const text = cap.value.trim()
  const amount = text === "" ? undefined : Number(text)
  const isWrong = amount !== undefined && !(amount > 0 && Number.isFinite(amount))
  const go = () => {
    if (isWrong) document.getElementById(field)?.focus()
    else void acts.goOn(store, amount)
  }
  return (
    <>
      <Button id={button} why={why} onPress={go}>
        Go on
      </Button>
      {why === undefined ? (
        <span class="act">
          <label for={field}>for at most, in USD</label>
          <input
            id={field}
            class="cap"
            type="text"
            inputMode="decimal"
            value={cap.value}
            {...(isWrong && { "aria-invalid": true, "aria-describedby": `${field}:wrong` })}
            onInput={(event) => void (cap.value = event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter") return
              // the field is there while it can go on
              if (!isWrong) document.getElementById(button)?.focus()
              go()
            }}
          />
          {isWrong ? (
            <span class="wrong" id={`${field}:wrong`}>
              must be an amount
            </span>
          ) : null}
        </span>
      ) : null}
    </>
  )
}

const to = (id: string) => () => document.getElementById(id)?.focus()

/** Keys that bring the focus to what acts. */
const useActKeys = (at: RunRoute, store: Store) =>
  useKeys({
    d: () => {
      const undecided = [...store.steps.value.values()].filter(({ status }) => status === "undecided")
      const next = undecided[(undecided.findIndex(({ path }) => path === at.step) + 1) % undecided.length]
      if (next === undefined) return
      if (next.path === at.step && at.tab === "summary") return acts.toForm()
      acts.wantsForm.current = true
      go({ ...at, step: next.path, tab: "summary" })
    },
    g: to("go-on"),
    x: to("cancel"),
    r: to("run-step")
  })

/** What may be done with a run. */
export const RunActs = ({ at, store }: { readonly store: Store; readonly at: RunRoute }) => {
  useActKeys(at, store)
  const { doing, refusal } = acts
  const isLive = store.status.value === "RUNNING"
  const { maxUsd } = server.value ?? {}
  const refused = refusal.value?.run === store.run ? refusal.value.problem : undefined
  const isThere = useRef(false)
  // a run that is done leaves nothing to do but with its steps; what has the focus while it comes to its end stays
  if (store.status.value !== "COMPLETED") isThere.current = true
  if (!isThere.current) return null
  return (
    <>
      <div class="bar thin acts" role="group" aria-label="What may be done">
        <GoOn store={store} id="go-on" />
        <Button
          id="cancel"
          why={isLive ? doing.value : "no process works on it"}
          onPress={() => void acts.cancel(store)}
        >
          Cancel
        </Button>
      </div>
      {refused === undefined ? null : (
        <>
          <ProblemBox problem={refused} />
          {refused.code === "BudgetExceeded" && maxUsd !== null && maxUsd !== undefined ? (
            <p class="inset quiet">
              All that is begun from this server may spend {usd(maxUsd)} together. Say a smaller amount beside “Go on”.
            </p>
          ) : null}
        </>
      )}
    </>
  )
}
