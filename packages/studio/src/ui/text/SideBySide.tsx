import { useMemo } from "preact/hooks"
import { differ, differing } from "../../model/edits/differ.ts"
import { things } from "../../model/figures.ts"

interface Props {
  readonly one: string
  readonly other: string
  /** What each of them is called. */
  readonly names: readonly [one: string, other: string]
}

/** Two texts beside each other, with what differs marked. */
export const SideBySide = ({ names, one, other }: Props) => {
  const pieces = useMemo(() => differ(one, other), [one, other])
  const side = (of: "one" | "other", name: string) => (
    <div>
      <h4 class="mono quiet">{name}</h4>
      <pre class="wrap" tabIndex={0} role="group" aria-label={`${name}, with what differs`} data-scrolls>
        {pieces.map((piece, i) =>
          piece.of === "both" ? (
            piece.text
          ) : piece.of !== of ? null : of === "one" ? (
            <del key={i}>{piece.text}</del>
          ) : (
            <ins key={i}>{piece.text}</ins>
          )
        )}
      </pre>
    </div>
  )
  return (
    <>
      <p class="quiet">{one === other ? "no character differs" : `${things(differing(pieces), "character")} differ`}</p>
      <div class="sides">
        {side("one", names[0])}
        {side("other", names[1])}
      </div>
    </>
  )
}
