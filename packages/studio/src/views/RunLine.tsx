import type * as client from "../api/client.ts"
import { tokens } from "../model/figures.ts"
import { ofRun } from "../model/look.ts"
import { ofRun as routeOf, print } from "../run/route.ts"
import { Mark } from "../ui/Mark.tsx"
import { PathName } from "../ui/PathName.tsx"
import { Age } from "../ui/Time.tsx"
import { px } from "../ui/useWindow.ts"

interface LineProps {
  readonly run: client.Listed
  readonly index: number
  readonly height: number
  readonly isActive: boolean
  readonly isMarked: boolean
  readonly onMark: () => void
  readonly now: number
  readonly onFocus: () => void
}

/** A run of the list. */
export const RunLine = ({ height, index, isActive, isMarked, now, onFocus, onMark, run }: LineProps) => {
  const link = (
    <>
      <input
        type="checkbox"
        class="pick"
        tabIndex={-1}
        checked={isMarked}
        onChange={onMark}
        aria-label={`mark ${run.run}, to compare it`}
      />
      <a id={`run:${run.run}`} href={print(routeOf(run.run))} onFocus={onFocus}>
        {run.run}
      </a>
    </>
  )
  const props = { class: isActive ? "active" : "", "aria-rowindex": index, style: { height: px(height) } }
  if ("error" in run) {
    return (
      <tr {...props}>
        <td>
          <span class="status">
            <Mark look="failed" />
            <span class="word">unreadable</span>
          </span>
        </td>
        <td class="mono">{link}</td>
        <td colSpan={5} class="quiet cut">
          {run.error}
        </td>
      </tr>
    )
  }
  return (
    <tr {...props}>
      <td>
        <span class="status">
          <Mark look={ofRun[run.status]} />
          <span class="word">{run.status.toLowerCase().replace("_", " ")}</span>
        </span>
      </td>
      <td class="mono">{link}</td>
      <td class="cut" title={run.waits?.message}>
        {run.workflow}
        {run.waits == null || run.waits.path === "" ? null : (
          <span class="quiet">
            , at <PathName path={run.waits.path} />
          </span>
        )}
      </td>
      <td class="number wide">{run.steps.toLocaleString("en")}</td>
      <td class="number wide">{run.replies === 0 ? "–" : run.replies.toLocaleString("en")}</td>
      <td class="number wide">{run.replies === 0 ? "–" : (tokens(run.tokens) ?? "unknown")}</td>
      <td class="number">
        <Age at={run.updatedAt} now={now} />
      </td>
    </tr>
  )
}
