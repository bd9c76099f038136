import { useRef } from "preact/hooks"
import { things } from "../../model/figures.ts"
import { print } from "../../run/route.ts"
import { Mark } from "../../ui/Mark.tsx"
import { PathName } from "../../ui/PathName.tsx"
import { useFocus } from "../../ui/useFocus.ts"
import { hrefOf, type PartProps } from "./parts.ts"
import { useCoding, useLinks } from "./useCoding.ts"

const outcomes = {
  written: "written",
  unchanged: "as it was",
  removed: "removed",
  kept: "changed by a person, and left so"
} as const

/** What a run came to: what it waits for, files, tests, and what a person should know. */
export const OutcomeView = ({ at, store }: PartProps) => {
  const ref = useRef<HTMLDivElement>(null)
  useFocus(ref, store.wantsFocus)
  const links = useLinks(useCoding(store))
  const standing = store.standing.value
  if (standing === undefined) return null
  const { changed, error, files, notes, out, red, tests, undecided = [] } = standing
  const isEmpty =
    files.length + notes.length + red.length + undecided.length === 0 && tests === null && error === undefined
  const shown = [...(links?.criteria.values() ?? [])].filter(({ standing }) => standing === "passed").length
  const kinds = [...new Set(notes.map(({ kind }) => kind))]
  return (
    <div ref={ref} class="scroll result" tabIndex={0} role="region" aria-label="Result" data-scrolls>
      {isEmpty ? <p class="quiet">There is nothing to tell yet: no files, no tests, no notes.</p> : null}
      {error === undefined ? null : (
        <section>
          <h2>
            <Mark look={standing.status === "SUSPENDED" ? "suspended" : "failed"} /> {error.code}
          </h2>
          <pre class="wrap">{error.message}</pre>
          {error.fix === undefined ? null : (
            <p>
              To go on: <code>{error.fix}</code>
            </p>
          )}
        </section>
      )}
      {undecided.length === 0 ? null : (
        <section>
          <h2>To be decided</h2>
          <ul>
            {undecided.map(({ fix, path }) => (
              <li key={path}>
                <a href={print({ ...at, view: "tree", step: path, tab: "summary" })}>
                  <PathName path={path} />
                </a>
                <p>
                  <code>{fix}</code>
                </p>
              </li>
            ))}
          </ul>
        </section>
      )}
      {tests === null ? null : (
        <section>
          <h2>
            <Mark look={tests.passed === tests.run ? "done" : "failed"} /> {tests.passed.toLocaleString("en")} of{" "}
            {things(tests.run, "test")} passed
          </h2>
          {links === undefined ? null : (
            <p>
              <a href={hrefOf(at, { part: "criteria" })}>
                {shown.toLocaleString("en")} of {things(links.criteria.size, "criterion", "criteria")} shown to be met
              </a>
            </p>
          )}
          {red.map(({ detail, kind, test }) => (
            <details key={test}>
              <summary>
                <span class="mono">{test}</span> <span class="quiet">{kind}</span>
              </summary>
              <pre class="wrap">{detail}</pre>
              {links?.tests.has(test) === true ? (
                <a href={hrefOf(at, { part: "criteria", test })}>its criteria and files</a>
              ) : null}
            </details>
          ))}
        </section>
      )}
      {files.length === 0 ? null : (
        <section>
          <h2>
            {things(files.length, "file")}
            {out === null ? null : (
              <span class="quiet">
                {" "}
                in <span class="mono">{out}</span>
              </span>
            )}
          </h2>
          <table class="attempts">
            <thead>
              <tr>
                <th scope="col">File</th>
                <th scope="col">What became of it</th>
              </tr>
            </thead>
            <tbody>
              {files.map(({ beside, outcome, path }) => (
                <tr key={path}>
                  <td class="mono">
                    {links?.files.has(path) === true ? (
                      <a href={hrefOf(at, { part: "code", file: path })}>{path}</a>
                    ) : (
                      path
                    )}
                  </td>
                  <td>
                    {outcomes[outcome]}
                    {beside === undefined ? "" : `; the new one is ${beside}`}
                    {changed.includes(path) ? ", changed since" : ""}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {kinds.map((kind) => {
        const texts = notes.flatMap((note) => (note.kind === kind ? [note.text] : []))
        return (
          <section key={kind}>
            <h2>{things(texts.length, kind)}</h2>
            <ul>
              {texts.map((text, i) => (
                <li key={i}>{text}</li>
              ))}
            </ul>
          </section>
        )
      })}
    </div>
  )
}
