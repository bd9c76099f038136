import { useEffect, useId, useState } from "preact/hooks"
import type { Json } from "../../model/json.ts"
import { parsed } from "../../model/messages.ts"

interface Props {
  readonly label: string
  /** What the run has. */
  readonly own: Json | undefined
  readonly edited: Json | undefined
  /** Is told what is wanted; `undefined` for what the run has. */
  readonly onEdit: (value: Json | undefined) => void
  /** Is told whether what is typed is no JSON, and so nothing that could be wanted. */
  readonly onWrong: (isWrong: boolean) => void
}

const print = (value: Json | undefined) => (value === undefined ? "" : JSON.stringify(value, null, 2))

/** A value as JSON, to be changed. */
export const JsonBox = ({ edited, label, onEdit, onWrong, own }: Props) => {
  const id = useId()
  const [text, setText] = useState(print(edited ?? own))
  const [isWrong, setIsWrong] = useState(false)
  useEffect(() => () => onWrong(false), [])
  const edit = (next: string) => {
    setText(next)
    const value = parsed(next)
    setIsWrong(value === undefined)
    onWrong(value === undefined)
    if (value !== undefined) onEdit(JSON.stringify(value) === JSON.stringify(own) ? undefined : value)
  }
  return (
    <div class="edited">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        class="mono"
        rows={Math.min(18, Math.max(3, text.split("\n").length + 1))}
        spellcheck={false}
        value={text}
        aria-invalid={isWrong}
        onInput={(event) => edit(event.currentTarget.value)}
      />
      {isWrong ? <p class="wrong">This is no JSON.</p> : null}
    </div>
  )
}
