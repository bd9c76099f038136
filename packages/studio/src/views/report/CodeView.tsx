import { useMemo } from "preact/hooks"
import { things } from "../../model/figures.ts"
import type { File, Links } from "../../model/report/links.ts"
import { textLines } from "../../model/report/lines.ts"
import { type TextLine, TextLines } from "../../ui/text/TextLines.tsx"
import { useFocus } from "../../ui/useFocus.ts"
import { useMark } from "../../ui/useMark.ts"
import { hrefOf, open, type PartProps, reading } from "./parts.ts"
import { useCoding, useLinks } from "./useCoding.ts"

/** The files that a run wrote, with the lines that the tests did not run. */
export const CodeView = ({ at, store }: PartProps) => {
  const coding = useCoding(store)
  const links = useLinks(coding)
  const texts = coding?.project?.texts
  if (texts === undefined) {
    return <p class="quiet inset">{store.history.number === 0 ? reading(store) : "No files are written yet."}</p>
  }
  const paths = [...texts.keys()].toSorted()
  const path =
    at.report?.file ??
    paths.find((one) => (links?.files.get(one)?.coverage?.missed.length ?? 0) > 0) ??
    paths.find((one) => coding?.project?.tests.has(one) === false) ??
    paths[0] ??
    ""
  return (
    <>
      <div class="bar thin">
        <label>
          File{" "}
          <select value={path} onChange={(event) => open(at, { part: "code", file: event.currentTarget.value })}>
            {paths.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </label>
        {links?.files.get(path) === undefined ? null : (
          <a href={hrefOf(at, { part: "criteria", file: path })}>its criteria and tests</a>
        )}
        {store.standing.value?.changed.includes(path) === true ? (
          <span class="quiet">A person has changed it since: this is what was delivered.</span>
        ) : null}
      </div>
      {texts.has(path) ? (
        <Code key={path} at={at} store={store} path={path} text={texts.get(path)!} links={links} />
      ) : (
        <p class="inset">The run delivered no file of that name.</p>
      )}
    </>
  )
}

interface CodeProps extends PartProps {
  readonly path: string
  readonly text: string
  readonly links: Links | undefined
}

const Code = ({ at, links, path, store, text }: CodeProps) => {
  const file = links?.files.get(path)
  const lines = useMemo(() => linesOf(text, file?.coverage), [text, file?.coverage])
  const missed = file?.coverage?.missed ?? []
  const to = (index: number) => open(at, { part: "code", file: path, line: String(index + 1) }, { replace: true })
  const next = (from: number, by: 1 | -1) => {
    const at =
      by === 1
        ? (missed.find((line) => line > from + 1) ?? missed[0])
        : (missed.findLast((line) => line < from + 1) ?? missed.at(-1))
    if (at !== undefined) {
      marked.move(at - 1)
      to(at - 1)
    }
  }
  const marked = useMark({
    count: lines.length,
    height: 1.4,
    wanted: at.report?.line === undefined ? -1 : Number(at.report.line) - 1,
    keys: (index) => ({ Enter: () => to(index), n: () => next(index, 1), p: () => next(index, -1) })
  })
  useFocus(marked.ref, store.wantsFocus)
  return (
    <>
      <div class="bar thin">
        <span>{coverageOf(file, links !== undefined)}</span>
        {missed.length === 0 ? null : (
          <span class="status">
            <button type="button" class="small" onClick={() => next(marked.at, -1)}>
              previous not run <kbd>p</kbd>
            </button>
            <button type="button" class="small" onClick={() => next(marked.at, 1)}>
              next not run <kbd>n</kbd>
            </button>
          </span>
        )}
      </div>
      <TextLines
        id="code"
        label={`${path}, ${things(lines.length, "line")}`}
        lines={lines}
        window={marked}
        at={marked.at}
        choose={(index) => {
          marked.move(index)
          to(index)
        }}
      />
    </>
  )
}

/** The lines of a file; `coverage`: which of them ran. */
const linesOf = (text: string, coverage: File["coverage"]): ReadonlyArray<TextLine> => {
  const missed = new Set(coverage?.missed)
  const ran = new Set(coverage?.ran)
  return textLines(text).map((line, i): TextLine => {
    const isMissed = missed.has(i + 1)
    const isRun = ran.has(i + 1)
    return {
      kind: isMissed ? "missed" : isRun ? "ran" : "",
      numbers: [i + 1],
      sign: isMissed ? "✗" : isRun ? "✓" : "",
      meaning: isMissed ? "not run" : isRun ? "run" : "",
      text: line
    }
  })
}

/** What is known of the lines of a file that ran. */
const coverageOf = (file: File | undefined, isReported: boolean): string => {
  if (!isReported) return "Which lines run in the tests is not counted yet."
  if (file?.isTests === true) return "A file of tests: its lines are not counted."
  const coverage = file?.coverage
  if (coverage === undefined) return "Which of its lines ran in the tests was not counted."
  const ran = coverage.lines - coverage.missed.length
  if (coverage.missed.length === 0) return `All ${things(coverage.lines, "line")} of code in it ran in the tests.`
  const some = `${ran.toLocaleString("en")} of ${things(coverage.lines, "line")} of code in it ran in the tests (${Math.floor((100 * ran) / coverage.lines)} %).`
  return coverage.ran === undefined
    ? `${some} ✗ marks a line that did not run; whether another one ran or cannot run is not recorded.`
    : some
}
