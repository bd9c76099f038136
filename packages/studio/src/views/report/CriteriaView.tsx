import { useEffect, useRef } from "preact/hooks"
import type { Report } from "@stepwright/steps/ReportStep"
import { things } from "../../model/figures.ts"
import { type File, isOpen, type Links, outcomes, standings } from "../../model/report/links.ts"
import type { Look } from "../../model/look.ts"
import type { InReport } from "../../run/route.ts"
import { Mark } from "../../ui/Mark.tsx"
import { useFocus } from "../../ui/useFocus.ts"
import { useMark } from "../../ui/useMark.ts"
import { px } from "../../ui/useWindow.ts"
import { About } from "./About.tsx"
import { Gaps } from "./Gaps.tsx"
import { ofOutcome, ofStanding } from "./looks.ts"
import { hrefOf, open, type PartProps, reading } from "./parts.ts"
import { useCoding, useLinks } from "./useCoding.ts"

const kinds = ["criterion", "test", "file"] as const
type Kind = (typeof kinds)[number]

interface Item {
  readonly name: string
  /** What is said in place of its name, where that is shorter. */
  readonly label?: string
  readonly look: Look
  readonly text: string
  readonly figure: string
  readonly isOpen: boolean
}

const names: Readonly<Record<Kind, readonly [one: string, many: string]>> = {
  criterion: ["criterion", "criteria"],
  test: ["test", "tests"],
  file: ["file", "files"]
}

/** What is said of those that are not covered. */
const uncovered: Readonly<Record<Kind, string>> = {
  criterion: "those not shown to be met",
  test: "those not passed, or of no criterion",
  file: "those with lines not run, or of no criterion"
}

/** What there is of a kind, in one line each. */
const itemsOf = (links: Links, kind: Kind): ReadonlyArray<Item> => {
  if (kind === "criterion") {
    return [...links.criteria.values()].map((criterion) => ({
      name: criterion.id,
      look: ofStanding[criterion.standing],
      text: criterion.text,
      figure: standings[criterion.standing],
      isOpen: isOpen.criterion(criterion)
    }))
  }
  if (kind === "test") {
    return [...links.tests.values()].map((test) => ({
      name: test.test,
      look: ofOutcome[test.outcome],
      label: test.label,
      text: test.file ?? "",
      figure: test.criteria.length === 0 ? "no criterion" : outcomes[test.outcome],
      isOpen: isOpen.test(test)
    }))
  }
  return [...links.files.values()].map((file) => ({
    name: file.path,
    look: isOpen.file(file) ? "undecided" : "done",
    text: file.purpose,
    figure: figureOf(file),
    isOpen: isOpen.file(file)
  }))
}

const figureOf = ({ coverage, criteria, isTests, tests }: File) =>
  coverage === undefined
    ? isTests
      ? things(tests.length, "test")
      : criteria.length === 0
        ? "no criterion"
        : things(criteria.length, "criterion", "criteria")
    : `${(coverage.lines - coverage.missed.length).toLocaleString("en")} of ${things(coverage.lines, "line")} ran`

/** Criteria, tests and files, and which have to do with each other. */
export const CriteriaView = ({ at, store }: PartProps) => {
  const coding = useCoding(store)
  const links = useLinks(coding)
  if (links === undefined) return <p class="quiet inset">{reading(store)}</p>
  return <Linked at={at} store={store} links={links} report={coding!.report!} />
}

interface LinkedProps extends PartProps {
  readonly links: Links
  readonly report: Report
}

const Linked = ({ at, links, report, store }: LinkedProps) => {
  const { criterion, file, only, test } = at.report ?? {}
  const name = criterion ?? test ?? file
  const kind =
    criterion !== undefined
      ? "criterion"
      : test !== undefined
        ? "test"
        : file !== undefined
          ? "file"
          : ofKind(at.report)
  const all = itemsOf(links, kind)
  const items = only === "open" ? all.filter((item) => item.isOpen || item.name === name) : all
  const show = (kind: Kind, name: string | undefined): InReport => ({
    part: "criteria",
    ...(name === undefined ? { of: kind } : { [kind]: name }),
    ...(only !== undefined && { only })
  })
  const list = useRef<HTMLDivElement>(null)
  const close = () => {
    open(at, show(kind, undefined))
    // it may be hidden until then
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>("[role=listbox]")?.focus())
  }
  const choose = (index: number) => {
    const next = items[index]
    if (next === undefined) return
    if (next.name === name) document.getElementById("about")?.focus()
    else open(at, show(kind, next.name))
  }
  const marked = useMark({
    count: items.length,
    wanted: items.findIndex((item) => item.name === name),
    // what is open gives way to what is gone to
    onMove: (index) => name !== undefined && open(at, show(kind, items[index]!.name), { replace: true }),
    keys: (index) => ({
      Enter: () => choose(index),
      n: () => marked.move(nextOpen(items, index, 1)),
      p: () => marked.move(nextOpen(items, index, -1)),
      ...(name !== undefined && { Escape: close })
    })
  })
  const { first, height, last } = marked
  useFocus(marked.ref, store.wantsFocus)
  useEffect(() => marked.ref.current?.scrollTo({ top: 0 }), [kind, only])
  const count = all.filter(({ isOpen }) => isOpen).length
  return (
    <div class={name === undefined ? "linked" : "linked with-about"}>
      <div class="steps" ref={list}>
        <div class="bar thin">
          <nav class="views" aria-label="Kinds">
            {kinds.map((one) => (
              <a key={one} href={hrefOf(at, show(one, undefined))} {...(one === kind && { "aria-current": "page" })}>
                {things(sizeOf(links, one), ...names[one])}
              </a>
            ))}
          </nav>
          {count === 0 && only !== "open" ? null : (
            <a class="only" href={hrefOf(at, { ...show(kind, name), only: only === "open" ? undefined : "open" })}>
              {only === "open" ? "all of them" : `only ${uncovered[kind]} (${count.toLocaleString("en")})`}
            </a>
          )}
        </div>
        <Gaps links={links} report={report} />
        {items.length === 0 ? <p class="quiet inset">There are none.</p> : null}
        <div
          ref={marked.ref}
          class="scroll grow"
          role="listbox"
          aria-label={names[kind][1]}
          tabIndex={0}
          {...(marked.at >= first && marked.at < last && { "aria-activedescendant": `item:${marked.at}` })}
        >
          <div
            class="lines"
            role="presentation"
            style={{ height: px(items.length * height), paddingTop: px(first * height) }}
          >
            {items.slice(first, last).map((item, i) => (
              <div
                key={item.name}
                id={`item:${first + i}`}
                class={`line${first + i === marked.at ? " active" : ""}${item.name === name ? " chosen" : ""}`}
                role="option"
                aria-selected={item.name === name}
                aria-posinset={first + i + 1}
                aria-setsize={items.length}
                style={{ height: px(height) }}
                onClick={() => choose(first + i)}
              >
                <Mark look={item.look} />
                <span class={kind === "criterion" ? "id mono" : "name mono"}>{item.label ?? item.name}</span>
                <span class="why">{item.text}</span>
                <span class="figure">{item.figure}</span>
              </div>
            ))}
          </div>
        </div>
      </div>
      {name === undefined ? null : <About at={at} links={links} kind={kind} name={name} show={show} close={close} />}
    </div>
  )
}

const ofKind = (report: InReport | undefined): Kind => kinds.find((kind) => kind === report?.of) ?? "criterion"

const sizeOf = (links: Links, kind: Kind): number =>
  (kind === "criterion" ? links.criteria : kind === "test" ? links.tests : links.files).size

const nextOpen = (items: ReadonlyArray<Item>, from: number, by: 1 | -1): number => {
  for (let i = 1; i <= items.length; i++) {
    const index = (from + by * i + items.length) % items.length
    if (items[index]!.isOpen) return index
  }
  return from
}
