import type { PlanEntry } from "../../api/client.ts"
import { things, usd } from "../../model/figures.ts"
import { PathName } from "../../ui/PathName.tsx"
import { ProblemBox } from "../../ui/ProblemBox.tsx"
import type { Planned } from "./usePlan.ts"

const words: Readonly<Record<PlanEntry["action"], string>> = {
  run: "runs",
  perhaps: "perhaps",
  decide: "to decide",
  reuse: "reused"
}

/** What would run with the edits, why, and what that cost last time. */
export const PlanBox = ({ isOld, plan, problem }: Planned) => {
  const of = (action: PlanEntry["action"]) => plan?.filter((entry) => entry.action === action) ?? []
  const pending = plan?.filter(({ action }) => action !== "reuse") ?? []
  const known = pending.filter((entry) => entry.usd !== undefined)
  const cost = known.reduce((sum, entry) => sum + (entry.usd ?? 0), 0)
  const summary =
    plan === undefined
      ? ""
      : [
          `${things(of("run").length, "step")} would run`,
          ...(of("perhaps").length > 0 ? [`${of("perhaps").length} perhaps`] : []),
          ...(of("decide").length > 0 ? [`${of("decide").length} to be decided`] : []),
          `${of("reuse").length} reused`
        ].join(", ")
  return (
    <section class="plan" aria-labelledby="plan" aria-busy={isOld}>
      <h2 id="plan">What would run</h2>
      <p role="status">
        {plan === undefined ? (isOld && problem === undefined ? "…" : "") : summary}
        {known.length === 0 ? "" : `; what is known cost ${usd(cost)} last time`}
        {plan === undefined || !isOld ? "" : " …"}
      </p>
      {problem === undefined ? null : <ProblemBox problem={problem} />}
      {pending.length === 0 ? null : (
        <table class="attempts">
          <thead>
            <tr>
              <th scope="col">Step</th>
              <th scope="col">What</th>
              <th scope="col">Why</th>
              <th scope="col" class="number">
                Last time
              </th>
            </tr>
          </thead>
          <tbody>
            {pending.map((entry) => (
              <tr key={entry.path}>
                <td>
                  <PathName path={entry.path} />
                </td>
                <td>{words[entry.action]}</td>
                <td class="quiet">{entry.why}</td>
                <td class="number">{entry.usd === undefined ? "–" : usd(entry.usd)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {of("reuse").length === 0 ? null : (
        <details>
          <summary>{things(of("reuse").length, "result")} reused</summary>
          <ul class="notes">
            {of("reuse").map(({ path, why }) => (
              <li key={path}>
                <PathName path={path} />
                {why === "" ? null : <span class="quiet">, {why}</span>}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}
