import { useId } from "preact/hooks"
import { useSignal } from "@preact/signals"
import * as acts from "../run/acts.ts"
import { server } from "../run/server.ts"
import type { Store } from "../run/store.ts"
import { usd } from "../model/figures.ts"
import { Button } from "../ui/Button.tsx"
import { ProblemBox } from "../ui/ProblemBox.tsx"

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

/** What may be done with a run. */
export const RunActs = ({ store }: { readonly store: Store }) => {
  const { doing, refusal } = acts
  const isLive = store.status.value === "RUNNING"
  const { maxUsd } = server.value ?? {}
  const refused = refusal.value?.run === store.run ? refusal.value.problem : undefined
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
