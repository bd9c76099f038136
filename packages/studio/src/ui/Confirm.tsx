import type { ComponentChildren } from "preact"
import { useEffect, useRef } from "preact/hooks"

interface Props {
  readonly title: string
  readonly children: ComponentChildren
  readonly does: string
  readonly onDo: () => void
  /** It is over, whatever was chosen. */
  readonly onClose: () => void
}

/** Asks whether something is really to be done. */
export const Confirm = ({ children, does, onClose, onDo, title }: Props) => {
  const ref = useRef<HTMLDialogElement>(null)
  useEffect(() => ref.current?.showModal(), [])
  return (
    <dialog ref={ref} aria-labelledby="confirm" aria-describedby="confirm:about" onClose={onClose}>
      <h2 id="confirm">{title}</h2>
      <div id="confirm:about">{children}</div>
      <form method="dialog" class="sending">
        <button>leave it</button>
        <button onClick={onDo}>{does}</button>
      </form>
    </dialog>
  )
}
