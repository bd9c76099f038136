import { useEffect, useRef } from "preact/hooks"
import { mayAct } from "../run/server.ts"
import { isHelpShown, told, toldOfActs } from "./keys.ts"

/** The list of keys. */
export const Help = () => {
  const ref = useRef<HTMLDialogElement>(null)
  const isShown = isHelpShown.value
  useEffect(() => {
    if (isShown && ref.current?.open === false) ref.current.showModal()
  }, [isShown])
  if (!isShown) return null
  const hide = () => void (isHelpShown.value = false)
  return (
    <dialog
      ref={ref}
      aria-labelledby="help"
      onClose={hide}
      onClick={(event) => event.target === ref.current && ref.current?.close()}
    >
      <h2 id="help">Keys</h2>
      <dl class="keys">
        {[...told, ...(mayAct.value ? toldOfActs : [])].map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.split(/, | /).map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button>close</button>
      </form>
    </dialog>
  )
}
