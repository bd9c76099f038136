import { px, type Lines } from "../useWindow.ts"

/** A line of a text, with its numbers and a sign for what it is. */
export interface TextLine {
  readonly kind: string
  readonly numbers: ReadonlyArray<number | undefined>
  readonly sign: string
  /** What the sign says, to those who do not see it. */
  readonly meaning: string
  readonly text: string
}

interface Props {
  readonly id: string
  readonly label: string
  readonly lines: ReadonlyArray<TextLine>
  readonly window: Lines
  /** The line that is marked. */
  readonly at: number
  readonly choose: (index: number) => void
}

/** A text by lines, of which only those that are seen are in the page. */
export const TextLines = ({ at, choose, id, label, lines, window: { first, height, last, ref } }: Props) => (
  <div
    ref={ref}
    class="scroll text-lines mono"
    role="listbox"
    aria-label={label}
    tabIndex={0}
    {...(at >= first && at < last && { "aria-activedescendant": `${id}:${at}` })}
  >
    <div
      class="lines"
      role="presentation"
      style={{ height: px(lines.length * height), paddingTop: px(first * height) }}
    >
      {lines.slice(first, last).map(({ kind, meaning, numbers, sign, text }, i) => (
        <div
          key={first + i}
          id={`${id}:${first + i}`}
          class={`text-line ${kind}${first + i === at ? " active" : ""}`}
          role="option"
          aria-selected={first + i === at}
          aria-posinset={first + i + 1}
          aria-setsize={lines.length}
          style={{ height: px(height) }}
          onClick={() => getSelection()?.isCollapsed !== false && choose(first + i)}
        >
          {numbers.map((number, column) => (
            <span key={column} class="number">
              {number}
            </span>
          ))}
          <span class="sign" aria-hidden="true">
            {sign}
          </span>
          {meaning === "" ? null : <span class="unseen">{meaning}: </span>}
          <span class="text">{text}</span>
        </div>
      ))}
    </div>
  </div>
)
