interface Props {
  readonly does: string
  /** What it does that to, for those who do not see where it stands. */
  readonly of: string
  readonly onPress: () => void
  readonly id?: string
  readonly isPressed?: boolean
}

/** A small button that belongs to something. */
export const Tool = ({ does, id, isPressed, of, onPress }: Props) => (
  <button
    type="button"
    class="small tool"
    {...(id !== undefined && { id })}
    {...(isPressed !== undefined && { "aria-pressed": isPressed })}
    onClick={onPress}
  >
    {does}
    <span class="unseen">, {of}</span>
  </button>
)
