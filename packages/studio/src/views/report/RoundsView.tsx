import { useMemo } from "preact/hooks"
import type { Verification } from "@stepwright/steps/VerificationStep"
import { things } from "../../model/figures.ts"
import { changes, type DiffLine, type FileChange } from "../../model/report/diff.ts"
import { isRed, type Links, outcomes } from "../../model/report/links.ts"
import * as rounds from "../../model/report/rounds.ts"
import { print } from "../../run/route.ts"
import { Mark } from "../../ui/Mark.tsx"
import { Name } from "../../ui/Name.tsx"
import { type TextLine, TextLines } from "../../ui/text/TextLines.tsx"
import { useFocus } from "../../ui/useFocus.ts"
import { useMark } from "../../ui/useMark.ts"
import type { RunRoute } from "../RunView.tsx"
import { ofOutcome } from "./looks.ts"
import { hrefOf, open, type PartProps, reading } from "./parts.ts"
import { useCoding, useLinks } from "./useCoding.ts"

const titleOf = ({ name }: rounds.Round): string => (name === "change" ? "Change of the documents" : `Round ${name}`)

/** What each round changed, line by line, and which tests were red before and after it. */
export const RoundsView = ({ at, store }: PartProps) => {
  const coding = useCoding(store)
  const links = useLinks(coding)
  const past = store.past.value
  const all = useMemo(() => (coding === undefined ? [] : rounds.of(coding, past)), [coding, past])
  const round = all.find(({ name }) => name === at.report?.round) ?? all.at(-1)
  if (round === undefined) {
    return (
      <p class="inset quiet">
        {store.history.number === 0
          ? reading(store)
          : coding?.report === undefined
            ? "There was no round of repair so far."
            : "There was no round of repair: the files are as they were written first."}
      </p>
    )
  }
  return (
    <>
      <div class="bar thin">
        <nav class="views" aria-label="Rounds">
          {all.map((one) => (
            <a
              key={one.name}
              href={hrefOf(at, { part: "rounds", round: one.name })}
              {...(one === round && { "aria-current": "page" })}
            >
              {titleOf(one)}
            </a>
          ))}
        </nav>
      </div>
      <Shown key={round.name} at={at} store={store} round={round} links={links} />
    </>
  )
}

const shownBy = (verification: Verification | undefined): string => {
  if (verification === undefined) return "not known"
  if (verification.noVerdict !== undefined) return `no verdict (${verification.noVerdict.reason})`
  const { passed, run } = verification.counts
  const red = verification.tests.filter(isRed).length
  return `${passed.toLocaleString("en")} of ${things(run, "test")} passed, ${red === 0 ? "none" : red.toLocaleString("en")} red`
}

const Shown = ({
  at,
  links,
  round,
  store
}: PartProps & { readonly round: rounds.Round; readonly links: Links | undefined }) => {
  const { after, before, shown } = round
  // the texts stay the same while a run goes on
  const texts = [...before.texts.values(), ...after.texts.values()]
  const files = useMemo(() => changes(before.texts, after.texts), texts)
  const file = files.find(({ path }) => path === at.report?.file) ?? files[0]
  return (
    <div class="scroll round" tabIndex={0} role="region" aria-label={titleOf(round)} data-scrolls>
      <section>
        <p>
          {round.name === "change" ? null : <>Before: {shownBy(shown.before)}. </>}
          {round.name === "change" ? "With it" : "After"}: {shownBy(shown.after)}.{" "}
          {round.name === "change" ? "What the tests showed before is in the run that it followed. " : null}
          {round.isKept === false ? <strong>What it led to is not delivered. </strong> : null}
          <a href={print({ ...at, view: "tree", step: round.path, tab: "summary" })}>See its step</a>
        </p>
      </section>
      <Trials at={at} round={round} links={links} />
      <section>
        <h2>{files.length === 0 ? "It changed no file" : `${things(files.length, "file")} changed`}</h2>
        {files.length === 0 ? null : (
          <ul class="links">
            {files.map((one) => (
              <li key={one.path}>
                <a
                  class="mono"
                  href={hrefOf(at, { part: "rounds", round: round.name, file: one.path })}
                  {...(one === file && { "aria-current": "true" })}
                >
                  {one.path}
                </a>
                <Counts of={one} />
              </li>
            ))}
          </ul>
        )}
      </section>
      {file === undefined ? null : <Difference key={file.path} at={at} store={store} round={round} file={file} />}
    </div>
  )
}

const Counts = ({ of: { became, come, gone } }: { readonly of: FileChange }) => (
  <span class="quiet">
    {became === "changed" ? "" : `${became}, `}
    <span class="come">+{come.toLocaleString("en")}</span> <span class="gone">−{gone.toLocaleString("en")}</span>
    <span class="unseen"> lines</span>
  </span>
)

interface TrialsProps {
  readonly at: RunRoute
  readonly round: rounds.Round
  readonly links: Links | undefined
}

/** The tests that were red before a round or after it, and whose fault that was. */
const Trials = ({ at, links, round: { name, trials } }: TrialsProps) => {
  const isChange = name === "change"
  if (trials.length === 0) return <p>No test was red{isChange ? " with it" : ", before it or after it"}.</p>
  return (
    <section>
      <h2>
        {things(trials.length, "test that was red", "tests that were red")}
        {isChange ? "" : ", and whose fault that was"}
      </h2>
      <ul class="trials">
        {trials.map(({ after, before, judgement, test }) => (
          <li key={test}>
            {links?.tests.has(test) === true ? (
              <a href={hrefOf(at, { part: "criteria", test })}>
                <Name of={test} />
              </a>
            ) : (
              <Name of={test} />
            )}
            <span class="status">
              {isChange ? null : (
                <>
                  <Outcome of={before} /> <span aria-hidden="true">→</span>
                  <span class="unseen"> before, </span>
                </>
              )}
              <Outcome of={after} />
              <span class="unseen"> after</span>
            </span>
            <span>
              {judgement === undefined ? null : (
                <>
                  <strong>{judgement.fault}</strong>: {judgement.reason}
                </>
              )}
              {judgement === undefined || judgement.quote === "" ? null : <q class="quiet">{judgement.quote}</q>}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

const Outcome = ({ of }: { readonly of: rounds.Trial["before"] }) =>
  of === undefined ? (
    <span class="quiet">not known</span>
  ) : (
    <>
      <Mark look={ofOutcome[of]} />
      {outcomes[of]}
    </>
  )

const signs: Readonly<Record<DiffLine["kind"], readonly [sign: string, meaning: string]>> = {
  same: ["", ""],
  gone: ["−", "gone"],
  come: ["+", "new"],
  gap: ["", ""]
}

const shownLine = ({ after, before, kind, text }: DiffLine): TextLine => {
  const [sign, meaning] = signs[kind]
  return {
    kind,
    numbers: [before, after],
    sign,
    meaning,
    text: kind === "gap" ? `… ${things(Number(text), "line")} as before` : text
  }
}

interface DifferenceProps extends PartProps {
  readonly round: rounds.Round
  readonly file: FileChange
}

const Difference = ({ at, file, round, store }: DifferenceProps) => {
  const lines = useMemo(() => file.lines.map(shownLine), [file])
  /** Where something changes that was not changed one line before. */
  const starts = useMemo(() => {
    const isOther = (line: DiffLine | undefined) => line?.kind === "gone" || line?.kind === "come"
    return file.lines.flatMap((line, i) => (isOther(line) && !isOther(file.lines[i - 1]) ? [i] : []))
  }, [file])
  const next = (from: number, by: 1 | -1) => {
    const to =
      by === 1
        ? (starts.find((start) => start > from) ?? starts[0])
        : (starts.findLast((start) => start < from) ?? starts.at(-1))
    if (to === undefined) return
    marked.move(to)
    marked.ref.current?.scrollIntoView({ block: "nearest" })
  }
  const marked = useMark({
    count: lines.length,
    height: 1.4,
    wanted: -1,
    keys: (index) => ({ n: () => next(index, 1), p: () => next(index, -1), Enter: () => code(index) })
  })
  useFocus(marked.ref, store.wantsFocus)
  /** Opens the file as it is delivered, at a line of it. */
  const code = (index: number) => {
    const line = file.lines[index]?.after
    if (round.isKept !== false && line !== undefined) open(at, { part: "code", file: file.path, line: String(line) })
  }
  return (
    <section>
      <h2>
        <span class="mono">{file.path}</span> <Counts of={file} />
      </h2>
      <TextLines
        id="diff"
        label={`What changed in ${file.path}`}
        lines={lines}
        window={marked}
        at={marked.at}
        choose={marked.move}
      />
    </section>
  )
}
