import { go } from "../run/route.ts"
import { lazy } from "../ui/Lazy.tsx"
import { useKeys } from "../ui/keys.ts"
import { OutcomeView } from "./report/OutcomeView.tsx"
import { hrefOf, type Part, partOf, type PartProps, parts } from "./report/parts.ts"
import { useCoding } from "./report/useCoding.ts"

const CriteriaView = lazy(() => import("./report/CriteriaView.tsx").then(({ CriteriaView }) => CriteriaView))
const CodeView = lazy(() => import("./report/CodeView.tsx").then(({ CodeView }) => CodeView))
const RoundsView = lazy(() => import("./report/RoundsView.tsx").then(({ RoundsView }) => RoundsView))
const SpentView = lazy(() => import("./report/SpentView.tsx").then(({ SpentView }) => SpentView))

const names: Readonly<Record<Part, string>> = {
  outcome: "Outcome",
  criteria: "Criteria",
  code: "Code",
  rounds: "Rounds",
  spent: "Cost and time"
}

/** What a run came to, in parts; those of code only where the run writes some. */
export const ResultView = ({ at, store }: PartProps) => {
  const isCoding = useCoding(store) !== undefined
  const there = isCoding ? parts : (["outcome", "spent"] as const)
  const wanted = partOf(at)
  const part = there.find((one) => one === wanted) ?? "outcome"
  const move = (by: number) => {
    const next = there[(there.findIndex((one) => one === part) + by + there.length) % there.length]!
    store.wantsFocus.current = true
    go({ ...at, report: { part: next } }, { replace: true })
  }
  useKeys(at.step === undefined ? { "]": () => move(1), "[": () => move(-1) } : {})
  return (
    <>
      <nav class="tabs parts" aria-label="Parts of the result">
        {there.map((one) => (
          <a
            key={one}
            href={hrefOf(at, one === "outcome" ? {} : { part: one })}
            {...(one === part && { "aria-current": "page" })}
          >
            {names[one]}
          </a>
        ))}
      </nav>
      {part === "outcome" ? <OutcomeView at={at} store={store} /> : null}
      {part === "criteria" ? <CriteriaView at={at} store={store} /> : null}
      {part === "code" ? <CodeView at={at} store={store} /> : null}
      {part === "rounds" ? <RoundsView at={at} store={store} /> : null}
      {part === "spent" ? <SpentView at={at} store={store} /> : null}
    </>
  )
}
