import { useSignal } from "@preact/signals"
import type { PlanEntry } from "../../api/client.ts"
import { things, tokens } from "../../model/figures.ts"
import { waiting } from "../../model/standing.ts"
import * as acts from "../../run/acts.ts"
import type { Store } from "../../run/store.ts"
import { Button } from "../../ui/Button.tsx"
import { Confirm } from "../../ui/Confirm.tsx"

interface Props {
  readonly store: Store
  readonly path: string
  readonly planned: PlanEntry | undefined
}

/** What runs one step. A new result of one that has its own already is asked for once more where that costs something. */
export const StepActs = ({ path, planned, store }: Props) => {
  const isAsked = useSignal(false)
  const standing = store.steps.value.get(path) ?? waiting(path)
  // a result that does not hold any more gives way to a new one
  const isAgain = standing.status === "done" && planned?.action !== "run"
  const why = store.status.value === "RUNNING" ? "the run goes on: wait, or cancel it" : acts.doing.value
  const run = () => void acts.step(store, path, isAgain)
  return (
    <p class="acts">
      <Button
        id="run-step"
        why={why}
        onPress={() => {
          if (isAgain && standing.replies > 0) isAsked.value = true
          else run()
        }}
      >
        {isAgain ? "Run it again" : "Run this step"}
      </Button>
      {isAsked.value ? (
        <Confirm
          title="Run it again?"
          does="run it again"
          onDo={run}
          onClose={() => {
            isAsked.value = false
            document.getElementById("run-step")?.focus()
          }}
        >
          <p>
            It has a result, which took {things(standing.replies, "reply", "replies")}
            {tokens(standing.tokens) === undefined ? "" : ` (${tokens(standing.tokens)} tokens)`}. The model is asked
            anew, and that is paid for once more.
          </p>
        </Confirm>
      ) : null}
    </p>
  )
}
