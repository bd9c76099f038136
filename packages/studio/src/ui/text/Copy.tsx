import { useState } from "preact/hooks"
import * as said from "../../run/said.ts"

/** Copies a text. */
export const Copy = ({ text, what }: { readonly text: () => string; readonly what: string }) => {
  const [isDone, setIsDone] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text())
    setIsDone(true)
    said.now(`${what} copied`)
  }
  return (
    <button type="button" class="small" onClick={() => void copy().catch(() => setIsDone(false))}>
      {isDone ? "copied" : "copy"}
      <span class="unseen"> {what}</span>
    </button>
  )
}
