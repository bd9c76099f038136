import type { ComponentChildren } from "preact"
import { useEffect, useRef } from "preact/hooks"
import type { ReportedCriterion } from "@stepwright/steps/ReportStep"
import type { Look } from "../../model/look.ts"
import { things } from "../../model/figures.ts"
import { type File, type Links, outcomes, standings, type Test } from "../../model/report/links.ts"
import type { InReport } from "../../run/route.ts"
import { Mark } from "../../ui/Mark.tsx"
import { Name } from "../../ui/Name.tsx"
import type { RunRoute } from "../RunView.tsx"
import { ofOutcome, ofStanding } from "./looks.ts"
import { hrefOf } from "./parts.ts"

interface Props {
  readonly at: RunRoute
  readonly links: Links
  readonly kind: "criterion" | "test" | "file"
  readonly name: string
  readonly show: (kind: Props["kind"], name: string | undefined) => InReport
  readonly close: () => void
}

/** A criterion, a test or a file, with those of the other kinds that have to do with it. */
export const About = ({ close, ...props }: Props) => {
  const { kind, links, name } = props
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    const { activeElement } = document
    const isHere = heading.current?.closest(".about")?.contains(activeElement) === true
    const isHidden = activeElement instanceof HTMLElement && activeElement.offsetParent === null
    if (isHere || isHidden || activeElement === document.body) heading.current?.focus({ preventScroll: true })
    heading.current?.closest(".about")?.querySelector(".body")?.scrollTo({ top: 0 })
  }, [kind, name])
  const [criterion, test, file] = [links.criteria.get(name), links.tests.get(name), links.files.get(name)]
  return (
    <section class="panel about" aria-labelledby="about">
      <header>
        <h2 id="about" ref={heading} tabIndex={-1}>
          <Name of={name} />
        </h2>
        <button type="button" class="small" onClick={close}>
          close <kbd>Esc</kbd>
        </button>
      </header>
      <div class="body" tabIndex={0} data-scrolls role="group" aria-label={`About ${name}`}>
        {kind === "criterion" && criterion !== undefined ? (
          <OfCriterion {...props} criterion={criterion} />
        ) : kind === "test" && test !== undefined ? (
          <OfTest {...props} test={test} />
        ) : kind === "file" && file !== undefined ? (
          <OfFile {...props} file={file} />
        ) : (
          <p>The report knows no {kind} of that name.</p>
        )}
      </div>
    </section>
  )
}

type Shown = Omit<Props, "close">

const OfCriterion = (props: Shown & { readonly criterion: ReportedCriterion }) => {
  const { assumed, files, sources, standing, tests, text } = props.criterion
  return (
    <>
      <p class="status strong">
        <Mark look={ofStanding[standing]} />
        {standings[standing]}
      </p>
      <p>{text}</p>
      {assumed === undefined ? null : (
        <p>
          <span class="quiet">Assumed:</span> {assumed}
        </p>
      )}
      {sources.length === 0 ? null : (
        <section>
          <h3>Where it comes from</h3>
          {sources.map(({ document, line, text }, i) => (
            <blockquote key={i}>
              {text}{" "}
              <span class="quiet mono">
                {document}:{line}
              </span>
            </blockquote>
          ))}
        </section>
      )}
      <Tests {...props} names={tests} none="No test checks it." />
      <Files {...props} names={files} none="No file was designed for it." />
    </>
  )
}

const OfTest = (props: Shown & { readonly test: Test }) => {
  const { asserts, covers, criteria, detail, file, line, outcome } = props.test
  return (
    <>
      <p class="status strong">
        <Mark look={ofOutcome[outcome]} />
        {outcomes[outcome]}
      </p>
      {asserts ? null : <p>It asserts nothing, so that it shows nothing.</p>}
      {file === undefined ? (
        <p class="quiet">The file that it stands in is not known.</p>
      ) : (
        <p>
          It stands in{" "}
          <a class="mono" href={hrefOf(props.at, { part: "code", file, line: line?.toString() })}>
            {file}
            {line === undefined ? "" : `:${line}`}
          </a>
          .
        </p>
      )}
      {detail === undefined ? null : (
        <pre class="wrap said" tabIndex={0} data-scrolls>
          {detail}
        </pre>
      )}
      <Criteria {...props} names={criteria} none="It checks no criterion." />
      <Files {...props} names={covers} none="No file serves what it checks." />
      <p class="quiet">Which lines it ran is not recorded: lines are counted over all tests together.</p>
    </>
  )
}

const OfFile = (props: Shown & { readonly file: File }) => {
  const { coverage, criteria, isTests, path, purpose, tests } = props.file
  return (
    <>
      {purpose === "" ? null : <p>{purpose}</p>}
      <p>
        <a href={hrefOf(props.at, { part: "code", file: path })}>Its text</a>
        {coverage === undefined
          ? isTests
            ? null
            : ". Which of its lines ran in the tests was not counted."
          : coverage.missed.length === 0
            ? `. All of its ${things(coverage.lines, "line")} of code ran in the tests.`
            : `. ${coverage.lines - coverage.missed.length} of its ${things(coverage.lines, "line")} of code ran in the tests, ${coverage.missed.length} did not.`}
      </p>
      <Criteria
        {...props}
        names={criteria}
        none={isTests ? "No test in it checks a criterion." : "It was designed for no criterion."}
      />
      <Tests {...props} names={tests} none={isTests ? "No test stands in it." : "No test checks what it serves."} />
    </>
  )
}

interface ListProps {
  readonly title: string
  readonly none: string
  readonly count: number
  readonly children: ComponentChildren
}

const List = ({ children, count, none, title }: ListProps) => (
  <section>
    <h3>
      {title} <span class="quiet">{count === 0 ? "none" : count.toLocaleString("en")}</span>
    </h3>
    {count === 0 ? <p>{none}</p> : <ul class="links">{children}</ul>}
  </section>
)

interface ItemProps {
  readonly href: string
  readonly name: string
  readonly look?: Look | undefined
  readonly text?: string | undefined
  readonly figure: string | undefined
}

const Item = ({ figure, href, look, name, text = "" }: ItemProps) => (
  <li>
    {look === undefined ? null : <Mark look={look} />}
    <span>
      <a href={href}>
        <Name of={name} />
      </a>{" "}
      {text} <span class="quiet">{figure}</span>
    </span>
  </li>
)

interface NamesProps extends Shown {
  readonly names: ReadonlyArray<string>
  /** What is said where there are none. */
  readonly none: string
}

const Tests = ({ at, links, names, none, show }: NamesProps) => (
  <List title="Tests" count={names.length} none={none}>
    {names.map((name) => {
      const outcome = links.tests.get(name)?.outcome
      const [look, figure] = outcome === undefined ? [] : [ofOutcome[outcome], outcomes[outcome]]
      return <Item key={name} href={hrefOf(at, show("test", name))} name={name} look={look} figure={figure} />
    })}
  </List>
)

const Criteria = ({ at, links, names, none, show }: NamesProps) => (
  <List title="Criteria" count={names.length} none={none}>
    {names.map((id) => {
      const criterion = links.criteria.get(id)
      const [look, figure] =
        criterion === undefined ? [] : [ofStanding[criterion.standing], standings[criterion.standing]]
      const href = hrefOf(at, show("criterion", id))
      return <Item key={id} href={href} name={id} look={look} text={criterion?.text} figure={figure} />
    })}
  </List>
)

const Files = ({ at, links, names, none, show }: NamesProps) => (
  <List title="Files" count={names.length} none={none}>
    {names.map((path) => (
      <Item
        key={path}
        href={hrefOf(at, show("file", path))}
        name={path}
        figure={ranIn(links.files.get(path)?.coverage)}
      />
    ))}
  </List>
)

const ranIn = (coverage: File["coverage"]): string | undefined =>
  coverage &&
  `${(coverage.lines - coverage.missed.length).toLocaleString("en")} of ${things(coverage.lines, "line")} ran`
