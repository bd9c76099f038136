import type { ComponentChildren } from "preact"
import { useId } from "preact/hooks"

interface Props {
  readonly children: ComponentChildren
  /** Why it is not to be used now; it can be reached nevertheless, and says so. */
  readonly why?: string | undefined
  readonly isSubmit?: boolean
  readonly id?: string
  readonly onPress?: () => void
}

/** A button that says why it is not to be used now. */
export const Button = ({ children, id, isSubmit = false, onPress, why }: Props) => {
  const about = useId()
  return (
    <span class="act">
      <button
        type={isSubmit ? "submit" : "button"}
        {...(id !== undefined && { id })}
        {...(why !== undefined && { "aria-disabled": true, "aria-describedby": about })}
        onClick={(event) => {
          if (why !== undefined) event.preventDefault()
          else onPress?.()
        }}
      >
        {children}
      </button>
      {why === undefined ? null : (
        <span id={about} class="quiet">
          {why}
        </span>
      )}
    </span>
  )
}
