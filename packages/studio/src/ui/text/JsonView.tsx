import { useMemo, useState } from "preact/hooks"
import { type Json, type Line, lines } from "../../model/json.ts"
import { px, useWindow } from "../useWindow.ts"
import { Twist } from "../Twist.tsx"

/** JSON as a tree that folds; only the lines that are seen are in the page. */
export const JsonView = ({ label, value }: { readonly value: Json; readonly label: string }) => {
  const [chosen, setChosen] = useState<ReadonlyMap<string, boolean>>(new Map())
  const all = useMemo(() => lines(value, chosen), [value, chosen])
  const [active, setActive] = useState("")
  const { first, height, last, page, ref, reveal } = useWindow(all.length, 1.5)
  const at = Math.max(
    0,
    all.findIndex(({ id }) => id === active)
  )
  const move = (to: number) => {
    const index = Math.max(0, Math.min(all.length - 1, to))
    setActive(all[index]!.id)
    reveal(index)
  }
  const fold = ({ id }: Line, isOpen: boolean) => setChosen(new Map(chosen).set(id, isOpen))
  const outer = () => {
    for (let i = at - 1; i >= 0; i--) if (all[i]!.depth < all[at]!.depth) return move(i)
  }
  const keys: Readonly<Record<string, () => void>> = {
    ArrowDown: () => move(at + 1),
    ArrowUp: () => move(at - 1),
    Home: () => move(0),
    End: () => move(all.length - 1),
    PageDown: () => move(at + page),
    PageUp: () => move(at - page),
    ArrowRight: () => (all[at]!.isGroup && !all[at]!.isOpen ? fold(all[at]!, true) : move(at + 1)),
    ArrowLeft: () => (all[at]!.isOpen ? fold(all[at]!, false) : outer()),
    Enter: () => all[at]!.isGroup && fold(all[at]!, !all[at]!.isOpen)
  }
  return (
    <div
      ref={ref}
      class="json scroll"
      role="tree"
      aria-label={label}
      tabIndex={0}
      data-scrolls
      aria-activedescendant={`json:${all[at]!.id}`}
      onKeyDown={(event) => {
        const does = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key]
        if (does === undefined) return
        event.preventDefault()
        does()
      }}
    >
      <div
        class="lines"
        role="presentation"
        style={{ height: px(all.length * height), paddingTop: px(first * height) }}
      >
        {all.slice(first, last).map((line, i) => (
          <div
            key={line.id}
            id={`json:${line.id}`}
            class={first + i === at ? "line active" : "line"}
            role="treeitem"
            aria-level={line.depth + 1}
            aria-selected={first + i === at}
            {...(line.isGroup && { "aria-expanded": line.isOpen })}
            style={{ paddingLeft: `${line.depth * 1.1 + 0.4}rem`, height: px(height) }}
            onClick={() => {
              setActive(line.id)
              if (line.isGroup && getSelection()?.isCollapsed !== false) fold(line, !line.isOpen)
            }}
          >
            {line.kind === "line" ? null : <Twist isGroup={line.isGroup} opening={line.isOpen ? "all" : "none"} />}
            {line.key === undefined ? null : <span class="key">{line.key}</span>}
            <span class={`value ${line.kind}`}>{line.text}</span>
          </div>
        ))}
      </div>
    </div>
  )
}
